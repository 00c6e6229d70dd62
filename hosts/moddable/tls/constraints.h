#ifndef AMBIENT16_CONSTRAINTS_H
#define AMBIENT16_CONSTRAINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "compat.h"

/** How often a name of a chain may be compared with a constraint: a chain could hold millions of such pairs. */
#define A16_COMPARISONS 4096

/** The extension's OID, 2.5.29.30, which the library does not know. */
bool a16_constraints_is_oid(const mbedtls_x509_buf *oid);

/**
 * Whether the name constraints of `authority` (RFC 5280, 4.2.1.10) allow `certificate`, which comes below it in a chain.
 * `leaf`: it is the last one. DNS names and IP addresses are compared, a wildcard as if it were each name that it stands
 * for; a directory name is within a permitted one only if it is written in the same bytes. Any other name, and a
 * directory name where one is excluded, counts as not allowed once a constraint of its kind is there. So does what
 * cannot be read, or takes more `comparisons`, which are counted up.
 */
bool a16_constraints_allow(
	const mbedtls_x509_crt *authority, const mbedtls_x509_crt *certificate, bool leaf, unsigned *comparisons);

#endif
