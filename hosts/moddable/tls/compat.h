/*
 * What differs between Mbed TLS 2.28 (Debian 12), 3.6 (Debian 13, ESP-IDF 5) and 4 (ESP-IDF 6, Homebrew),
 * in one place. All of it is inline and stateless.
 */
#ifndef AMBIENT16_COMPAT_H
#define AMBIENT16_COMPAT_H

#include <stdint.h>
#include <string.h>

/* ESP-IDF builds the library with this configuration; the SDK's makefile, which builds us, does not know. */
#if defined(ESP_PLATFORM) && !defined(MBEDTLS_CONFIG_FILE)
#define MBEDTLS_CONFIG_FILE "mbedtls/esp_config.h"
#define TF_PSA_CRYPTO_USER_CONFIG_FILE "mbedtls/esp_config.h"
#endif

#include <mbedtls/version.h>

#if MBEDTLS_VERSION_MAJOR < 4
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ecdsa.h>
#include <mbedtls/entropy.h>
#include <mbedtls/sha256.h>
#endif
#include <mbedtls/constant_time.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#if MBEDTLS_VERSION_MAJOR >= 4 || defined(MBEDTLS_USE_PSA_CRYPTO) || defined(MBEDTLS_SSL_PROTO_TLS1_3)
#define COMPAT_PSA
#include <psa/crypto.h>
#endif

#ifndef MBEDTLS_PRIVATE
#define MBEDTLS_PRIVATE(member) member
#endif

/* Names of 3.0. */
#if MBEDTLS_VERSION_MAJOR < 3
#define MBEDTLS_ERR_SSL_BAD_CERTIFICATE MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE
#define MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION
#define MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN
#endif

/*
 * Randomness. Up to 3.6 the caller brings a generator: each session has its own, seeded from the system, so
 * that nothing is shared and nothing need be locked. It keeps no entropy collector: that lives for a seeding
 * only, which saves about 1 KiB a session. From 4.0 on the library has one of its own.
 */
#if MBEDTLS_VERSION_MAJOR < 4
typedef mbedtls_ctr_drbg_context compat_random;

static inline int compat_entropy(void *unused, unsigned char *bytes, size_t count) {
	(void)unused;
	mbedtls_entropy_context *entropy = mbedtls_calloc(1, sizeof *entropy);
	if (!entropy) return MBEDTLS_ERR_SSL_ALLOC_FAILED;
	mbedtls_entropy_init(entropy);
	int result = mbedtls_entropy_func(entropy, bytes, count);
	mbedtls_entropy_free(entropy);
	mbedtls_free(entropy);
	return result;
}

static inline void compat_random_init(compat_random *random) {
	mbedtls_ctr_drbg_init(random);
}

static inline int compat_random_seed(compat_random *random) {
	return mbedtls_ctr_drbg_seed(random, compat_entropy, NULL, NULL, 0);
}

static inline void compat_random_free(compat_random *random) {
	mbedtls_ctr_drbg_free(random);
}

static inline int compat_random_bytes(compat_random *random, uint8_t *bytes, size_t count) {
	return mbedtls_ctr_drbg_random(random, bytes, count);
}
#else
typedef char compat_random;

static inline void compat_random_init(compat_random *random) {
	*random = 0;
}

static inline int compat_random_seed(compat_random *random) {
	(void)random;
	return 0;
}

static inline void compat_random_free(compat_random *random) {
	(void)random;
}

static inline int compat_random_bytes(compat_random *random, uint8_t *bytes, size_t count) {
	(void)random;
	return psa_generate_random(bytes, count);
}
#endif

/* Must be called before anything else here; may be called again. */
static inline int compat_start(void) {
#ifdef COMPAT_PSA
	return psa_crypto_init();
#else
	return 0;
#endif
}

static inline int compat_sha256(const uint8_t *bytes, size_t count, uint8_t digest[32]) {
#if MBEDTLS_VERSION_MAJOR < 3
	return mbedtls_sha256_ret(bytes, count, digest, 0);
#elif MBEDTLS_VERSION_MAJOR < 4
	return mbedtls_sha256(bytes, count, digest, 0);
#else
	size_t length;
	return psa_hash_compute(PSA_ALG_SHA_256, bytes, count, digest, 32, &length);
#endif
}

/* P-256 keys and signatures. */

static inline int compat_p256_generate(mbedtls_pk_context *key, compat_random *random) {
#if MBEDTLS_VERSION_MAJOR < 4
	int result = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	if (result) return result;
	return mbedtls_ecp_gen_key(
		MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), mbedtls_ctr_drbg_random, random);
#else
	(void)random;
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&attributes, 256);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH | PSA_KEY_USAGE_EXPORT);
	mbedtls_svc_key_id_t id;
	int result = psa_generate_key(&attributes, &id);
	if (result) return result;
	result = mbedtls_pk_copy_from_psa(id, key);
	psa_destroy_key(id);
	return result;
#endif
}

