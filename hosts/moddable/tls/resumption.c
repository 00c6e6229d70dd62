#include "internal.h"

/* The seal is the digest of `purpose` and of all that follows it. */
#define SEAL 32
/* Seal and expiry. */
#define HEADER 40

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

void a16_session_resume(A16Session *session, const uint8_t *bytes, size_t size) {
	if (size <= HEADER || size > A16_RESUMPTION || !is_sealed(session, bytes, size)) return;
	uint64_t expiry = 0;
	for (int i = SEAL; i < HEADER; i++) expiry = expiry << 8 | bytes[i];
	if (session->trust.time && session->trust.time >= expiry) return;

	mbedtls_ssl_session saved;
	mbedtls_ssl_session_init(&saved);
	if (mbedtls_ssl_session_load(&saved, bytes + HEADER, size - HEADER) == 0 &&
		mbedtls_ssl_set_session(&session->ssl, &saved) == 0) {
		session->resuming = true;
		session->resumed_expiry = expiry;
	}
	mbedtls_ssl_session_free(&saved);
}

int a16_session_export(A16Session *session, uint8_t bytes[A16_RESUMPTION]) {
	if (session->error) return session->error;
	if (session->state != A16_OPEN && session->state != A16_ENDED) return 0;
	mbedtls_ssl_session saved;
	size_t length = 0;
	mbedtls_ssl_session_init(&saved);
	/* Refused for servers, and where there is no ticket or it was exported already. */
	if (mbedtls_ssl_get_session(&session->ssl, &saved) ||
		mbedtls_ssl_session_save(&saved, bytes + HEADER, A16_RESUMPTION - HEADER, &length))
		length = 0;
	mbedtls_ssl_session_free(&saved);
	if (!length) return 0;
	uint64_t expiry = session->trust.checked ? session->trust.expiry : session->resumed_expiry;
	memcpy(bytes, session->purpose, SEAL);
	for (int i = 0; i < 8; i++) bytes[SEAL + i] = (uint8_t)(expiry >> (56 - 8 * i));
	uint8_t seal[SEAL];
	if (compat_sha256(bytes, HEADER + length, seal)) return 0;
	memcpy(bytes, seal, SEAL);
	return (int)(HEADER + length);
}
