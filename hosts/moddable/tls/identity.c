#include "identity.h"

#include <mbedtls/asn1write.h>

#include "address.h"
#include "error.h"
#include "trust.h"

#define HEADER 6
#define UDID 12
#define KEY_SIZE 160

static const uint8_t server_auth[] = {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};

static bool is_udid(const char *udid) {
	for (int i = 0; i < UDID; i++)
		if (!((udid[i] >= '0' && udid[i] <= '9') || (udid[i] >= 'a' && udid[i] <= 'f'))) return false;
	return udid[UDID] == '\0';
}

static int set_extension(mbedtls_x509write_cert *certificate, uint8_t id, const uint8_t *value, size_t size) {
	const char oid[] = {0x55, 0x1d, (char)id};
	return mbedtls_x509write_crt_set_extension(certificate, oid, sizeof oid, 0, value, size);
}

/* By hand, because the library learned it in 3.5. */
static int set_alternative_names(
	mbedtls_x509write_cert *certificate, const char *name, const char *address) {
	uint8_t bytes[18 + 64];
	uint8_t *p = bytes + sizeof bytes;
	if (address) {
		uint8_t binary[16];
		size_t size = a16_address_parse(address, binary);
		if (!size) return A16_ARGUMENT;
		p -= size;
		memcpy(p, binary, size);
		*--p = (uint8_t)size;
		*--p = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 7;
	}
	size_t length = strlen(name);
	p -= length;
	memcpy(p, name, length);
	*--p = (uint8_t)length;
	*--p = MBEDTLS_ASN1_CONTEXT_SPECIFIC | 2;
	length = (size_t)(bytes + sizeof bytes - p);
	if (mbedtls_asn1_write_len(&p, bytes, length) < 0) return A16_INTERNAL;
	*--p = MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE;
	return set_extension(certificate, 0x11, p, (size_t)(bytes + sizeof bytes - p)) ? A16_MEMORY : 0;
}

#define DAY 86400
#define TIME_SIZE 15

/* YYYYMMDDhhmmss, as the library wants it; seconds since 1970, Gregorian, up to 2^32 days. */
static void write_time(uint64_t seconds, char text[TIME_SIZE]) {
	/* From March of the year 0 on, so that a leap day is the last of its year. */
	uint32_t days = (uint32_t)(seconds / DAY) + 719468;
	uint32_t era = days / 146097, of_era = days % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153;
	uint32_t second = (uint32_t)(seconds % DAY);
	uint32_t parts[] = {year + era * 400 + (month >= 10), month < 10 ? month + 3 : month - 9,
		of_year - (153 * month + 2) / 5 + 1, second / 3600, second / 60 % 60, second % 60};
	char *p = text + TIME_SIZE - 1;
	*p = '\0';
	for (int i = 5; i >= 0; i--)
		for (int digits = i ? 2 : 4; digits; digits--, parts[i] /= 10) *--p = (char)('0' + parts[i] % 10);
}

static int set_validity(mbedtls_x509write_cert *certificate, uint64_t time) {
	char from[TIME_SIZE] = "20200101000000", to[TIME_SIZE] = "20491231235959";
	if (time) {
		/* The client's clock may be behind. */
		uint64_t start = time < DAY ? 0 : time - DAY;
		write_time(start, from);
		write_time(start + (uint64_t)A16_IDENTITY_DAYS * DAY - 1, to);
	}
	return mbedtls_x509write_crt_set_validity(certificate, from, to);
}

