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
	/** DNS name, or IPv4 or IPv6 address without brackets, that the certificate must be for. */
	host: string;
	/** Certificates to trust, PEM, one or more. Either these, or `fingerprint`. */
	ca?: string;
	/** SHA-256 of the one certificate to trust, whatever its name and dates. */
	fingerprint?: Uint8Array;
	/** From `export` of an earlier session; ignored where it does not fit. */
	resumption?: ArrayBuffer;
	/** ms since 1970; absent while the clock is not right: dates are not checked then. */
	time?: number;
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
	/** SHA-256 of an identity's certificate, in lower-case hex; undefined if the bytes are none. */
	fingerprint(identity: Uint8Array): string | undefined;
}
