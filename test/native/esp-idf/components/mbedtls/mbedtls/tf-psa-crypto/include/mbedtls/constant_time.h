/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include <stddef.h>

int mbedtls_ct_memcmp(const void *a, const void *b, size_t n);
