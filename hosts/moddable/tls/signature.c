#include "signature.h"

#include "compat.h"

/* SubjectPublicKeyInfo of an uncompressed P-256 point, up to the point. */
static const uint8_t spki[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
	0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};

/* The order of the group (FIPS 186-4, D.1.2.3). */
static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc,
	0x63, 0x25, 0x51};

/* A positive INTEGER in its shortest form, below the order, into 32 bytes; the end of it, or NULL. */
static const uint8_t *read_scalar(const uint8_t *p, const uint8_t *end, uint8_t scalar[32]) {
	static const uint8_t zero[32];
	if (end - p < 3 || p[0] != 0x02) return NULL;
	size_t length = p[1];
	p += 2;
	if (length == 0 || length > 33 || length > (size_t)(end - p) || p[0] & 0x80) return NULL;
	if (length > 1 && p[0] == 0 && !(p[1] & 0x80)) return NULL;
	end = p + length;
	if (length == 33 && *p++ != 0) return NULL;
	memset(scalar, 0, 32);
	memcpy(scalar + 32 - (end - p), p, (size_t)(end - p));
	return memcmp(scalar, zero, 32) > 0 && memcmp(scalar, order, 32) < 0 ? end : NULL;
}

bool a16_signature_verify(const uint8_t *key, size_t key_size, const uint8_t digest[32],
	const uint8_t *signature, size_t signature_size) {
	if (key_size != sizeof spki + 65 || memcmp(key, spki, sizeof spki) || key[sizeof spki] != 0x04) return false;

	uint8_t scalars[64];
	/* A length of 128 or more does not occur: two scalars with their heads take 70 bytes at most. */
	if (signature_size < 2 || signature[0] != 0x30 || signature[1] != signature_size - 2 ||
		signature[1] & 0x80)
		return false;
	const uint8_t *end = signature + signature_size;
	const uint8_t *p = read_scalar(signature + 2, end, scalars);
	if (p) p = read_scalar(p, end, scalars + 32);
	return p == end && compat_start() == 0 && compat_p256_verify(key + sizeof spki, digest, scalars) == 0;
}
