/* MD5 (RFC 1321) and SHA-256 (FIPS 180-4), which the chip's SDK has in C as well. */
#include <stddef.h>
#include <stdint.h>

#define DIGEST_MOST 32

typedef struct {
	uint32_t state[8];
	uint64_t length;
	uint8_t block[64];
	int sha256;
} Digest;

void digestBegin(Digest *digest, int sha256);
void digestUpdate(Digest *digest, const void *bytes, size_t length);
/* Writes the digest and returns its length. */
size_t digestEnd(Digest *digest, uint8_t result[DIGEST_MOST]);
