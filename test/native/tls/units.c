/* The parts that need no connection: addresses, dates, identities, signatures. */
#include <arpa/inet.h>

#include "address.h"
#include "harness.h"
#include "trust.h"

static void addresses_that_everyone_reads(void) {
	static const char *const texts[] = {"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "::1",
		"1::", "2001:db8::7", "1:2:3:4:5:6:7:8", "::ffff:192.0.2.7", "1::8",
		"1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "fe80::ABCD:1", "1:2:3:4:5:6:1.2.3.4"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint8_t ours[16] = {0}, theirs[16] = {0};
		size_t size = a16_address_parse(texts[i], ours);
		CHECK(size == (strchr(texts[i], ':') ? 16 : 4));
		CHECK(inet_pton(size == 4 ? AF_INET : AF_INET6, texts[i], theirs) == 1);
		CHECK(memcmp(ours, theirs, 16) == 0);
	}
}

static void texts_that_are_no_addresses(void) {
	static const char *const texts[] = {"", "1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "01.2.3.4",
		"1.2.3.4 ", " 1.2.3.4", "1..2.3", "-1.2.3.4", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"1::2::3", "12345::", "g::", "1:", ":1", "[::1]", "::1%eth0", "1:2:3:4:5:6:7:1.2.3.4",
		"1:2:3:4:5:6:7:8::", "::1.2.3", "a.example", "::1.2.3.4.5"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint8_t address[16];
		if (a16_address_parse(texts[i], address)) printf("# \"%s\"\n", texts[i]);
		CHECK(a16_address_parse(texts[i], address) == 0);
	}
}

static void random_texts_are_read_as_inet_pton_reads_them(void) {
	static const char letters[] = "0123456789abF:::::...";
	for (int i = 0; i < 300000; i++) {
		char text[24];
		size_t length = random_number() % (sizeof text - 1);
		for (size_t k = 0; k < length; k++) text[k] = letters[random_number() % (sizeof letters - 1)];
		text[length] = '\0';
		uint8_t ours[16] = {0}, theirs[16] = {0};
		size_t size = a16_address_parse(text, ours);
		size_t expected = inet_pton(AF_INET, text, theirs) == 1 ? 4
			: inet_pton(AF_INET6, text, theirs) == 1            ? 16
																: 0;
		if (size != expected) printf("# \"%s\"\n", text);
		CHECK(size == expected);
		CHECK(size == 0 || memcmp(ours, theirs, size) == 0);
	}
}

/* The last second of a certificate's validity, through the check itself. */
static void dates_agree_with_timegm(void) {
	for (int i = 0; i < 20000; i++) {
		/* To the year 9999, or to what a time_t of 32 bits holds. */
		const uint64_t end = sizeof(time_t) > 4 ? 253402300799u : 0x7fffffff;
		time_t then = (time_t)(((uint64_t)random_number() << 8 | (random_number() & 255)) % end);
		struct tm tm;
		gmtime_r(&then, &tm);
		mbedtls_x509_crt certificate;
		mbedtls_x509_crt_init(&certificate);
		certificate.valid_to = (mbedtls_x509_time){
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec};
		A16Trust trust = {.expiry = UINT64_MAX, .time = (uint64_t)then};
		uint32_t flags = 0;
		a16_trust_verify(&trust, &certificate, 1, &flags);
		CHECK(trust.expiry == (uint64_t)then + 1);
		CHECK(then == 0 || !(flags & MBEDTLS_X509_BADCERT_EXPIRED));
		trust.time++;
		a16_trust_verify(&trust, &certificate, 1, &flags);
		CHECK(flags & MBEDTLS_X509_BADCERT_EXPIRED);
	}
}

