/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include <stddef.h>

#include "tf-psa-crypto/build_info.h"

#define MBEDTLS_ERR_ASN1_UNEXPECTED_TAG -0x0062

#define MBEDTLS_ASN1_BOOLEAN 0x01
#define MBEDTLS_ASN1_OCTET_STRING 0x04
#define MBEDTLS_ASN1_OID 0x06
#define MBEDTLS_ASN1_SEQUENCE 0x10
#define MBEDTLS_ASN1_CONSTRUCTED 0x20
#define MBEDTLS_ASN1_CONTEXT_SPECIFIC 0x80

typedef struct mbedtls_asn1_buf {
	int tag;
	size_t len;
	unsigned char *p;
} mbedtls_asn1_buf;

typedef struct mbedtls_asn1_sequence {
	mbedtls_asn1_buf buf;
	struct mbedtls_asn1_sequence *next;
} mbedtls_asn1_sequence;

typedef struct mbedtls_asn1_named_data {
	mbedtls_asn1_buf oid;
	mbedtls_asn1_buf val;
	struct mbedtls_asn1_named_data *next;
} mbedtls_asn1_named_data;

int mbedtls_asn1_get_len(unsigned char **p, const unsigned char *end, size_t *len);
int mbedtls_asn1_get_tag(unsigned char **p, const unsigned char *end, size_t *len, int tag);