/* point: 04 X Y; signature: r s, each 32 bytes. 0 if it is right. */
static inline int compat_p256_verify(
	const uint8_t point[65], const uint8_t digest[32], const uint8_t signature[64]) {
#if MBEDTLS_VERSION_MAJOR < 4
	mbedtls_ecp_group group;
	mbedtls_ecp_point q;
	mbedtls_mpi r, s;
	mbedtls_ecp_group_init(&group);
	mbedtls_ecp_point_init(&q);
	mbedtls_mpi_init(&r);
	mbedtls_mpi_init(&s);
	int result = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
	if (!result) result = mbedtls_ecp_point_read_binary(&group, &q, point, 65);
	if (!result) result = mbedtls_ecp_check_pubkey(&group, &q);
	if (!result) result = mbedtls_mpi_read_binary(&r, signature, 32);
	if (!result) result = mbedtls_mpi_read_binary(&s, signature + 32, 32);
	if (!result) result = mbedtls_ecdsa_verify(&group, digest, 32, &q, &r, &s);
	mbedtls_mpi_free(&s);
	mbedtls_mpi_free(&r);
	mbedtls_ecp_point_free(&q);
	mbedtls_ecp_group_free(&group);
	return result;
#else
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
	psa_set_key_bits(&attributes, 256);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
	mbedtls_svc_key_id_t id;
	int result = psa_import_key(&attributes, point, 65, &id);
	if (result) return result;
	result = psa_verify_hash(id, PSA_ALG_ECDSA(PSA_ALG_SHA_256), digest, 32, signature, 64);
	psa_destroy_key(id);
	return result;
#endif
}

/* A private key in DER (SEC 1 or PKCS #8). */
static inline int compat_pk_parse(
	mbedtls_pk_context *key, const uint8_t *der, size_t size, compat_random *random) {
#if MBEDTLS_VERSION_MAJOR < 3
	(void)random;
	return mbedtls_pk_parse_key(key, der, size, NULL, 0);
#elif MBEDTLS_VERSION_MAJOR < 4
	return mbedtls_pk_parse_key(key, der, size, NULL, 0, mbedtls_ctr_drbg_random, random);
#else
	(void)random;
	return mbedtls_pk_parse_key(key, der, size, NULL, 0);
#endif
}

static inline int compat_x509write_serial(mbedtls_x509write_cert *crt, uint8_t *serial, size_t size) {
#if MBEDTLS_VERSION_NUMBER < 0x03040000
	mbedtls_mpi number;
	mbedtls_mpi_init(&number);
	int result = mbedtls_mpi_read_binary(&number, serial, size);
	if (!result) result = mbedtls_x509write_crt_set_serial(crt, &number);
	mbedtls_mpi_free(&number);
	return result;
#else
	return mbedtls_x509write_crt_set_serial_raw(crt, serial, size);
#endif
}

/* Writes at the end of `bytes`; returns the length or an error. */
static inline int compat_x509write_der(
	mbedtls_x509write_cert *crt, uint8_t *bytes, size_t size, compat_random *random) {
#if MBEDTLS_VERSION_MAJOR < 4
	return mbedtls_x509write_crt_der(crt, bytes, size, mbedtls_ctr_drbg_random, random);
#else
	(void)random;
	return mbedtls_x509write_crt_der(crt, bytes, size);
#endif
}

/* TLS configuration. The lists must outlive the configuration. */

#if MBEDTLS_VERSION_MAJOR < 3
static const mbedtls_ecp_group_id compat_groups[] = {
	MBEDTLS_ECP_DP_SECP256R1,
	MBEDTLS_ECP_DP_CURVE25519,
	MBEDTLS_ECP_DP_SECP384R1,
	MBEDTLS_ECP_DP_SECP521R1,
	MBEDTLS_ECP_DP_NONE,
};
static const int compat_hashes[] = {MBEDTLS_MD_SHA256, MBEDTLS_MD_SHA384, MBEDTLS_MD_SHA512, MBEDTLS_MD_NONE};
#else
static const uint16_t compat_groups[] = {
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_SECP521R1,
	MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
static const uint16_t compat_signatures[] = {
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
	MBEDTLS_TLS1_3_SIG_ECDSA_SECP521R1_SHA512,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
	MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384,
	MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,
	MBEDTLS_TLS1_3_SIG_NONE,
};
#endif

static inline void compat_ssl_conf(mbedtls_ssl_config *conf, compat_random *random) {
#if MBEDTLS_VERSION_MAJOR < 4
	mbedtls_ssl_conf_rng(conf, mbedtls_ctr_drbg_random, random);
#else
	(void)random;
#endif
#if MBEDTLS_VERSION_MAJOR < 3
	mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
	mbedtls_ssl_conf_curves(conf, compat_groups);
	mbedtls_ssl_conf_sig_hashes(conf, compat_hashes);
#else
	mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
	mbedtls_ssl_conf_groups(conf, compat_groups);
	mbedtls_ssl_conf_sig_algs(conf, compat_signatures);
#endif
#ifdef MBEDTLS_SSL_PROTO_TLS1_3
	mbedtls_ssl_conf_tls13_key_exchange_modes(conf, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ALL);
#endif
#ifdef MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED
	mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
		conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
#endif
}

static inline int compat_ssl_handshake_over(const mbedtls_ssl_context *ssl) {
	return ssl->MBEDTLS_PRIVATE(state) == MBEDTLS_SSL_HANDSHAKE_OVER;
}

/* Version and cipher suite are not yet agreed on. */
static inline int compat_ssl_in_hello(const mbedtls_ssl_context *ssl) {
	return ssl->MBEDTLS_PRIVATE(state) <= MBEDTLS_SSL_SERVER_HELLO;
}

/* The description in a fatal alert, after the library returned MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE. */
static inline int compat_ssl_alert(const mbedtls_ssl_context *ssl) {
	return ssl->MBEDTLS_PRIVATE(in_msg)[1];
}

#endif
