#ifndef AMBIENT16_IDENTITY_H
#define AMBIENT16_IDENTITY_H

#include <stdbool.h>

#include "compat.h"

/** Room for any identity. */
#define A16_IDENTITY_SIZE 1024
/** Days that a certificate is valid: Apple takes 825 at most, whoever trusts it (support.apple.com/103769). */
#define A16_IDENTITY_DAYS 820

typedef struct {
	/** 12 lower-case hex digits. */
	const char *udid;
	/** An IP address; NULL: none. */
	const char *address;
	/** Seconds since 1970, or 0 if the clock is not known to be right. */
	uint64_t time;
	/** An identity whose key is kept; NULL: a new one is made. */
	const uint8_t *former;
	size_t former_size;
} A16IdentityOptions;

/**
 * Makes a P-256 key with its self-signed certificate: CN ambient16-<udid>, which with `.local` is also its DNS
 * name, and the IP address given; from the day before `time` for A16_IDENTITY_DAYS, or from 2020 to 2049 while the
 * time is not known. Returns the length of the identity in `bytes`, or an error of error.h.
 *
 * An identity is "A1", the sizes of key and certificate (16 bits each, big-endian), the key (SEC 1, DER), and
 * the certificate (DER).
 */
int a16_identity_create(const A16IdentityOptions *options, uint8_t *bytes, size_t size);

/** Where key and certificate lie in an identity. */
typedef struct {
	const uint8_t *key, *certificate;
	size_t key_size, certificate_size;
} A16Identity;

/** False if the bytes are none. */
bool a16_identity_split(const uint8_t *bytes, size_t size, A16Identity *identity);

/** SHA-256 of the certificate (DER); 0 or an error of error.h. */
int a16_identity_fingerprint(const uint8_t *bytes, size_t size, uint8_t fingerprint[32]);

/** The last second at which the certificate is valid, since 1970; 0 if it cannot be read. */
uint64_t a16_identity_expiry(const uint8_t *bytes, size_t size);

#endif
