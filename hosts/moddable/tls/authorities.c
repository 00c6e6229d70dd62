#include "authorities.h"

#include "constraints.h"
#include "error.h"
#include "trust.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* The library would refuse an authority for critical name constraints, which are looked at in a16_trust_verify. */
static int on_extension(void *context, const mbedtls_x509_crt *certificate, const mbedtls_x509_buf *oid,
	int critical, const unsigned char *p, const unsigned char *end) {
	(void)context, (void)certificate, (void)critical, (void)p, (void)end;
	return a16_constraints_is_oid(oid) ? 0 : MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE;
}

static bool is_authority(const mbedtls_x509_crt *certificate) {
	/* Version 1 has no extension to say so, and a server's own certificate vouches for itself. */
	return certificate->MBEDTLS_PRIVATE(ca_istrue) || certificate->version < 3 ||
		a16_trust_is_self_issued(certificate);
}

static int judge(mbedtls_x509_crt *certificate, uint64_t time) {
	uint32_t flags = 0;
	if (!is_authority(certificate)) return A16_AUTHORITY;
	/* Whether it would be trusted is of no interest here, but what the library thinks of its key. */
	mbedtls_x509_crt_verify_with_profile(
		certificate, certificate, NULL, &a16_trust_profile, NULL, &flags, NULL, NULL);
	if (flags & (MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_BAD_PK) ||
		mbedtls_pk_get_bitlen(&certificate->pk) > A16_KEY_BITS)
		return A16_KEY;
	return time && time > a16_trust_seconds(&certificate->valid_to) ? A16_EXPIRED : 0;
}

static int error_of(int result) {
	/* The library adds the reason of a lower layer to its own. */
	switch (-(-result & ~0x7f)) {
		case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE: return A16_EXTENSION;
		case MBEDTLS_ERR_X509_UNKNOWN_OID:
		case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
		case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
		case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE: return A16_KEY;
		default: return result == MBEDTLS_ERR_X509_ALLOC_FAILED ? A16_MEMORY : A16_DAMAGED;
	}
}

static int add(mbedtls_x509_crt *chain, const uint8_t *der, size_t size, uint64_t time) {
	int result = mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, size, 1, on_extension, NULL);
	if (result) return error_of(result);
	mbedtls_x509_crt *last = chain;
	while (last->next) last = last->next;
	/* One that will not do may stay: nothing is believed for it. */
	return judge(last, time);
}

static int parse(mbedtls_x509_crt *chain, const char *text, uint64_t time) {
	int result = A16_EMPTY;
	bool usable = false;
	while ((text = strstr(text, BEGIN))) {
		mbedtls_pem_context pem;
		size_t used = 0;
		mbedtls_pem_init(&pem);
		if (mbedtls_pem_read_buffer(&pem, BEGIN, END, (const uint8_t *)text, NULL, 0, &used))
			result = A16_DAMAGED;
		else
			result = add(chain, pem.MBEDTLS_PRIVATE(buf), pem.MBEDTLS_PRIVATE(buflen), time);
		mbedtls_pem_free(&pem);
		if (result == A16_MEMORY) return result;
		usable |= !result;
		text += sizeof BEGIN - 1;
	}
	return usable ? 0 : result;
}

int a16_authorities_parse(mbedtls_x509_crt *chain, const char *pem) {
	return parse(chain, pem, 0);
}

int a16_authorities_check(const char *pem, uint64_t time) {
	mbedtls_x509_crt chain;
	if (compat_start()) return A16_INTERNAL;
	mbedtls_x509_crt_init(&chain);
	int result = parse(&chain, pem, time);
	mbedtls_x509_crt_free(&chain);
	return result;
}
