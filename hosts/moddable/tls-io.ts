/** The part of a native TLS session that is used here. tls/tls.ts says what each does; none of it throws. */
export interface TlsSession {
	receive(bytes: Uint8Array): number;
	readonly room: number;
	end(): void;
	send(count: number): ArrayBuffer | undefined;
	step(): number;
	readonly open: boolean;
	readonly ended: boolean;
	readonly error: string | undefined;
	readonly alert: string | undefined;
	readonly readable: number;
	read(count: number): ArrayBuffer | undefined;
	readonly writable: number;
	write(bytes: Uint8Array): number;
	close(): void;
	export(): ArrayBuffer | undefined;
	free(): void;
}

export interface TlsClient {
	host: string;
	ca?: string;
	fingerprint?: Uint8Array;
	/** Of an earlier session with the same server. */
	resumption?: ArrayBuffer;
	/** ms since 1970, if the clock is right. */
	time?: number;
	/** Longest record that the server is asked to send. */
	fragment: number;
}

export interface IdentityWish {
	/** The device's own, if it has one. */
	address?: string;
	/** ms since 1970, if the clock is right. */
	time?: number;
	/** The identity whose key is kept. */
	former?: Uint8Array;
}

/** TLS as the host has it. */
export interface Tls {
	/** A server's end of a connection, with an identity of createIdentity. */
	serve(identity: Uint8Array): TlsSession;
	/** A client's end. */
	connect(client: TlsClient): TlsSession;
	/** A key and its certificate; undefined if it failed. Blocks while it works. */
	createIdentity(udid: string, wish: IdentityWish): Uint8Array | undefined;
	/** Until when an identity's certificate is valid, ms since 1970; 0 if it cannot be read. */
	expiry(identity: Uint8Array): number;
	/** Why no authority in `ca` (PEM) can be used, undefined if one can. `time` in ms, undefined if unknown. */
	checkAuthorities(ca: string, time: number | undefined): string | undefined;
	/** SHA-256 of an identity's certificate; undefined if the bytes are none. */
	fingerprint(identity: Uint8Array): Uint8Array | undefined;
}