static int fill(mbedtls_x509write_cert *certificate, mbedtls_pk_context *key, const A16IdentityOptions *options,
	compat_random *random) {
	char subject[] = "CN=ambient16-000000000000";
	char name[] = "ambient16-000000000000.local";
	uint8_t serial[16];
	memcpy(subject + 13, options->udid, UDID);
	memcpy(name + 10, options->udid, UDID);
	if (compat_random_bytes(random, serial, sizeof serial)) return A16_INTERNAL;
	serial[0] = (serial[0] & 0x7f) | 0x40; /* positive, and as long as it looks (RFC 5280, 4.1.2.2) */

	mbedtls_x509write_crt_set_version(certificate, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(certificate, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(certificate, key);
	mbedtls_x509write_crt_set_issuer_key(certificate, key);
	if (compat_x509write_serial(certificate, serial, sizeof serial) ||
		mbedtls_x509write_crt_set_subject_name(certificate, subject) ||
		mbedtls_x509write_crt_set_issuer_name(certificate, subject) ||
		set_validity(certificate, options->time) ||
		mbedtls_x509write_crt_set_basic_constraints(certificate, 0, -1) ||
		mbedtls_x509write_crt_set_key_usage(certificate, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) ||
		set_extension(certificate, 0x25, server_auth, sizeof server_auth))
		return A16_INTERNAL;
	return set_alternative_names(certificate, name, options->address);
}

static int set_key(mbedtls_pk_context *key, const A16IdentityOptions *options, compat_random *random) {
	A16Identity former;
	if (!options->former) return compat_p256_generate(key, random) ? A16_INTERNAL : 0;
	if (!a16_identity_split(options->former, options->former_size, &former) ||
		compat_pk_parse(key, former.key, former.key_size, random))
		return A16_ARGUMENT;
	return 0;
}

int a16_identity_create(const A16IdentityOptions *options, uint8_t *bytes, size_t size) {
	if (!is_udid(options->udid) || size < HEADER) return A16_ARGUMENT;
	if (compat_start()) return A16_INTERNAL;

	compat_random random;
	mbedtls_pk_context key;
	mbedtls_x509write_cert certificate;
	uint8_t key_der[KEY_SIZE];
	compat_random_init(&random);
	mbedtls_pk_init(&key);
	mbedtls_x509write_crt_init(&certificate);

	int key_size = 0;
	int certificate_size = 0;
	int result = compat_random_seed(&random) ? A16_INTERNAL : set_key(&key, options, &random);
	if (!result) result = fill(&certificate, &key, options, &random);
	if (!result) {
		/* Both are written at the end of what they are given. */
		key_size = mbedtls_pk_write_key_der(&key, key_der, sizeof key_der);
		certificate_size = compat_x509write_der(&certificate, bytes, size, &random);
		if (key_size < 0 || certificate_size < 0)
			result = A16_INTERNAL;
		else if ((size_t)(HEADER + key_size + certificate_size) > size)
			result = A16_ARGUMENT;
	}
	if (!result) {
		result = HEADER + key_size + certificate_size;
		memmove(bytes + HEADER + key_size, bytes + size - certificate_size, (size_t)certificate_size);
		memcpy(bytes + HEADER, key_der + sizeof key_der - key_size, (size_t)key_size);
		const uint8_t header[HEADER] = {'A', '1', (uint8_t)(key_size >> 8), (uint8_t)key_size,
			(uint8_t)(certificate_size >> 8), (uint8_t)certificate_size};
		memcpy(bytes, header, HEADER);
	}
	mbedtls_platform_zeroize(key_der, sizeof key_der);
	mbedtls_x509write_crt_free(&certificate);
	mbedtls_pk_free(&key);
	compat_random_free(&random);
	return result;
}

bool a16_identity_split(const uint8_t *bytes, size_t size, A16Identity *identity) {
	if (size < HEADER || bytes[0] != 'A' || bytes[1] != '1') return false;
	identity->key_size = (size_t)bytes[2] << 8 | bytes[3];
	identity->certificate_size = (size_t)bytes[4] << 8 | bytes[5];
	identity->key = bytes + HEADER;
	identity->certificate = identity->key + identity->key_size;
	return identity->key_size && identity->certificate_size &&
		size == HEADER + identity->key_size + identity->certificate_size;
}

int a16_identity_fingerprint(const uint8_t *bytes, size_t size, uint8_t fingerprint[32]) {
	A16Identity identity;
	if (!a16_identity_split(bytes, size, &identity)) return A16_ARGUMENT;
	if (compat_start() || compat_sha256(identity.certificate, identity.certificate_size, fingerprint))
		return A16_INTERNAL;
	return 0;
}

uint64_t a16_identity_expiry(const uint8_t *bytes, size_t size) {
	A16Identity identity;
	mbedtls_x509_crt certificate;
	uint64_t expiry = 0;
	if (!a16_identity_split(bytes, size, &identity) || compat_start()) return 0;
	mbedtls_x509_crt_init(&certificate);
	if (!mbedtls_x509_crt_parse_der(&certificate, identity.certificate, identity.certificate_size))
		expiry = a16_trust_seconds(&certificate.valid_to);
	mbedtls_x509_crt_free(&certificate);
	return expiry;
}
