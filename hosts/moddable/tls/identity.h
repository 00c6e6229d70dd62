#ifndef AMBIENT16_IDENTITY_H
#define AMBIENT16_IDENTITY_H

#include <stdbool.h>

#include "compat.h"

/** Room for any identity. */
#define A16_IDENTITY_SIZE 1024
/** IP addresses that a certificate may name. */
#define A16_IDENTITY_ADDRESSES 4

/**
 * Makes a P-256 key with its self-signed certificate: CN ambient16-<udid>, which with `.local` is also its DNS
 * name, and the IP addresses given; 2020 to 2049, because the chip makes it before it knows the time.
 * `udid`: 12 lower-case hex digits. Returns the length of the identity in `bytes`, or an error of error.h.
 *
 * An identity is "A1", the sizes of key and certificate (16 bits each, big-endian), the key (SEC 1, DER), and
 * the certificate (DER).
 */
int a16_identity_create(
	const char *udid, const char *const *addresses, size_t count, uint8_t *bytes, size_t size);

/** Where key and certificate lie in an identity; false if the bytes are none. */
bool a16_identity_split(const uint8_t *bytes, size_t size, const uint8_t **key, size_t *key_size,
	const uint8_t **certificate, size_t *certificate_size);

/** SHA-256 of the certificate (DER); 0 or an error of error.h. */
int a16_identity_fingerprint(const uint8_t *bytes, size_t size, uint8_t fingerprint[32]);

#endif
