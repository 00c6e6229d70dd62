/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include <stddef.h>

#include "mbedtls/md.h"
#include "psa/crypto.h"
#include "tf-psa-crypto/build_info.h"

#define MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE -0x3A00
#define MBEDTLS_ERR_PK_UNKNOWN_PK_ALG -0x3C80

typedef struct mbedtls_pk_context {
	const void *MBEDTLS_PRIVATE(pk_info);
	void *MBEDTLS_PRIVATE(pk_ctx);
} mbedtls_pk_context;

void mbedtls_pk_init(mbedtls_pk_context *ctx);
void mbedtls_pk_free(mbedtls_pk_context *ctx);
size_t mbedtls_pk_get_bitlen(const mbedtls_pk_context *ctx);
int mbedtls_pk_copy_from_psa(mbedtls_svc_key_id_t key_id, mbedtls_pk_context *pk);
int mbedtls_pk_parse_key(
	mbedtls_pk_context *ctx, const unsigned char *key, size_t keylen, const unsigned char *pwd, size_t pwdlen);
int mbedtls_pk_write_key_der(const mbedtls_pk_context *ctx, unsigned char *buf, size_t size);
