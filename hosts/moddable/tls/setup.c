/* From options to a session that is ready for its first step. */
#include "address.h"
#include "authorities.h"
#include "identity.h"
#include "internal.h"

#define HOST_MAX 253

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
_Static_assert(sizeof suites / sizeof *suites < A16_SUITES, "room for the 0 at their end");

static int on_send(void *context, const unsigned char *bytes, size_t count) {
	A16Session *session = context;
	size_t taken = a16_queue_put(&session->out, bytes, count);
	return taken ? (int)taken : MBEDTLS_ERR_SSL_WANT_WRITE;
}

static int on_receive(void *context, unsigned char *bytes, size_t size) {
	A16Session *session = context;
	size_t count = a16_queue_take(&session->in, bytes, size);
	if (count) return (int)count;
	return session->input_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
}

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
	if (mbedtls_ssl_config_defaults(
			&session->conf, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT))
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

static int set_up_server(A16Session *session, const uint8_t *bytes, size_t size) {
	A16Identity identity;
	if (!a16_identity_split(bytes, size, &identity) ||
		compat_pk_parse(&session->key, identity.key, identity.key_size, &session->random) ||
		mbedtls_x509_crt_parse_der(&session->certificates, identity.certificate, identity.certificate_size))
		return A16_ARGUMENT;
	if (mbedtls_ssl_conf_own_cert(&session->conf, &session->certificates, &session->key)) return A16_MEMORY;
	return start(session);
}

static bool is_name(const char *host) {
	size_t length = strlen(host);
	if (length == 0 || length > HOST_MAX) return false;
	for (size_t i = 0; i < length; i++) {
		char c = host[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
				c == '.' || c == '_'))
			return false;
	}
	return true;
}

/* SHA-256 of two digests: of the host, and of the CA (or the fingerprint). */
static int digest_purpose(A16Session *session, const A16ClientOptions *options) {
	uint8_t digests[65] = {0};
	digests[64] = options->fingerprint ? 'F' : 'C';
	if (compat_sha256((const uint8_t *)options->host, strlen(options->host), digests)) return A16_INTERNAL;
	if (options->fingerprint)
		memcpy(digests + 32, options->fingerprint, 32);
	else if (compat_sha256((const uint8_t *)options->ca, strlen(options->ca), digests + 32))
		return A16_INTERNAL;
	return compat_sha256(digests, sizeof digests, session->purpose) ? A16_INTERNAL : 0;
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
		int result = a16_authorities_parse(&session->certificates, options->ca);
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
	/* Longer records (RFC 6066, 4) would cost the chip more memory. The library's TLS 1.3 refuses the answer of a server
	   that agrees. */
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH) && !defined(MBEDTLS_SSL_PROTO_TLS1_3)
	if (mbedtls_ssl_conf_max_frag_len(&session->conf, MBEDTLS_SSL_MAX_FRAG_LEN_4096)) return A16_INTERNAL;
#endif
	result = start(session);
	if (result) return result;
	/* No address in SNI (RFC 6066, 3); a16_trust_verify compares addresses. */
	if (mbedtls_ssl_set_hostname(&session->ssl, session->trust.address_size ? NULL : options->host))
		return A16_MEMORY;
	if (options->resumption) a16_session_resume(session, options->resumption, options->resumption_size);
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
