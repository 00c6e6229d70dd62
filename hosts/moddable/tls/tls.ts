import type { TlsClient, TlsSession } from "../tls-io";

/**
 * A TLS session (1.2, and 1.3 where Mbed TLS has it) without a socket: ciphertext and plaintext go in and out, and
 * `step` does the work. Nothing here throws or calls back. What fails returns a negative number or undefined, and
 * the session is dead from then on: `error` says why, and only `send` goes on, to deliver the alert.
 *
 * session.h has the whole contract.
 */
export class TLSSession extends (Native("xs_tls_destructor") as new () => object) implements TlsSession {
	/** A server's with an identity from createIdentity, or a client's. */
	constructor(options: { identity: Uint8Array } | TlsClient) {
		super();
		if ("identity" in options) native("xs_tls_server").call(this, options.identity);
		else {
			const { host, ca, fingerprint, resumption, time } = options;
			native("xs_tls_client").call(this, host, ca, fingerprint, resumption, time);
		}
	}

	/** Gives the native memory back (tens of kilobytes), without waiting for the garbage collector. */
	free(): void {
		native("xs_tls_free").call(this);
	}

	/** Takes ciphertext that came from the peer, as far as there is room; returns how many bytes. */
	receive(bytes: Uint8Array): number {
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
	write(bytes: Uint8Array): number {
		return native("xs_tls_write").call(this, bytes);
	}

	/** Says close_notify. Nothing can be written afterwards; what the peer still sends can be read. */
	close(): void {
		native("xs_tls_close").call(this);
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
 * Makes a P-256 key with its self-signed certificate for ambient16-<udid>, its .local name and an IP address, as opaque
 * bytes; undefined if an argument is wrong or it failed. It takes a while on the chip. `time` in ms since 1970,
 * undefined while the clock is not right; `former` is an identity whose key is kept. identity.h has the rest.
 */
export const createIdentity: (
	udid: string,
	time: number | undefined,
	former: Uint8Array | undefined,
	address: string | undefined,
) => ArrayBuffer | undefined = native("xs_tls_identity");

/** Until when the certificate in an identity is valid, ms since 1970; 0 if it cannot be read. */
export const expiry: (identity: Uint8Array) => number = native("xs_tls_expiry");

/**
 * Why none of the certificates in `ca` (PEM) can be used as an authority, in a few words; undefined if one can.
 * `time`: ms since 1970, undefined while the clock is not right.
 */
export const checkAuthorities: (ca: string, time: number | undefined) => string | undefined =
	native("xs_tls_check_authorities");

/** SHA-256 of the certificate (DER) in an identity; undefined if the bytes are none. */
export const fingerprint: (identity: Uint8Array) => ArrayBuffer | undefined = native("xs_tls_fingerprint");

/**
 * Whether `signature` (ECDSA, strict DER) of the SHA-256 `digest` was made with the P-256 `key`
 * (SubjectPublicKeyInfo in DER).
 */
export const verifySignature: (key: Uint8Array, digest: Uint8Array, signature: Uint8Array) => boolean =
	native("xs_tls_verify");
