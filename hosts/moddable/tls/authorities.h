#ifndef AMBIENT16_AUTHORITIES_H
#define AMBIENT16_AUTHORITIES_H

#include <stdint.h>

#include "compat.h"

/**
 * Adds the certificates in `pem` to `chain`. Those that cannot be used as an authority spoil no others: returns 0 if
 * one can, or the error (of error.h) of the last that cannot.
 */
int a16_authorities_parse(mbedtls_x509_crt *chain, const char *pem);

/** The same for somebody who only wants to know. `time`: seconds since 1970, or 0 if the clock is not right. */
int a16_authorities_check(const char *pem, uint64_t time);

#endif