static void an_identity_splits_into_key_and_certificate(void) {
	size_t size;
	const uint8_t *bytes = test_identity(&size);
	A16Identity identity;
	CHECK(a16_identity_split(bytes, size, &identity));
	mbedtls_x509_crt parsed;
	mbedtls_x509_crt_init(&parsed);
	CHECK(mbedtls_x509_crt_parse_der(&parsed, identity.certificate, identity.certificate_size) == 0);
	CHECK(parsed.version == 3);
	CHECK(parsed.raw.len == identity.certificate_size);
	CHECK(parsed.serial.len == 16 && parsed.serial.p[0] >= 0x40 && parsed.serial.p[0] < 0x80);
	CHECK(parsed.valid_from.year == 2020 && parsed.valid_to.year == 2049);
	uint8_t digest[32];
	CHECK(compat_sha256(identity.certificate, identity.certificate_size, digest) == 0);
	CHECK(memcmp(digest, test_fingerprint(), 32) == 0);
	mbedtls_x509_crt_free(&parsed);
}

static void identities_differ(void) {
	uint8_t a[A16_IDENTITY_SIZE], b[A16_IDENTITY_SIZE];
	int a_size = a16_identity_create(&(A16IdentityOptions){.udid = "000000000000"}, a, sizeof a);
	int b_size = a16_identity_create(&(A16IdentityOptions){.udid = "000000000000"}, b, sizeof b);
	CHECK(a_size > 0 && b_size > 0);
	uint8_t a_print[32], b_print[32];
	CHECK(!a16_identity_fingerprint(a, (size_t)a_size, a_print) &&
		!a16_identity_fingerprint(b, (size_t)b_size, b_print));
	CHECK(memcmp(a_print, b_print, 32));
}

static void read_certificate(const uint8_t *bytes, int size, mbedtls_x509_crt *certificate) {
	A16Identity identity;
	mbedtls_x509_crt_init(certificate);
	if (a16_identity_split(bytes, (size_t)size, &identity))
		mbedtls_x509_crt_parse_der(certificate, identity.certificate, identity.certificate_size);
}

static void a_certificate_is_valid_for_no_longer_than_apple_takes(void) {
	const uint64_t day = 86400;
	for (int i = 0; i < 200; i++) {
		/* To the year 2099. */
		uint64_t now = day + ((uint64_t)random_number() << 8 | (random_number() & 255)) % (uint64_t)4102444800;
		uint8_t bytes[A16_IDENTITY_SIZE];
		int size = a16_identity_create(
			&(A16IdentityOptions){.udid = "10000fb38278", .time = now}, bytes, sizeof bytes);
		CHECK(size > 0);
		mbedtls_x509_crt certificate;
		read_certificate(bytes, size, &certificate);
		uint64_t from = a16_trust_seconds(&certificate.valid_from);
		uint64_t to = a16_trust_seconds(&certificate.valid_to);
		mbedtls_x509_crt_free(&certificate);
		CHECK(from == now - day);
		CHECK(to - from == A16_IDENTITY_DAYS * day - 1 && A16_IDENTITY_DAYS <= 825);
		CHECK(a16_identity_expiry(bytes, (size_t)size) == to);
		CHECK(a16_identity_expiry(bytes, (size_t)size - 1) == 0);
	}
}

static void a_former_identity_gives_its_key(void) {
	size_t former_size;
	const uint8_t *former = test_identity(&former_size);
	uint8_t bytes[A16_IDENTITY_SIZE];
	const A16IdentityOptions options = {
		.udid = "10000fb38278", .time = 1764227289, .former = former, .former_size = former_size};
	int size = a16_identity_create(&options, bytes, sizeof bytes);
	CHECK(size > 0);
	mbedtls_x509_crt a, b;
	read_certificate(former, (int)former_size, &a);
	read_certificate(bytes, size, &b);
	CHECK(a.pk_raw.len > 60 && a.pk_raw.len == b.pk_raw.len && !memcmp(a.pk_raw.p, b.pk_raw.p, a.pk_raw.len));
	CHECK(memcmp(a.serial.p, b.serial.p, 16));
	CHECK(b.valid_from.year == 2025 && b.valid_from.mon == 11 && b.valid_from.day == 26 &&
		b.valid_from.hour == 7 && b.valid_from.min == 8 && b.valid_from.sec == 9);
	mbedtls_x509_crt_free(&a);
	mbedtls_x509_crt_free(&b);
	A16Session *session;
	CHECK(a16_session_server(&session, bytes, (size_t)size) == 0);
	a16_session_free(session);
}

