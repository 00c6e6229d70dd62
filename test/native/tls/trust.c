/* Which servers a client trusts: each certificate of certificates.ts, in a handshake. */
#include "harness.h"

#define DAY 86400

typedef struct {
	const char *name;
	/** Files: what the server sends, and its key. */
	const char *chain, *key;
	const char *host;
	/** File of the CA, or of the pinned certificate (its first). */
	const char *ca, *pin;
	/** Days from now; the clock is not right where `unknown`. */
	int days;
	bool unknown;
	/** 0: trusted. */
	int error;
	/** Also right, where libraries differ. */
	int or_error;
} Case;

static const Case cases[] = {
	{"a server of the CA is trusted", "server.pem", "server.key", "sensor.test", "ca.pem", .error = 0},
	{"one of several CAs serves", "server.pem", "server.key", "sensor.test", "forged-issuer.pem", .error = 0},
	{"RSA of 2048 bits is trusted", "rsa.pem", "rsa.key", "sensor.test", "ca.pem", .error = 0},
	{"an intermediate that is sent along is followed", "chain.pem", "server.key", "sensor.test", "ca.pem",
		.error = 0},
	{"a missing intermediate is refused", "alone.pem", "server.key", "sensor.test", "ca.pem",
		.error = A16_UNTRUSTED},
	{"another CA is refused", "server.pem", "server.key", "sensor.test", "excludes.pem", .error = A16_UNTRUSTED},
	{"another CA of the same name is refused", "server.pem", "server.key", "sensor.test", "impostor.pem",
		.error = A16_UNTRUSTED},

	{"a self-signed certificate with the CA's appended is refused (the hole of the SDK's own TLS)",
		"forged.pem", "server.key", "sensor.test", "ca.pem", .error = A16_UNTRUSTED},
	{"a certificate of an impostor with the CA's appended is refused", "forged-issuer.pem", "server.key",
		"sensor.test", "ca.pem", .error = A16_UNTRUSTED},
	{"a self-signed certificate in the CA's name with the CA's appended is refused", "forged-name.pem",
		"server.key", "CA", "ca.pem", .error = A16_UNTRUSTED},
	{"a certificate issued by a server's is refused", "by-leaf.pem", "rsa.key", "sensor.test", "ca.pem",
		.error = A16_UNTRUSTED},
	{"a certificate altered after it was signed is refused", "altered.pem", "server.key", "sensor.test",
		"ca.pem", .error = A16_UNTRUSTED},
	{"a chain of seven is refused", "long.pem", "server.key", "sensor.test", "ca.pem", .error = A16_KEY},

	{"an expired certificate is refused", "server.pem", "server.key", "sensor.test", "ca.pem", .days = 31,
		.error = A16_EXPIRED},
	{"a certificate is good on its last day", "server.pem", "server.key", "sensor.test", "ca.pem",
		.days = 29},
	{"a certificate of tomorrow is refused", "server.pem", "server.key", "sensor.test", "ca.pem", .days = -1,
		.error = A16_NOT_YET_VALID},
	{"dates do not matter while the clock is not right", "expired.pem", "server.key", "sensor.test", "ca.pem",
		.unknown = true, .error = 0},
	{"the clock given decides, not the system's", "expired.pem", "server.key", "sensor.test", "ca.pem",
		.days = 1, .error = A16_EXPIRED},

	{"a wildcard stands for one label", "server.pem", "server.key", "a.wild.test", "ca.pem", .error = 0},
	{"a name is compared without regard to case", "server.pem", "server.key", "SENSOR.Test", "ca.pem",
		.error = 0},
	{"a wildcard does not stand for two labels", "server.pem", "server.key", "a.b.wild.test", "ca.pem",
		.error = A16_NAME},
	{"a wildcard does not stand for none", "server.pem", "server.key", "wild.test", "ca.pem",
		.error = A16_NAME},
	{"another name is refused", "server.pem", "server.key", "sensor.tes", "ca.pem", .error = A16_NAME},
	{"a longer name is refused", "server.pem", "server.key", "x.sensor.test", "ca.pem", .error = A16_NAME},
	{"the common name serves where there is no other", "name-only.pem", "server.key", "sensor.test", "ca.pem",
		.error = 0},
	{"an IPv4 address of the certificate is trusted", "server.pem", "server.key", "192.0.2.7", "ca.pem",
		.error = 0},
	{"an IPv6 address of the certificate is trusted", "server.pem", "server.key", "2001:DB8:0::7", "ca.pem",
		.error = 0},
	{"another IPv4 address is refused", "server.pem", "server.key", "192.0.2.8", "ca.pem", .error = A16_NAME},
	{"another IPv6 address is refused", "server.pem", "server.key", "2001:db8::8", "ca.pem",
		.error = A16_NAME},
	{"an address is not matched by a name", "address-as-name.pem", "server.key", "192.0.2.7", "ca.pem",
		.error = A16_NAME},
	{"an address is not matched by a common name", "name-only.pem", "server.key", "192.0.2.7", "ca.pem",
		.error = A16_NAME},

	{"an authority with critical name constraints serves within them", "permitted.pem", "server.key",
		"a.sensor.test", "permits.pem", .error = 0},
	{"an address is within name constraints", "permitted.pem", "server.key", "2001:db8::7", "permits.pem",
		.error = 0},
	{"a common name is within name constraints", "permitted-cn.pem", "server.key", "sensor.test",
		"permits.pem", .error = 0},
	{"a common name that is not permitted is refused", "other-cn.pem", "server.key", "other.test",
		"permits.pem", .error = A16_CONSTRAINED},
	{"a name that is not permitted is refused, also where another is asked for", "other-name.pem",
		"server.key", "sensor.test", "permits.pem", .error = A16_CONSTRAINED},
	{"a permitted name within a longer label is refused", "longer-name.pem", "server.key", "xsensor.test",
		"permits.pem", .error = A16_CONSTRAINED},
	{"a wildcard wider than what is permitted is refused", "wider-name.pem", "server.key", "sensor.test",
		"permits.pem", .error = A16_CONSTRAINED},
	{"an IPv4 address that is not permitted is refused", "other-ipv4.pem", "server.key", "sensor.test",
		"permits.pem", .error = A16_CONSTRAINED},
	{"an IPv6 address that is not permitted is refused", "other-ipv6.pem", "server.key", "sensor.test",
		"permits.pem", .error = A16_CONSTRAINED},
	{"what is not excluded is trusted", "not-excluded.pem", "server.key", "sensor.test", "excludes.pem",
		.error = 0},
	{"an excluded name is refused, though the constraints are not critical", "excluded-name.pem",
		"server.key", "sensor.test", "excludes.pem", .error = A16_CONSTRAINED},
	{"a name below an excluded one is refused", "excluded-below.pem", "server.key", "sensor.test",
		"excludes.pem", .error = A16_CONSTRAINED},
	{"an excluded name with a dot at its end is refused", "excluded-dot.pem", "server.key", "sensor.test",
		"excludes.pem", .error = A16_CONSTRAINED},
	{"a wildcard that stands for an excluded name is refused (CVE-2025-61727)", "excluded-wildcard.pem",
		"server.key", "sensor.test", "excludes.pem", .error = A16_CONSTRAINED},
	{"an excluded address is refused", "excluded-ipv4.pem", "server.key", "sensor.test", "excludes.pem",
		.error = A16_CONSTRAINED},
	{"a name of a kind that is constrained and not understood is refused", "mail.pem", "server.key",
		"sensor.test", "for-mail.pem", .error = A16_CONSTRAINED},
	{"constraints of a kind that does not occur do no harm", "no-mail.pem", "server.key", "sensor.test",
		"for-mail.pem", .error = 0},
	{"name constraints that are malformed allow nothing", "by-broken-mask.pem", "server.key", "sensor.test",
		"broken-mask.pem", .error = A16_CONSTRAINED},
	{"a permitted directory is kept to", "in-directory.pem", "server.key", "sensor.test",
		"permits-directory.pem", .error = 0},
	{"a directory that is not permitted is refused", "other-directory.pem", "server.key", "sensor.test",
		"permits-directory.pem", .error = A16_CONSTRAINED},
	{"where a directory is excluded, all are: one text can be written in many ways", "in-any-directory.pem",
		"server.key", "sensor.test", "excludes-directory.pem", .error = A16_CONSTRAINED},
	{"so many names that comparing them takes long are refused", "many-names.pem",
		"server.key", "192.0.2.7", "permits.pem", .error = A16_CONSTRAINED},
	{"name constraints of an authority hold below its intermediates", "far-below.pem", "server.key",
		"sensor.test", "permits.pem", .error = A16_CONSTRAINED},
	{"name constraints of an intermediate are kept to", "below-permitted.pem", "server.key", "sensor.test",
		"ca.pem", .error = 0},
	{"name constraints of an intermediate forbid", "below-other.pem", "server.key", "sensor.test", "ca.pem",
		.error = A16_CONSTRAINED},
	{"a pinned certificate needs no authority that may vouch for it", "below-other.pem", "server.key",
		"sensor.test", .pin = "below-other.pem", .error = 0},

	{"one odd authority does not spoil a bundle", "server.pem", "server.key", "sensor.test", "bundle.pem",
		.error = 0},
	{"a bundle vouches for nobody else", "by-leaf.pem", "rsa.key", "sensor.test", "bundle.pem",
		.error = A16_UNTRUSTED},

	{"a certificate for clients is refused", "for-clients.pem", "server.key", "sensor.test", "ca.pem",
		.error = A16_USAGE},
	{"a key for signing certificates only is refused", "for-signing.pem", "server.key", "sensor.test",
		"ca.pem", .error = A16_USAGE},
	{"RSA of 1024 bits is refused", "rsa1024.pem", "rsa1024.key", "sensor.test", "ca.pem", .error = A16_KEY},
	{"RSA of 8192 bits is refused (mongoose CVE-2026-5244)", "huge.pem", "rsa.key", "sensor.test", "ca.pem",
		.error = A16_KEY, .or_error = A16_PROTOCOL},
	{"a signature over SHA-1 is refused", "sha1.pem", "server.key", "sensor.test", "ca.pem",
		.error = A16_KEY},
	/* The server knows that the client has no such curve. */
	{"secp256k1 is refused", "koblitz.pem", "koblitz.key", "sensor.test", "ca.pem", .error = A16_ALERT,
		.or_error = A16_KEY},

	{"the pinned certificate is trusted", "server.pem", "server.key", "sensor.test", .pin = "server.pem",
		.error = 0},
	{"the pinned certificate is trusted whoever issued it", "forged.pem", "server.key", "sensor.test",
		.pin = "forged.pem", .error = 0},
	{"the pinned certificate is trusted under another name", "server.pem", "server.key", "other.test",
		.pin = "server.pem", .error = 0},
	{"the pinned certificate is trusted at another address", "server.pem", "server.key", "192.0.2.8",
		.pin = "server.pem", .error = 0},
	{"the pinned certificate is trusted after it expired", "server.pem", "server.key", "sensor.test",
		.pin = "server.pem", .days = 1000, .error = 0},
	{"another certificate than the pinned one is refused", "server.pem", "server.key", "sensor.test",
		.pin = "forged.pem", .error = A16_FINGERPRINT},
	{"the pinned certificate does not vouch for others", "chain.pem", "server.key", "sensor.test",
		.pin = "intermediate.pem", .error = A16_FINGERPRINT},
	{"the pinned certificate must be the server's own, not one behind it", "forged.pem", "server.key",
		"sensor.test", .pin = "ca.pem", .error = A16_FINGERPRINT},
	{"a weak key is refused even if pinned", "rsa1024.pem", "rsa1024.key", "sensor.test",
		.pin = "rsa1024.pem", .error = A16_KEY},
	{"a pinned certificate for clients is refused", "for-clients.pem", "server.key", "sensor.test",
		.pin = "for-clients.pem", .error = A16_USAGE},
	/* The proof is the handshake's signature: a thief of the certificate lacks its key. */
	{"the pinned certificate without its key is refused", "server.pem", "ca.key", "sensor.test",
		.pin = "server.pem", .error = A16_PROTOCOL, .or_error = A16_ALERT},
	{"a certificate of the CA without its key is refused", "server.pem", "impostor.key", "sensor.test",
		"ca.pem", .error = A16_PROTOCOL, .or_error = A16_ALERT},
};

