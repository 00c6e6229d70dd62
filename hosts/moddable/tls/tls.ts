/** What the native functions take for bytes; a string stands for its UTF-8. */
export type Bytes = ArrayBuffer | Uint8Array;

export interface TLSServerOptions {
	/** From createIdentity. */
	identity: Bytes;
}

export interface TLSClientOptions {
	/** DNS name, or IPv4 or IPv6 address without brackets, that the certificate must be for. */
	host: string;
	/** Certificates to trust, PEM or DER, one or more. Either these, or `fingerprint`. */
	ca?: string | Bytes;
	/** SHA-256 of the one certificate to trust, whatever its name and dates. */
	fingerprint?: Bytes;
	/** From `export` of an earlier session; ignored where it does not fit. */
	resumption?: Bytes;
	/** ms since 1970; absent while the clock is not right: dates are not checked then. */
	time?: number;
	/**
	 * Longest record that the server shall send (RFC 6066, 4), if it knows how: 512, 1024, 2048 or 4096 bytes. Not asked
	 * for where Mbed TLS has TLS 1.3.
	 */
	fragment?: number;
}

/**
 * A TLS session (1.2, and 1.3 where Mbed TLS has it) without a socket: ciphertext and plaintext go in and out, and
 * `step` does the work. Nothing here throws or calls back. What fails returns a negative number or undefined, and
 * the session is dead from then on: `error` says why, and only `send` goes on, to deliver the alert.
 *
 * session.h has the whole contract.
 */
export class TLSSession extends (Native("xs_tls_destructor") as new () => object) {
	constructor(options: TLSServerOptions | TLSClientOptions) {
		super();
		if ("identity" in options) this.#server(options.identity);
		else {
			const { host, ca, fingerprint, resumption, time, fragment } = options;
			this.#client(host, ca, fingerprint, resumption, time, fragment);
		}
	}

	#server(identity: Bytes): void {
		native("xs_tls_server").call(this, identity);
	}

	#client(
		host: string,
		ca: string | Bytes | undefined,
		fingerprint: Bytes | undefined,
		resumption: Bytes | undefined,
		time: number | undefined,
		fragment: number | undefined,
	): void {
		native("xs_tls_client").call(this, host, ca, fingerprint, resumption, time, fragment);
	}

	/** Gives the native memory back (tens of kilobytes), without waiting for the garbage collector. */
	free(): void {
		native("xs_tls_free").call(this);
	}

	/** Takes ciphertext that came from the peer, as far as there is room; returns how many bytes. */
	receive(bytes: Bytes): number {
		return native("xs_tls_receive").call(this, bytes);
	}

	/** How many bytes `receive` would take. */
	get room(): number {
		return native("xs_tls_get_room").call(this);
	}

	/** The connection has ended: nothing will come after what was received. */
	end(): void {
		native("xs_tls_end").call(this);
	}

	/** How many bytes of ciphertext there are for the peer. */
	get sendable(): number {
		return native("xs_tls_get_sendable").call(this);
	}

	/** Up to `count` bytes of ciphertext for the peer, undefined if there are none. */
	send(count: number): ArrayBuffer | undefined {
		return native("xs_tls_send").call(this, count);
	}

	/**
	 * Does a bounded piece of work: one handshake message or one record. Returns 1 if there is more to do, and 0 if
	 * it has to wait: for bytes from the peer, for `send` to make room, or for `read` to take what is there.
	 */
	step(): number {
		return native("xs_tls_step").call(this);
	}

	/** The handshake is done, and the session alive. */
	get open(): boolean {
		return native("xs_tls_get_open").call(this);
	}

	/** The peer said close_notify: nothing more will come. */
	get ended(): boolean {
		return native("xs_tls_get_ended").call(this);
	}

	/** Why the session is dead, in a few words. */
	get error(): string | undefined {
		return native("xs_tls_get_error").call(this);
	}

	/** The alert (RFC 8446, 6) that the peer gave up with. */
	get alert(): string | undefined {
		return native("xs_tls_get_alert").call(this);
	}

	/** How many bytes of plaintext can be read now. */
	get readable(): number {
		return native("xs_tls_get_readable").call(this);
	}

	/** Up to `count` bytes of plaintext, undefined if there are none. */
	read(count: number): ArrayBuffer | undefined {
		return native("xs_tls_read").call(this, count);
	}

	/** How many bytes of plaintext `write` would take. */
	get writable(): number {
		return native("xs_tls_get_writable").call(this);
	}

	/** Takes plaintext, as far as there is room; returns how many bytes. */
	write(bytes: string | Bytes): number {
		return native("xs_tls_write").call(this, bytes);
	}

	/** Says close_notify. Nothing can be written afterwards; what the peer still sends can be read. */
	close(): void {
		native("xs_tls_close").call(this);
	}

	/** "TLSv1.2" or "TLSv1.3", once the session is open. */
	get version(): string | undefined {
		return native("xs_tls_get_version").call(this);
	}

	/** The cipher suite, as Mbed TLS names it, once the session is open. */
	get cipher(): string | undefined {
		return native("xs_tls_get_cipher").call(this);
	}

	/** A client's handshake resumed an earlier session. */
	get resumed(): boolean {
		return native("xs_tls_get_resumed").call(this);
	}

	/**
	 * What a later client needs to resume this session, undefined if there is nothing. Secret. Best asked for just
	 * before `close`, and only once, since TLS 1.3 servers send it late and the library gives it once.
	 */
	export(): ArrayBuffer | undefined {
		return native("xs_tls_export").call(this);
	}
}

/**
 * Makes a P-256 key with its self-signed certificate for ambient16-<udid>, its .local name and up to 4 IP addresses,
 * as opaque bytes; undefined if an argument is wrong or it failed. It takes a while on the chip. `time` in ms since
 * 1970, undefined while the clock is not right; `former` is an identity whose key is kept. identity.h has the rest.
 */
export const createIdentity: (
	udid: string,
	time: number | undefined,
	former: Bytes | undefined,
	...addresses: string[]
) => ArrayBuffer | undefined = native("xs_tls_identity");

/** Until when the certificate in an identity is valid, ms since 1970; 0 if it cannot be read. */
export const expiry: (identity: Bytes) => number = native("xs_tls_expiry");

/**
 * Why none of the certificates in `ca` (PEM or DER) can be used as an authority, in a few words; undefined if one can.
 * `time`: ms since 1970, undefined while the clock is not right.
 */
export const checkAuthorities: (ca: string | Bytes, time: number | undefined) => string | undefined =
	native("xs_tls_check_authorities");

/** SHA-256 of the certificate (DER) in an identity; undefined if the bytes are none. */
export const fingerprint: (identity: Bytes) => ArrayBuffer | undefined = native("xs_tls_fingerprint");

/**
 * Whether `signature` (ECDSA, strict DER) of the SHA-256 `digest` was made with the P-256 `key`
 * (SubjectPublicKeyInfo in DER, or the uncompressed point).
 */
export const verifySignature: (key: Bytes, digest: Bytes, signature: Bytes) => boolean =
	native("xs_tls_verify");
