/* Declared by ourselves as in ESP-IDF v6.0 (Mbed TLS 4.0, TF-PSA-Crypto 1.0), as far as our C uses it. */
#pragma once

#include <stdint.h>

#include "mbedtls/asn1.h"
#include "mbedtls/build_info.h"
#include "mbedtls/pk.h"

#define MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE -0x2080
#define MBEDTLS_ERR_X509_UNKNOWN_OID -0x2100
#define MBEDTLS_ERR_X509_INVALID_EXTENSIONS -0x2500
#define MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG -0x2600
#define MBEDTLS_ERR_X509_CERT_VERIFY_FAILED -0x2700
#define MBEDTLS_ERR_X509_ALLOC_FAILED PSA_ERROR_INSUFFICIENT_MEMORY

#define MBEDTLS_X509_BADCERT_EXPIRED 0x01
#define MBEDTLS_X509_BADCERT_CN_MISMATCH 0x04
#define MBEDTLS_X509_BADCERT_NOT_TRUSTED 0x08
#define MBEDTLS_X509_BADCERT_OTHER 0x0100
#define MBEDTLS_X509_BADCERT_FUTURE 0x0200
#define MBEDTLS_X509_BADCERT_KEY_USAGE 0x0800
#define MBEDTLS_X509_BADCERT_EXT_KEY_USAGE 0x1000
#define MBEDTLS_X509_BADCERT_BAD_MD 0x4000
#define MBEDTLS_X509_BADCERT_BAD_PK 0x8000
#define MBEDTLS_X509_BADCERT_BAD_KEY 0x010000

#define MBEDTLS_X509_KU_DIGITAL_SIGNATURE (0x80)
#define MBEDTLS_X509_CRT_VERSION_3 2
#define MBEDTLS_X509_ID_FLAG(id) (1 << ((id) - 1))

typedef mbedtls_asn1_buf mbedtls_x509_buf;
typedef mbedtls_asn1_named_data mbedtls_x509_name;
typedef mbedtls_asn1_sequence mbedtls_x509_sequence;
typedef struct mbedtls_x509_crl mbedtls_x509_crl;

typedef struct mbedtls_x509_time {
	int year, mon, day;
	int hour, min, sec;
} mbedtls_x509_time;

typedef struct mbedtls_x509_crt {
	mbedtls_x509_buf raw;
	int version;
	mbedtls_x509_buf issuer_raw;
	mbedtls_x509_buf subject_raw;
	mbedtls_x509_name subject;
	mbedtls_x509_time valid_from;
	mbedtls_x509_time valid_to;
	mbedtls_pk_context pk;
	mbedtls_x509_buf v3_ext;
	mbedtls_x509_sequence subject_alt_names;
	int MBEDTLS_PRIVATE(ca_istrue);
	struct mbedtls_x509_crt *next;
} mbedtls_x509_crt;

typedef struct mbedtls_x509_crt_profile {
	uint32_t allowed_mds;
	uint32_t allowed_pks;
	uint32_t allowed_curves;
	uint32_t rsa_min_bitlen;
} mbedtls_x509_crt_profile;

typedef struct mbedtls_x509write_cert {
	int MBEDTLS_PRIVATE(version);
} mbedtls_x509write_cert;

void mbedtls_x509_crt_init(mbedtls_x509_crt *crt);
void mbedtls_x509_crt_free(mbedtls_x509_crt *crt);
typedef int (*mbedtls_x509_crt_ext_cb_t)(void *p_ctx, mbedtls_x509_crt const *crt, mbedtls_x509_buf const *oid,
	int critical, const unsigned char *p, const unsigned char *end);
int mbedtls_x509_crt_parse_der_with_ext_cb(mbedtls_x509_crt *chain, const unsigned char *buf, size_t buflen,
	int make_copy, mbedtls_x509_crt_ext_cb_t cb, void *p_ctx);
int mbedtls_x509_crt_verify_with_profile(mbedtls_x509_crt *crt, mbedtls_x509_crt *trust_ca, mbedtls_x509_crl *ca_crl,
	const mbedtls_x509_crt_profile *profile, const char *cn, uint32_t *flags,
	int (*f_vrfy)(void *, mbedtls_x509_crt *, int, uint32_t *), void *p_vrfy);
int mbedtls_x509_crt_parse_der(mbedtls_x509_crt *chain, const unsigned char *buf, size_t buflen);

void mbedtls_x509write_crt_init(mbedtls_x509write_cert *ctx);
void mbedtls_x509write_crt_free(mbedtls_x509write_cert *ctx);
int mbedtls_x509write_crt_der(mbedtls_x509write_cert *ctx, unsigned char *buf, size_t size);
void mbedtls_x509write_crt_set_version(mbedtls_x509write_cert *ctx, int version);
void mbedtls_x509write_crt_set_md_alg(mbedtls_x509write_cert *ctx, mbedtls_md_type_t md_alg);
void mbedtls_x509write_crt_set_issuer_key(mbedtls_x509write_cert *ctx, mbedtls_pk_context *key);
void mbedtls_x509write_crt_set_subject_key(mbedtls_x509write_cert *ctx, mbedtls_pk_context *key);
int mbedtls_x509write_crt_set_issuer_name(mbedtls_x509write_cert *ctx, const char *issuer_name);
int mbedtls_x509write_crt_set_subject_name(mbedtls_x509write_cert *ctx, const char *subject_name);
int mbedtls_x509write_crt_set_serial_raw(mbedtls_x509write_cert *ctx, const unsigned char *serial, size_t serial_len);
int mbedtls_x509write_crt_set_validity(mbedtls_x509write_cert *ctx, const char *not_before, const char *not_after);
int mbedtls_x509write_crt_set_basic_constraints(mbedtls_x509write_cert *ctx, int is_ca, int max_pathlen);
int mbedtls_x509write_crt_set_key_usage(mbedtls_x509write_cert *ctx, unsigned int key_usage);
int mbedtls_x509write_crt_set_extension(mbedtls_x509write_cert *ctx, const char *oid, size_t oid_len, int critical,
	const unsigned char *val, size_t val_len);
