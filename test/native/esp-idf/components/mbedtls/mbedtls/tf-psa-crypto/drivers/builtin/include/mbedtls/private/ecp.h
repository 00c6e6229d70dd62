/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

typedef enum {
	MBEDTLS_ECP_DP_NONE = 0,
	MBEDTLS_ECP_DP_SECP192R1,
	MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_SECP384R1,
	MBEDTLS_ECP_DP_SECP521R1,
} mbedtls_ecp_group_id;
