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

static int parse_der(mbedtls_x509_crt *chain, const uint8_t *bytes, size_t size, uint64_t time) {
	int result = A16_EMPTY;
	bool usable = false;
	uint8_t *p = (uint8_t *)bytes;
	uint8_t *end = p + size;
	while (p < end) {
		uint8_t *certificate = p;
		size_t length;
		if (mbedtls_asn1_get_tag(&p, end, &length, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE)) {
			result = A16_DAMAGED;
			break;
		}
		p += length;
		result = add(chain, certificate, (size_t)(p - certificate), time);
		if (result == A16_MEMORY) return result;
		usable |= !result;
	}
	return usable ? 0 : result;
}

static int parse_pem(mbedtls_x509_crt *chain, const uint8_t *text, uint64_t time) {
	int result = A16_EMPTY;
	bool usable = false;
	while ((text = (const uint8_t *)strstr((const char *)text, BEGIN))) {
		mbedtls_pem_context pem;
		size_t used = 0;
		mbedtls_pem_init(&pem);
		if (mbedtls_pem_read_buffer(&pem, BEGIN, END, text, NULL, 0, &used))
			result = A16_DAMAGED;
		else
			result = add(chain, compat_pem_bytes(&pem), compat_pem_size(&pem), time);
		mbedtls_pem_free(&pem);
		if (result == A16_MEMORY) return result;
		usable |= !result;
		text += sizeof BEGIN - 1;
	}
	return usable ? 0 : result;
}

static int parse(mbedtls_x509_crt *chain, const uint8_t *bytes, size_t size, uint64_t time) {
	if (size && bytes[0] == (MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE))
		return parse_der(chain, bytes, size, time);
	/* The library wants PEM with a NUL. */
	uint8_t *text = mbedtls_calloc(1, size + 1);
	if (!text) return A16_MEMORY;
	memcpy(text, bytes, size);
	int result = parse_pem(chain, text, time);
	mbedtls_free(text);
	return result;
}

int a16_authorities_parse(mbedtls_x509_crt *chain, const uint8_t *bytes, size_t size) {
	return parse(chain, bytes, size, 0);
}

int a16_authorities_check(const uint8_t *bytes, size_t size, uint64_t time) {
	mbedtls_x509_crt chain;
	if (compat_start()) return A16_INTERNAL;
	mbedtls_x509_crt_init(&chain);
	int result = parse(&chain, bytes, size, time);
	mbedtls_x509_crt_free(&chain);
	return result;
}
