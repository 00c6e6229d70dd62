#ifndef AMBIENT16_TRUST_H
#define AMBIENT16_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "compat.h"

/** RSA beyond this costs the chip seconds a signature; no public CA issues it (mongoose CVE-2026-5244). */
#define A16_KEY_BITS 4096
/** Leaf, three intermediates, root. */
#define A16_CHAIN 5

/** What a client wants to see in the server's certificate chain, and what it saw. */
typedef struct {
	/** SHA-256 of the leaf certificate (DER), where `pinned`. */
	uint8_t fingerprint[32];
	bool pinned;
	/** The server's IP address in network order, 4 or 16 bytes; 0 where it goes by name. */
	uint8_t address[16];
	size_t address_size;
	/** Seconds since 1970, or 0 while the clock is not right: dates are not checked then. */
	uint64_t time;
	/** The chain's certificates by depth, while it is looked at: the root comes first. */
	const mbedtls_x509_crt *chain[A16_CHAIN];
	/** See constraints.h. */
	unsigned comparisons;
	/** The chain was looked at. */
	bool checked;
	/** The first second at which one of its certificates is no longer valid; UINT64_MAX for pinned ones. */
	uint64_t expiry;
} A16Trust;

/** SHA-256 or better, P-256 to P-521, RSA from 2048 bits. */
extern const mbedtls_x509_crt_profile a16_trust_profile;

/** Seconds since 1970 (proleptic Gregorian, UTC); 0 before. */
uint64_t a16_trust_seconds(const mbedtls_x509_time *time);

/** Issuer and subject are of one name. */
bool a16_trust_is_self_issued(const mbedtls_x509_crt *certificate);

/** For mbedtls_ssl_conf_verify, with an A16Trust: has the last word on each certificate. */
int a16_trust_verify(void *trust, mbedtls_x509_crt *certificate, int depth, uint32_t *flags);

/** The error that the library's verification flags stand for. */
int a16_trust_error(const A16Trust *trust, uint32_t flags);

#endif
