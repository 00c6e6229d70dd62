#include "session.h"

#include "internal.h"

/* Record header, nonce, tag, inner type and TLS 1.3 padding, rounded up. */
#define RECORD_OVERHEAD 64
/* Kept free for close_notify and for refusing to renegotiate, so that a write never leaves half a record. */
#define ALERT_RESERVE 128
/* A shorter record is not worth its overhead while older ones wait to be sent. */
#define RECORD_MIN 256

static size_t queue_length(const A16Queue *queue) {
	return queue->end - queue->start;
}

static int error_of(A16Session *session, int result) {
	switch (result) {
		case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
		case MBEDTLS_ERR_SSL_BAD_CERTIFICATE: {
			uint32_t flags = mbedtls_ssl_get_verify_result(&session->ssl);
			return session->trust.checked && flags ? a16_trust_error(&session->trust, flags) : A16_PROTOCOL;
		}
		case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
			session->alert = compat_ssl_alert(&session->ssl);
			return A16_ALERT;
		case MBEDTLS_ERR_SSL_CONN_EOF:
		/* Also in the middle of a handshake. */
		case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY: return A16_TRUNCATED;
		case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
		case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
			return compat_ssl_in_hello(&session->ssl) ? A16_NEGOTIATION : A16_PROTOCOL;
		case MBEDTLS_ERR_SSL_ALLOC_FAILED:
#if MBEDTLS_VERSION_MAJOR < 4
		case MBEDTLS_ERR_X509_ALLOC_FAILED:
		case MBEDTLS_ERR_PK_ALLOC_FAILED:
		case MBEDTLS_ERR_MPI_ALLOC_FAILED:
		case MBEDTLS_ERR_ECP_ALLOC_FAILED:
#endif
			return A16_MEMORY;
		case MBEDTLS_ERR_SSL_INTERNAL_ERROR: return A16_INTERNAL;
		/* From 4.0 on only the lower layer's reason comes, as for other damage. */
		case MBEDTLS_ERR_ASN1_UNEXPECTED_TAG:
		case MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG:
		case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE: return A16_EXTENSION;
		default: return A16_PROTOCOL;
	}
}

static int fail(A16Session *session, int error) {
	session->state = A16_FAILED;
	return session->error = error;
}

/* Ciphertext */

size_t a16_session_room(const A16Session *session) {
	return session->error || session->input_ended ? 0 : A16_BUFFER - queue_length(&session->in);
}

int a16_session_receive(A16Session *session, const uint8_t *bytes, size_t count) {
	if (session->error) return session->error;
	return session->input_ended ? 0 : (int)a16_queue_put(&session->in, bytes, count);
}

void a16_session_end(A16Session *session) {
	session->input_ended = true;
}

size_t a16_session_sendable(const A16Session *session) {
	return queue_length(&session->out);
}

size_t a16_session_send(A16Session *session, uint8_t *bytes, size_t size) {
	return a16_queue_take(&session->out, bytes, size);
}

/* Work */

static int step_handshake(A16Session *session) {
	int result = mbedtls_ssl_handshake_step(&session->ssl);
	if (result == MBEDTLS_ERR_SSL_WANT_WRITE) return 0;
	if (result == MBEDTLS_ERR_SSL_WANT_READ) return queue_length(&session->in) > 0;
	if (result) return fail(session, error_of(session, result));
	if (compat_ssl_handshake_over(&session->ssl)) {
		/* Whatever the library may do one day: a client without a checked certificate goes no further. */
		if (session->client && !session->trust.checked && !session->resuming)
			return fail(session, A16_INTERNAL);
		session->state = A16_OPEN;
	}
	return 1;
}

