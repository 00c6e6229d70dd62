/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#ifdef TF_PSA_CRYPTO_USER_CONFIG_FILE
#include TF_PSA_CRYPTO_USER_CONFIG_FILE
#endif

#define MBEDTLS_PRIVATE(member) private_##member
