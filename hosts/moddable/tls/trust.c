#include "trust.h"

#include "constraints.h"
#include "error.h"

const mbedtls_x509_crt_profile a16_trust_profile = {
	MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
		MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
	0xfffffff,
	MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
		MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
	2048,
};

uint64_t a16_trust_seconds(const mbedtls_x509_time *time) {
	if (time->year < 1970) return 0;
	int64_t year = time->mon > 2 ? time->year : time->year - 1;
	int64_t month = (time->mon + 9) % 12;
	int64_t day = year * 365 + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + time->day - 1 -
		719468;
	return (uint64_t)(((day * 24 + time->hour) * 60 + time->min) * 60 + time->sec);
}

bool a16_trust_is_self_issued(const mbedtls_x509_crt *certificate) {
	return certificate->issuer_raw.len == certificate->subject_raw.len &&
		memcmp(certificate->issuer_raw.p, certificate->subject_raw.p, certificate->subject_raw.len) == 0;
}

static bool is_pinned(const A16Trust *trust, const mbedtls_x509_crt *certificate) {
	uint8_t digest[32];
	if (compat_sha256(certificate->raw.p, certificate->raw.len, digest)) return false;
	return mbedtls_ct_memcmp(digest, trust->fingerprint, 32) == 0;
}

/* An iPAddress among the subject's alternative names (RFC 5280, 4.2.1.6); 2.28 looks at dNSNames only. */
static bool has_address(const A16Trust *trust, const mbedtls_x509_crt *certificate) {
	for (const mbedtls_x509_sequence *name = &certificate->subject_alt_names; name; name = name->next)
		if (name->buf.tag == (MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7) && name->buf.len == trust->address_size &&
			memcmp(name->buf.p, trust->address, trust->address_size) == 0)
			return true;
	return false;
}

/* Of every authority above it. One that an authority has issued to itself is not held to them (RFC 5280, 6.1.3). */
static bool is_constrained(A16Trust *trust, const mbedtls_x509_crt *certificate, int depth) {
	trust->chain[depth] = certificate;
	for (int above = depth + 1; above < A16_CHAIN && trust->chain[above]; above++)
		if (!a16_constraints_allow(trust->chain[above], certificate, depth == 0, &trust->comparisons))
			return depth == 0 || !a16_trust_is_self_issued(certificate);
	return false;
}

int a16_trust_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *flags) {
	A16Trust *trust = context;
	if (depth == 0) trust->checked = true;

	if (trust->pinned) {
		/* The owner named this very certificate: who issued it, for whom and until when does not matter
		   (as in DANE-EE, RFC 7671, 5.1), and what else was sent even less. */
		*flags = depth == 0 ? *flags & (MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_BAD_PK) : 0;
		if (depth > 0) return 0;
		if (!is_pinned(trust, certificate)) *flags |= MBEDTLS_X509_BADCERT_NOT_TRUSTED;
	} else {
		/* The library compares with time(), which the chip has not got and a simulation must not use. */
		*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
		/* notAfter is itself within the validity. */
		uint64_t expiry = a16_trust_seconds(&certificate->valid_to) + 1;
		if (expiry < trust->expiry) trust->expiry = expiry;
		if (trust->time && trust->time >= expiry) *flags |= MBEDTLS_X509_BADCERT_EXPIRED;
		if (trust->time && trust->time < a16_trust_seconds(&certificate->valid_from))
			*flags |= MBEDTLS_X509_BADCERT_FUTURE;
		if (depth == 0 && trust->address_size && !has_address(trust, certificate))
			*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
		if (depth < A16_CHAIN && is_constrained(trust, certificate, depth))
			*flags |= MBEDTLS_X509_BADCERT_OTHER;
	}
	if (mbedtls_pk_get_bitlen(&certificate->pk) > A16_KEY_BITS || depth >= A16_CHAIN)
		*flags |= MBEDTLS_X509_BADCERT_BAD_KEY;
	return 0;
}

int a16_trust_error(const A16Trust *trust, uint32_t flags) {
	if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) return trust->pinned ? A16_FINGERPRINT : A16_UNTRUSTED;
	if (flags & (MBEDTLS_X509_BADCERT_BAD_KEY | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_MD))
		return A16_KEY;
	if (flags & MBEDTLS_X509_BADCERT_EXPIRED) return A16_EXPIRED;
	if (flags & MBEDTLS_X509_BADCERT_FUTURE) return A16_NOT_YET_VALID;
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) return A16_NAME;
	if (flags & MBEDTLS_X509_BADCERT_OTHER) return A16_CONSTRAINED;
	if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE)) return A16_USAGE;
	return A16_UNTRUSTED;
}