static const Case *current;

static void fingerprint_of(const char *name, uint8_t fingerprint[32]) {
	size_t size;
	uint8_t *text = load(name, &size);
	mbedtls_x509_crt certificate;
	mbedtls_x509_crt_init(&certificate);
	mbedtls_x509_crt_parse(&certificate, text, size + 1);
	compat_sha256(certificate.raw.p, certificate.raw.len, fingerprint);
	mbedtls_x509_crt_free(&certificate);
	free(text);
}

static int try_handshake(const Case *c, bool tls12, bool *open) {
	Peer *peer = peer_new(c->chain, c->key, false);
	/* From 4.0 on the library refuses to load the hugest key, here as in a handshake. */
	if (!peer) return c->or_error;
	if (tls12) peer_limit_to_tls12(peer);
	char *ca = NULL;
	uint8_t fingerprint[32];
	A16ClientOptions options = {.host = c->host};
	if (!c->unknown) options.time = (uint64_t)((int64_t)time(NULL) + c->days * (int64_t)DAY);
	if (c->ca)
		options.ca = ca = load_text(c->ca);
	else {
		fingerprint_of(c->pin, fingerprint);
		options.fingerprint = fingerprint;
	}
	A16Session *client;
	int error = a16_session_client(&client, &options);
	free(ca);
	if (!error) {
		pump((End){client, NULL}, (End){NULL, peer}, 1460);
		error = a16_session_error(client);
		*open = is_open(client);
		/* A client that refused has sent nothing but its hello and an alert. */
		if (!*open && peer->over) error = 2;
		a16_session_free(client);
	}
	peer_free(peer);
	return error;
}

static void run_case(void) {
	for (int tls12 = 0; tls12 < 2; tls12++) {
		bool open = false;
		int error = try_handshake(current, tls12, &open);
		bool right = error == current->error || (current->or_error && error == current->or_error);
		if (!right) printf("# %d %s\n", error, a16_error_text(error));
		CHECK(right);
		CHECK(open == (current->error == 0));
		if (MBEDTLS_VERSION_MAJOR < 3) break;
	}
}

int main(int argc, char **argv) {
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		current = &cases[i];
		run_test(current->name, run_case, argc, argv);
	}
	return finish_tests();
}