static void an_identity_names_its_address(void) {
	static const char *const addresses[] = {"192.0.2.7", "2001:db8::7"};
	for (size_t i = 0; i < 2; i++) {
		uint8_t bytes[A16_IDENTITY_SIZE], address[16];
		const A16IdentityOptions options = {.udid = "10000fb38278", .address = addresses[i]};
		size_t length = a16_address_parse(addresses[i], address);
		mbedtls_x509_crt certificate;
		read_certificate(bytes, a16_identity_create(&options, bytes, sizeof bytes), &certificate);
		const mbedtls_x509_sequence *name = &certificate.subject_alt_names;
		CHECK(name->buf.len == strlen(TEST_HOST) && !memcmp(name->buf.p, TEST_HOST, name->buf.len));
		name = name->next;
		CHECK(name && name->buf.len == length && !memcmp(name->buf.p, address, length) && !name->next);
		mbedtls_x509_crt_free(&certificate);
	}
}

static void an_identity_needs_a_udid_and_an_address_that_is_one_and_room(void) {
	static const char *const udids[] = {
		"", "10000fb3827", "10000fb382780", "10000FB38278", "10000fb3827g", "10000fb3827\n"};
	uint8_t bytes[A16_IDENTITY_SIZE];
	for (size_t i = 0; i < sizeof udids / sizeof *udids; i++)
		CHECK(a16_identity_create(&(A16IdentityOptions){.udid = udids[i]}, bytes, sizeof bytes) == A16_ARGUMENT);
	A16IdentityOptions options = {.udid = "10000fb38278", .address = "example"};
	CHECK(a16_identity_create(&options, bytes, sizeof bytes) == A16_ARGUMENT);
	options.address = "192.0.2.1";
	for (size_t size = 0; size < 500; size += 7) CHECK(a16_identity_create(&options, bytes, size) < 0);
	options.former = bytes;
	options.former_size = 3;
	CHECK(a16_identity_create(&options, bytes, sizeof bytes) == A16_ARGUMENT);
}

static void bytes_that_are_no_identity_are_refused(void) {
	size_t size;
	const uint8_t *identity = test_identity(&size);
	uint8_t print[32];
	A16Session *session;
	for (size_t length = 0; length < size; length++) {
		/* Exactly as long, so that the sanitizer sees a byte too far. */
		uint8_t *bytes = malloc(length ? length : 1);
		memcpy(bytes, identity, length);
		CHECK(a16_identity_fingerprint(bytes, length, print) == A16_ARGUMENT);
		CHECK(a16_session_server(&session, bytes, length) == A16_ARGUMENT && !session);
		free(bytes);
	}
	uint8_t bytes[A16_IDENTITY_SIZE];
	memcpy(bytes, identity, size);
	CHECK(a16_identity_fingerprint(bytes, size + 1, print) == A16_ARGUMENT);
	bytes[8] ^= 0xff;
	CHECK(a16_session_server(&session, bytes, size) == A16_ARGUMENT && !session);
}

static const Test tests[] = {
	{"addresses are read", addresses_that_everyone_reads},
	{"what is no address is refused", texts_that_are_no_addresses},
	{"random texts are read as inet_pton reads them", random_texts_are_read_as_inet_pton_reads_them},
	{"dates of certificates agree with timegm", dates_agree_with_timegm},
	{"an identity splits into its key and its certificate", an_identity_splits_into_key_and_certificate},
	{"two identities of one device differ", identities_differ},
	{"a certificate is valid for no longer than Apple takes (mkcert#174)",
		a_certificate_is_valid_for_no_longer_than_apple_takes},
	{"a former identity gives its key", a_former_identity_gives_its_key},
	{"an identity names its address", an_identity_names_its_address},
	{"an identity needs a udid, an address that is one, and room",
		an_identity_needs_a_udid_and_an_address_that_is_one_and_room},
	{"bytes that are no identity are refused", bytes_that_are_no_identity_are_refused},
};

int main(int argc, char **argv) {
	return run_tests(tests, sizeof tests / sizeof *tests, argc, argv);
}
