/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include <stddef.h>

#include "tf-psa-crypto/build_info.h"

typedef struct mbedtls_pem_context {
	unsigned char *MBEDTLS_PRIVATE(buf);
	size_t MBEDTLS_PRIVATE(buflen);
	unsigned char *MBEDTLS_PRIVATE(info);
} mbedtls_pem_context;

void mbedtls_pem_init(mbedtls_pem_context *ctx);
void mbedtls_pem_free(mbedtls_pem_context *ctx);
int mbedtls_pem_read_buffer(mbedtls_pem_context *ctx, const char *header, const char *footer,
	const unsigned char *data, const unsigned char *pwd, size_t pwdlen, size_t *use_len);
