/**
 * RFC 9325: an ephemeral key exchange and authenticated encryption only, as on the chip (hosts/moddable/tls). Those of
 * TLS 1.3 are all so.
 */
export const SUITES = [
	"TLS_AES_128_GCM_SHA256",
	"TLS_AES_256_GCM_SHA384",
	"TLS_CHACHA20_POLY1305_SHA256",
	...["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].flatMap((cipher) => [
		`ECDHE-ECDSA-${cipher}`,
		`ECDHE-RSA-${cipher}`,
	]),
].join(":");

/** Key exchange groups, without the finite fields (RFC 7919) that TLS 1.3 would have as well. */
export const GROUPS = "X25519:P-256:P-384:P-521";
