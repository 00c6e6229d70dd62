#ifndef AMBIENT16_SIGNATURE_H
#define AMBIENT16_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Whether `signature` (ECDSA, strict DER) of the SHA-256 `digest` was made with the P-256 key whose public
 * half is `key`: SubjectPublicKeyInfo in DER (RFC 5480, 91 bytes), with the uncompressed point.
 */
bool a16_signature_verify(const uint8_t *key, size_t key_size, const uint8_t digest[32],
	const uint8_t *signature, size_t signature_size);

#endif
