#include "session.h"

#include "address.h"
#include "compat.h"
#include "identity.h"
#include "trust.h"

/* Record header, nonce, tag, inner type and TLS 1.3 padding, rounded up. */
#define RECORD_OVERHEAD 64
/* Kept free for close_notify and for refusing to renegotiate, so that a write never leaves half a record. */
#define ALERT_RESERVE 128
/* A shorter record is not worth its overhead while older ones wait to be sent. */
#define RECORD_MIN 256
#define HOST_MAX 253
/* Of exported sessions: seal, expiry. The seal is the digest of `purpose` and of all that follows. */
#define SEAL 32
#define EXPORT_HEADER 40

typedef struct {
	size_t start, end;
	uint8_t bytes[A16_BUFFER];
} Queue;

struct A16Session {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	compat_random random;
	mbedtls_x509_crt certificates;
	mbedtls_pk_context key;
	A16Trust trust;
	/* Digest of host and trust: what an exported session is good for, and no other is. */
	uint8_t purpose[32];
	bool client;
	bool resuming;
	/* Of the session that is resumed. */
	uint64_t resumed_expiry;
	A16State state;
	int error;
	int alert;
	bool input_ended;
	bool closed;
	int suites[10];
	Queue in, out;
};

/* Best first: the chip has AES in hardware. */
static const int suites[] = {
#ifdef MBEDTLS_TLS1_3_AES_128_GCM_SHA256
	MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
	MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
	MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
#endif
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
};

static size_t queue_put(Queue *queue, const uint8_t *bytes, size_t count) {
	if (count > sizeof queue->bytes - queue->end && queue->start) {
		queue->end -= queue->start;
		memmove(queue->bytes, queue->bytes + queue->start, queue->end);
		queue->start = 0;
	}
	size_t room = sizeof queue->bytes - queue->end;
	if (count > room) count = room;
	if (count) memcpy(queue->bytes + queue->end, bytes, count);
	queue->end += count;
	return count;
}

static size_t queue_take(Queue *queue, uint8_t *bytes, size_t size) {
	size_t count = queue->end - queue->start;
	if (count > size) count = size;
	if (count) memcpy(bytes, queue->bytes + queue->start, count);
	queue->start += count;
	if (queue->start == queue->end) queue->start = queue->end = 0;
	return count;
}

static size_t queue_length(const Queue *queue) {
	return queue->end - queue->start;
}

static int on_send(void *context, const unsigned char *bytes, size_t count) {
	A16Session *session = context;
	size_t taken = queue_put(&session->out, bytes, count);
	return taken ? (int)taken : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int on_receive(void *context, unsigned char *bytes, size_t size) {
	A16Session *session = context;
	size_t count = queue_take(&session->in, bytes, size);
	if (count) return (int)count;
	return session->input_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
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
		case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
			return A16_TRUNCATED;
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
		case MBEDTLS_ERR_SSL_INTERNAL_ERROR:
			return A16_INTERNAL;
		default:
			return A16_PROTOCOL;
	}
}

static int fail(A16Session *session, int error) {
	session->state = A16_FAILED;
	return session->error = error;
}

/* Set up */

static int allocate(A16Session **result, int endpoint) {
	A16Session *session = mbedtls_calloc(1, sizeof *session);
	if (!session) return A16_MEMORY;
	mbedtls_ssl_init(&session->ssl);
	mbedtls_ssl_config_init(&session->conf);
	compat_random_init(&session->random);
	mbedtls_x509_crt_init(&session->certificates);
	mbedtls_pk_init(&session->key);
	session->client = endpoint == MBEDTLS_SSL_IS_CLIENT;
	session->trust.expiry = UINT64_MAX;
	*result = session;

	if (compat_start() || compat_random_seed(&session->random)) return A16_INTERNAL;
	if (mbedtls_ssl_config_defaults(&session->conf, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT))
		return A16_MEMORY;
	compat_ssl_conf(&session->conf, &session->random);
	size_t count = 0;
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
		if (mbedtls_ssl_ciphersuite_from_id(suites[i])) session->suites[count++] = suites[i];
	mbedtls_ssl_conf_ciphersuites(&session->conf, session->suites);
	return 0;
}

static int start(A16Session *session) {
	int result = mbedtls_ssl_setup(&session->ssl, &session->conf);
	if (result) return result == MBEDTLS_ERR_SSL_ALLOC_FAILED ? A16_MEMORY : A16_INTERNAL;
	mbedtls_ssl_set_bio(&session->ssl, session, on_send, on_receive, NULL);
	return 0;
}

static int set_up_server(A16Session *session, const uint8_t *identity, size_t size) {
	const uint8_t *key, *certificate;
	size_t key_size, certificate_size;
	if (!a16_identity_split(identity, size, &key, &key_size, &certificate, &certificate_size)) return A16_ARGUMENT;
	if (compat_pk_parse(&session->key, key, key_size, &session->random) ||
		mbedtls_x509_crt_parse_der(&session->certificates, certificate, certificate_size))
		return A16_ARGUMENT;
	if (mbedtls_ssl_conf_own_cert(&session->conf, &session->certificates, &session->key)) return A16_MEMORY;
	return start(session);
}

