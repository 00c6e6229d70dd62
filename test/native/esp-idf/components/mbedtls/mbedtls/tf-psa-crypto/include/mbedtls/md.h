/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

typedef enum {
	MBEDTLS_MD_NONE = 0,
	MBEDTLS_MD_SHA256 = 0x09,
	MBEDTLS_MD_SHA384 = 0x0a,
	MBEDTLS_MD_SHA512 = 0x0b,
} mbedtls_md_type_t;
