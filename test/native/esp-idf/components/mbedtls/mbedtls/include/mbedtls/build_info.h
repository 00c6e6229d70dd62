/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include "tf-psa-crypto/build_info.h"

#ifdef MBEDTLS_CONFIG_FILE
#include MBEDTLS_CONFIG_FILE
#endif

#define MBEDTLS_VERSION_MAJOR 4
#define MBEDTLS_VERSION_NUMBER 0x04000000
