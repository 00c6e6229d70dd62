/* Why a TLS session failed. Values: on the chip an exception out of a socket callback restarts the device. */
#ifndef AMBIENT16_ERROR_H
#define AMBIENT16_ERROR_H

enum {
	/* An argument that cannot be used: an identity, CA, host name or size. */
	A16_ARGUMENT = -1,
	A16_MEMORY = -2,
	A16_INTERNAL = -3,
	/* The peer does not speak TLS, or breaks its rules, or the bytes were changed on the way. */
	A16_PROTOCOL = -4,
	/* No protocol version, cipher suite or group in common. */
	A16_NEGOTIATION = -5,
	/* The peer gave up and said why: a16_session_alert. */
	A16_ALERT = -6,
	/* The certificate does not lead to the CA. */
	A16_UNTRUSTED = -7,
	/* Another certificate than the pinned one. */
	A16_FINGERPRINT = -8,
	/* The certificate is for another host. */
	A16_NAME = -9,
	A16_EXPIRED = -10,
	A16_NOT_YET_VALID = -11,
	/* The certificate is not for TLS servers. */
	A16_USAGE = -12,
	/* A key or signature in the chain is too weak or too big, or the chain is too long. */
	A16_KEY = -13,
	/* The connection ended without close_notify: what was read may lack its end. */
	A16_TRUNCATED = -14,
	/* Used after a16_session_close. */
	A16_CLOSED = -15,
	/* An authority in the chain may not vouch for that name. */
	A16_CONSTRAINED = -16,
	/* A critical extension that is not known here, or a certificate that is malformed. */
	A16_EXTENSION = -17,
	/* Of a CA: there is none in the bytes; it cannot be read; it may not issue certificates. */
	A16_EMPTY = -18,
	A16_DAMAGED = -19,
	A16_AUTHORITY = -20,
};

/** A few words on an error of the above, for people. */
const char *a16_error_text(int error);

#endif