static int step_open(A16Session *session) {
	unsigned char nothing;
	if (mbedtls_ssl_get_bytes_avail(&session->ssl)) return 0;
	int result = mbedtls_ssl_read(&session->ssl, &nothing, 0);
	if (result == 0) {
		if (mbedtls_ssl_get_bytes_avail(&session->ssl)) return 0;
		/* Either the end of input or an empty record. */
		if (session->input_ended && !queue_length(&session->in)) return fail(session, A16_TRUNCATED);
		return 1;
	}
	if (result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
		session->state = A16_ENDED;
		return 0;
	}
	if (result == MBEDTLS_ERR_SSL_WANT_READ)
		return queue_length(&session->in) || !compat_ssl_handshake_over(&session->ssl);
#ifdef MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET
	if (result == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) return 1;
#endif
	/* WANT_WRITE too: only a flood of requests to renegotiate exhausts ALERT_RESERVE. */
	return fail(session, error_of(session, result));
}

int a16_session_step(A16Session *session) {
	switch (session->state) {
		case A16_HANDSHAKE: return step_handshake(session);
		case A16_OPEN: return step_open(session);
		case A16_FAILED: return session->error;
		default: return 0;
	}
}

A16State a16_session_state(const A16Session *session) {
	return session->state;
}

int a16_session_error(const A16Session *session) {
	return session->error;
}

const char *a16_session_alert(const A16Session *session) {
	if (session->error != A16_ALERT) return NULL;
	switch (session->alert) {
		case 0: return "close_notify";
		case 10: return "unexpected_message";
		case 20: return "bad_record_mac";
		case 22: return "record_overflow";
		case 40: return "handshake_failure";
		case 42: return "bad_certificate";
		case 43: return "unsupported_certificate";
		case 44: return "certificate_revoked";
		case 45: return "certificate_expired";
		case 46: return "certificate_unknown";
		case 47: return "illegal_parameter";
		case 48: return "unknown_ca";
		case 49: return "access_denied";
		case 50: return "decode_error";
		case 51: return "decrypt_error";
		case 70: return "protocol_version";
		case 71: return "insufficient_security";
		case 80: return "internal_error";
		case 86: return "inappropriate_fallback";
		case 90: return "user_canceled";
		case 109: return "missing_extension";
		case 110: return "unsupported_extension";
		case 112: return "unrecognized_name";
		case 116: return "certificate_required";
		case 120: return "no_application_protocol";
		default: return "unknown";
	}
}

/* Plaintext */

size_t a16_session_readable(const A16Session *session) {
	return session->state == A16_OPEN ? mbedtls_ssl_get_bytes_avail(&session->ssl) : 0;
}

int a16_session_read(A16Session *session, uint8_t *bytes, size_t size) {
	if (session->error) return session->error;
	size_t count = a16_session_readable(session);
	if (count > size) count = size;
	if (!count) return 0;
	int result = mbedtls_ssl_read(&session->ssl, bytes, count);
	return result < 0 ? fail(session, error_of(session, result)) : result;
}

size_t a16_session_writable(const A16Session *session) {
	if ((session->state != A16_OPEN && session->state != A16_ENDED) || session->closed) return 0;
	/* A TLS 1.3 ticket is being taken in. */
	if (!compat_ssl_handshake_over(&session->ssl)) return 0;
	size_t room = A16_BUFFER - queue_length(&session->out);
	return room < RECORD_OVERHEAD + ALERT_RESERVE + RECORD_MIN ? 0 : room - RECORD_OVERHEAD - ALERT_RESERVE;
}

int a16_session_write(A16Session *session, const uint8_t *bytes, size_t count) {
	if (session->error) return session->error;
	if (session->closed) return A16_CLOSED;
	size_t room = a16_session_writable(session);
	if (count > room) count = room;
	if (!count) return 0;
	int result = mbedtls_ssl_write(&session->ssl, bytes, count);
	return result < 0 ? fail(session, error_of(session, result)) : result;
}

void a16_session_close(A16Session *session) {
	if (session->error || session->closed) return;
	session->closed = true;
	if (session->state == A16_HANDSHAKE) {
		fail(session, A16_CLOSED);
		return;
	}
	int result = mbedtls_ssl_close_notify(&session->ssl);
	if (result) fail(session, error_of(session, result));
}
