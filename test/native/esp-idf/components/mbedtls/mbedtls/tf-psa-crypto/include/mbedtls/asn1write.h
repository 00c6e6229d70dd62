/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include "mbedtls/asn1.h"

int mbedtls_asn1_write_len(unsigned char **p, const unsigned char *start, size_t len);
