/** Why a connection failed. The message may be told to everybody: it names no user, password, token or path. */
export class Failure extends Error {}

const TEXTS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "connection refused",
	ECONNRESET: "the connection was cut",
	EPIPE: "the connection was cut",
	ETIMEDOUT: "no answer in time",
	ENOTFOUND: "the name is not known",
	EAI_AGAIN: "the name cannot be looked up",
	ENETUNREACH: "no way to the network",
	EHOSTUNREACH: "no way to the host",
	// The same words as hosts/moddable/tls/error.c has.
	DEPTH_ZERO_SELF_SIGNED_CERT: "certificate is self-signed",
	SELF_SIGNED_CERT_IN_CHAIN: "certificate not issued by the CA",
	UNABLE_TO_GET_ISSUER_CERT: "certificate not issued by the CA",
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate not issued by the CA",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate not issued by the CA",
	CERT_SIGNATURE_FAILURE: "certificate not issued by the CA",
	INVALID_CA: "certificate not issued by the CA",
	CERT_HAS_EXPIRED: "certificate has expired",
	CERT_NOT_YET_VALID: "certificate is not valid yet",
	INVALID_PURPOSE: "certificate is not for a TLS server",
	ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another host",
	ERR_SSL_WRONG_VERSION_NUMBER: "TLS is not spoken there",
	ERR_SSL_PACKET_LENGTH_TOO_LONG: "TLS is not spoken there",
	ERR_SSL_NO_PROTOCOLS_AVAILABLE: "no TLS version or cipher suite in common",
	ERR_SSL_UNSUPPORTED_PROTOCOL: "no TLS version or cipher suite in common",
	ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "no TLS version or cipher suite in common",
	ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: "no TLS version or cipher suite in common",
};

/** The reason in words. Of a message that may quote somebody, only its code is told. */
export function describeFailure(error: unknown): string {
	if (error instanceof Failure) return error.message;
	const { code, errors } = error as { code?: unknown; errors?: unknown[] };
	// Of several addresses none could be reached.
	if (Array.isArray(errors) && errors.length > 0) return describeFailure(errors[0]);
	if (typeof code !== "string" || !/^[A-Z0-9_]{1,60}$/.test(code)) return "it failed";
	if (Object.hasOwn(TEXTS, code)) return TEXTS[code] as string;
	if (code.startsWith("ERR_SSL_") && code.includes("ALERT")) return "refused by the peer";
	if (code.startsWith("ERR_SSL_")) return "broken TLS from the peer";
	return `it failed (${code})`;
}