static bool is_name(const char *host) {
	size_t length = strlen(host);
	if (length == 0 || length > HOST_MAX) return false;
	for (size_t i = 0; i < length; i++) {
		char c = host[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'))
			return false;
	}
	return true;
}

static int parse_certificates(mbedtls_x509_crt *chain, const uint8_t *bytes, size_t size) {
	if (size && bytes[0] != (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)) {
		/* PEM, which the library wants with a NUL. */
		char *text = mbedtls_calloc(1, size + 1);
		if (!text) return A16_MEMORY;
		memcpy(text, bytes, size);
		int result = mbedtls_x509_crt_parse(chain, (const uint8_t *)text, size + 1);
		mbedtls_free(text);
		return result ? A16_ARGUMENT : 0;
	}
	uint8_t *p = (uint8_t *)bytes;
	uint8_t *end = p + size;
	while (p < end) {
		uint8_t *certificate = p;
		size_t length;
		if (mbedtls_asn1_get_tag(&p, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)) return A16_ARGUMENT;
		p += length;
		if (mbedtls_x509_crt_parse_der(chain, certificate, (size_t)(p - certificate))) return A16_ARGUMENT;
	}
	return size ? 0 : A16_ARGUMENT;
}

/* SHA-256 of two digests: of the host, and of the CA (or the fingerprint). */
static int digest_purpose(A16Session *session, const A16ClientOptions *options) {
	uint8_t digests[65] = {0};
	digests[64] = options->fingerprint ? 'F' : 'C';
	if (compat_sha256((const uint8_t *)options->host, strlen(options->host), digests)) return A16_INTERNAL;
	if (options->fingerprint) memcpy(digests + 32, options->fingerprint, 32);
	else if (compat_sha256(options->ca, options->ca_size, digests + 32)) return A16_INTERNAL;
	return compat_sha256(digests, sizeof digests, session->purpose) ? A16_INTERNAL : 0;
}

static bool is_sealed(const A16Session *session, const uint8_t *bytes, size_t size) {
	uint8_t seal[SEAL];
	uint8_t *copy = mbedtls_calloc(1, size);
	if (!copy) return false;
	memcpy(copy, session->purpose, SEAL);
	memcpy(copy + SEAL, bytes + SEAL, size - SEAL);
	bool sealed = compat_sha256(copy, size, seal) == 0 && mbedtls_ct_memcmp(seal, bytes, SEAL) == 0;
	mbedtls_platform_zeroize(copy, size);
	mbedtls_free(copy);
	return sealed;
}

/* A session that cannot be resumed is no error: a full handshake takes its place. */
static void resume(A16Session *session, const uint8_t *bytes, size_t size) {
	if (size <= EXPORT_HEADER || size > A16_RESUMPTION || !is_sealed(session, bytes, size)) return;
	uint64_t expiry = 0;
	for (int i = SEAL; i < EXPORT_HEADER; i++) expiry = expiry << 8 | bytes[i];
	if (session->trust.time && session->trust.time >= expiry) return;

	mbedtls_ssl_session saved;
	mbedtls_ssl_session_init(&saved);
	if (mbedtls_ssl_session_load(&saved, bytes + EXPORT_HEADER, size - EXPORT_HEADER) == 0 &&
		mbedtls_ssl_set_session(&session->ssl, &saved) == 0) {
		session->resuming = true;
		session->resumed_expiry = expiry;
	}
	mbedtls_ssl_session_free(&saved);
}

static int fragment_code(uint16_t fragment) {
	switch (fragment) {
		case 0: return MBEDTLS_SSL_MAX_FRAG_LEN_NONE;
		case 512: return MBEDTLS_SSL_MAX_FRAG_LEN_512;
		case 1024: return MBEDTLS_SSL_MAX_FRAG_LEN_1024;
		case 2048: return MBEDTLS_SSL_MAX_FRAG_LEN_2048;
		case 4096: return MBEDTLS_SSL_MAX_FRAG_LEN_4096;
		default: return -1;
	}
}

static int set_up_client(A16Session *session, const A16ClientOptions *options) {
	if (!options->host || !options->ca == !options->fingerprint) return A16_ARGUMENT;
	session->trust.time = options->time;
	session->trust.address_size = a16_address_parse(options->host, session->trust.address);
	if (!session->trust.address_size && !is_name(options->host)) return A16_ARGUMENT;
	if (options->fingerprint) {
		session->trust.pinned = true;
		memcpy(session->trust.fingerprint, options->fingerprint, 32);
	} else {
		int result = parse_certificates(&session->certificates, options->ca, options->ca_size);
		if (result) return result;
	}
	int result = digest_purpose(session, options);
	if (result) return result;

	/* With a pinned certificate the set of CAs is empty. */
	mbedtls_ssl_conf_ca_chain(&session->conf, &session->certificates, NULL);
	mbedtls_ssl_conf_authmode(&session->conf, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_cert_profile(&session->conf, &a16_trust_profile);
	mbedtls_ssl_conf_verify(&session->conf, a16_trust_verify, &session->trust);
#ifdef MBEDTLS_SSL_SESSION_TICKETS
	mbedtls_ssl_conf_session_tickets(&session->conf, MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
#endif
	int code = fragment_code(options->fragment);
	if (code < 0) return A16_ARGUMENT;
#ifdef MBEDTLS_SSL_MAX_FRAGMENT_LENGTH
	if (mbedtls_ssl_conf_max_frag_len(&session->conf, (unsigned char)code)) return A16_ARGUMENT;
#endif
	result = start(session);
	if (result) return result;
	/* No address in SNI (RFC 6066, 3); a16_trust_verify compares addresses. */
	if (mbedtls_ssl_set_hostname(&session->ssl, session->trust.address_size ? NULL : options->host)) return A16_MEMORY;
	if (options->resumption) resume(session, options->resumption, options->resumption_size);
	return 0;
}

static int hand_over(A16Session **result, A16Session *session, int error) {
	if (error) {
		a16_session_free(session);
		session = NULL;
	}
	*result = session;
	return error;
}

int a16_session_server(A16Session **result, const uint8_t *identity, size_t size) {
	A16Session *session = NULL;
	int error = allocate(&session, MBEDTLS_SSL_IS_SERVER);
	if (!error) error = set_up_server(session, identity, size);
	return hand_over(result, session, error);
}

int a16_session_client(A16Session **result, const A16ClientOptions *options) {
	A16Session *session = NULL;
	int error = allocate(&session, MBEDTLS_SSL_IS_CLIENT);
	if (!error) error = set_up_client(session, options);
	return hand_over(result, session, error);
}

void a16_session_free(A16Session *session) {
	if (!session) return;
	mbedtls_ssl_free(&session->ssl);
	mbedtls_ssl_config_free(&session->conf);
	mbedtls_pk_free(&session->key);
	mbedtls_x509_crt_free(&session->certificates);
	compat_random_free(&session->random);
	mbedtls_platform_zeroize(session, sizeof *session);
	mbedtls_free(session);
}

/* Ciphertext */

size_t a16_session_room(const A16Session *session) {
	return session->error || session->input_ended ? 0 : A16_BUFFER - queue_length(&session->in);
}

int a16_session_receive(A16Session *session, const uint8_t *bytes, size_t count) {
	if (session->error) return session->error;
	return session->input_ended ? 0 : (int)queue_put(&session->in, bytes, count);
}

void a16_session_end(A16Session *session) {
	session->input_ended = true;
}

size_t a16_session_send(A16Session *session, uint8_t *bytes, size_t size) {
	return queue_take(&session->out, bytes, size);
}

/* Work */

static int step_handshake(A16Session *session) {
	int result = mbedtls_ssl_handshake_step(&session->ssl);
	if (result == MBEDTLS_ERR_SSL_WANT_WRITE) return 0;
	if (result == MBEDTLS_ERR_SSL_WANT_READ) return queue_length(&session->in) > 0;
	if (result) return fail(session, error_of(session, result));
	if (compat_ssl_handshake_over(&session->ssl)) {
		/* Whatever the library may do one day: a client without a checked certificate goes no further. */
		if (session->client && !session->trust.checked && !session->resuming) return fail(session, A16_INTERNAL);
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

/* What was agreed */

const char *a16_session_version(const A16Session *session) {
	return session->state == A16_OPEN || session->state == A16_ENDED ? mbedtls_ssl_get_version(&session->ssl) : NULL;
}

const char *a16_session_cipher(const A16Session *session) {
	return session->state == A16_OPEN || session->state == A16_ENDED ? mbedtls_ssl_get_ciphersuite(&session->ssl) : NULL;
}

bool a16_session_resumed(const A16Session *session) {
	return (session->state == A16_OPEN || session->state == A16_ENDED) && session->resuming && !session->trust.checked;
}

int a16_session_export(A16Session *session, uint8_t bytes[A16_RESUMPTION]) {
	if (session->error) return session->error;
	if (session->state != A16_OPEN && session->state != A16_ENDED) return 0;
	mbedtls_ssl_session saved;
	size_t length = 0;
	mbedtls_ssl_session_init(&saved);
	/* Refused for servers, and where there is no ticket or it was exported already. */
	if (mbedtls_ssl_get_session(&session->ssl, &saved) ||
		mbedtls_ssl_session_save(&saved, bytes + EXPORT_HEADER, A16_RESUMPTION - EXPORT_HEADER, &length))
		length = 0;
	mbedtls_ssl_session_free(&saved);
	if (!length) return 0;
	uint64_t expiry = session->trust.checked ? session->trust.expiry : session->resumed_expiry;
	memcpy(bytes, session->purpose, SEAL);
	for (int i = 0; i < 8; i++) bytes[SEAL + i] = (uint8_t)(expiry >> (56 - 8 * i));
	uint8_t seal[SEAL];
	if (compat_sha256(bytes, EXPORT_HEADER + length, seal)) return 0;
	memcpy(bytes, seal, SEAL);
	return (int)(EXPORT_HEADER + length);
}
