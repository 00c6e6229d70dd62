/*
 * What the client thinks of chains from elsewhere: for each "<time> <host> <size of the CAs> <size of the chain>\n" with
 * both in PEM behind it, a line with the error that it would end with, or "none". A host of "-" is any.
 */
#include "address.h"
#include "authorities.h"
#include "harness.h"
#include "trust.h"

static const char server_auth[] = "\x2b\x06\x01\x05\x05\x07\x03\x01";

static uint8_t *take(size_t size) {
	uint8_t *bytes = calloc(1, size + 1);
	if (!bytes || fread(bytes, 1, size, stdin) != size) exit(2);
	return bytes;
}

/* As the library and its callback do in a handshake with ECDHE. */
static int verify(mbedtls_x509_crt *chain, mbedtls_x509_crt *authorities, const char *host, uint64_t time) {
	A16Trust trust = {.time = time, .expiry = UINT64_MAX};
	uint32_t flags = 0;
	trust.address_size = a16_address_parse(host, trust.address);
	bool named = strcmp(host, "-") && !trust.address_size;
	mbedtls_x509_crt_verify_with_profile(chain, authorities, NULL, &a16_trust_profile, named ? host : NULL,
		&flags, a16_trust_verify, &trust);
	if (mbedtls_x509_crt_check_key_usage(chain, MBEDTLS_X509_KU_DIGITAL_SIGNATURE))
		flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
	if (mbedtls_x509_crt_check_extended_key_usage(chain, server_auth, sizeof server_auth - 1))
		flags |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
	return flags ? a16_trust_error(&trust, flags) : 0;
}

int main(void) {
	long long time;
	char host[512];
	size_t ca_size, chain_size;
	if (compat_start()) return 1;
	while (scanf("%lld %511s %zu %zu", &time, host, &ca_size, &chain_size) == 4) {
		getchar();
		uint8_t *ca = take(ca_size), *pem = take(chain_size);
		mbedtls_x509_crt authorities, chain;
		mbedtls_x509_crt_init(&authorities);
		mbedtls_x509_crt_init(&chain);
		int error = a16_authorities_parse(&authorities, (const char *)ca);
		/* Of what a server sends the library takes all or nothing. */
		if (!error && mbedtls_x509_crt_parse(&chain, pem, chain_size + 1)) error = A16_PROTOCOL;
		if (!error) error = verify(&chain, &authorities, host, (uint64_t)time);
		puts(a16_error_text(error));
		mbedtls_x509_crt_free(&chain);
		mbedtls_x509_crt_free(&authorities);
		free(ca);
		free(pem);
	}
	return 0;
}
