#include "digest.h"
#include <string.h>

static const uint32_t MD5_CONSTANTS[64] = {
	0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
	0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
	0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
	0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
	0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
	0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
	0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
	0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
static const uint8_t MD5_SHIFTS[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 } };

static const uint32_t SHA256_CONSTANTS[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotateLeft(uint32_t word, int count) { return word << count | word >> (32 - count); }
static uint32_t rotateRight(uint32_t word, int count) { return word >> count | word << (32 - count); }

static void md5Block(uint32_t state[4], const uint8_t *bytes)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], words[16];
	memcpy(words, bytes, sizeof(words)); /* little-endian, as this platform is */
	for (int i = 0; i < 64; i++) {
		uint32_t mix;
		int word;
		switch (i / 16) {
		case 0: mix = (b & c) | (~b & d); word = i; break;
		case 1: mix = (b & d) | (c & ~d); word = 5 * i + 1; break;
		case 2: mix = b ^ c ^ d; word = 3 * i + 5; break;
		default: mix = c ^ (b | ~d); word = 7 * i; break;
		}
		uint32_t sum = a + mix + MD5_CONSTANTS[i] + words[word & 15];
		a = d;
		d = c;
		c = b;
		b += rotateLeft(sum, MD5_SHIFTS[i / 16][i & 3]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

static void sha256Block(uint32_t state[8], const uint8_t *bytes)
{
	uint32_t words[64], s[8];
	for (int i = 0; i < 16; i++, bytes += 4)
		words[i] = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
	for (int i = 16; i < 64; i++) {
		uint32_t x = words[i - 15], y = words[i - 2];
		words[i] = words[i - 16] + words[i - 7] + (rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >> 3) +
			(rotateRight(y, 17) ^ rotateRight(y, 19) ^ y >> 10);
	}
	memcpy(s, state, sizeof(s));
	for (int i = 0; i < 64; i++) {
		uint32_t e = s[4], a = s[0];
		uint32_t one = s[7] + (rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25)) +
			((e & s[5]) ^ (~e & s[6])) + SHA256_CONSTANTS[i] + words[i];
		uint32_t two = (rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22)) +
			((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += one;
		s[0] = one + two;
	}
	for (int i = 0; i < 8; i++) state[i] += s[i];
}

void digestBegin(Digest *digest, int sha256)
{
	static const uint32_t MD5_STATE[8] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	static const uint32_t SHA256_STATE[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	memcpy(digest->state, sha256 ? SHA256_STATE : MD5_STATE, sizeof(digest->state));
	digest->length = 0;
	digest->sha256 = sha256;
}

void digestUpdate(Digest *digest, const void *bytes, size_t length)
{
	const uint8_t *from = bytes;
	while (length > 0) {
		size_t used = digest->length % 64;
		size_t count = length < 64 - used ? length : 64 - used;
		memcpy(digest->block + used, from, count);
		digest->length += count;
		from += count;
		length -= count;
		if (used + count == 64) (digest->sha256 ? sha256Block : md5Block)(digest->state, digest->block);
	}
}

size_t digestEnd(Digest *digest, uint8_t result[DIGEST_MOST])
{
	uint64_t bits = digest->length * 8;
	uint8_t tail[72] = { 0x80 };
	size_t zeros = (119 - digest->length % 64) % 64;
	size_t size = digest->sha256 ? 32 : 16;
	for (int i = 0; i < 8; i++) tail[1 + zeros + i] = bits >> (digest->sha256 ? 56 - 8 * i : 8 * i);
	digestUpdate(digest, tail, 1 + zeros + 8);
	for (size_t i = 0; i < size; i++)
		result[i] = digest->state[i / 4] >> (digest->sha256 ? 24 - 8 * (i % 4) : 8 * (i % 4));
	return size;
}
