#include "harness.h"

#include <unistd.h>

static const char *folder;
static bool failed;

void check_failed(const char *file, int line, const char *what) {
	const char *name = strrchr(file, '/');
	printf("# %s:%d: %s\n", name ? name + 1 : file, line, what);
	failed = true;
}

static int failures;

void run_test(const char *name, void (*run)(void), int argc, char **argv) {
	folder = argc > 1 ? argv[1] : ".";
	if (argc > 2 && strncmp(name, argv[2], strlen(argv[2]))) return;
	failed = false;
	run();
	printf("%s %s\n", failed ? "not ok" : "ok", name);
	fflush(stdout);
	failures += failed;
}

int finish_tests(void) {
	/* After a failure there are leaks, which say nothing. */
	if (failures) _exit(1);
	return 0;
}

int run_tests(const Test *tests, size_t count, int argc, char **argv) {
	for (size_t i = 0; i < count; i++) run_test(tests[i].name, tests[i].run, argc, argv);
	return finish_tests();
}

uint8_t *load(const char *name, size_t *size) {
	char path[1024];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "rb");
	if (!file) {
		printf("# cannot read %s\n", path);
		exit(2);
	}
	static const size_t most = 65536;
	uint8_t *bytes = calloc(1, most + 1);
	*size = fread(bytes, 1, most, file);
	fclose(file);
	return bytes;
}

char *load_text(const char *name) {
	size_t size;
	return (char *)load(name, &size);
}

uint32_t random_number(void) {
	static uint64_t state = SANITIZED ? 88172645463325252u : 1442695040888963407u;
	/* xorshift (Marsaglia) */
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

/* The plain server */

static int peer_send(void *context, const unsigned char *bytes, size_t count) {
	Peer *peer = context;
	size_t room = sizeof peer->out - peer->out_end;
	if (count > room) count = room;
	if (!count) return MBEDTLS_ERR_SSL_WANT_WRITE;
	memcpy(peer->out + peer->out_end, bytes, count);
	peer->out_end += count;
	return (int)count;
}

static int peer_receive(void *context, unsigned char *bytes, size_t size) {
	Peer *peer = context;
	size_t count = peer->in_end - peer->in_start;
	if (count > size) count = size;
	if (!count) return MBEDTLS_ERR_SSL_WANT_READ;
	memcpy(bytes, peer->in + peer->in_start, count);
	peer->in_start += count;
	return (int)count;
}

Peer *peer_new(const char *chain, const char *key, bool tickets) {
	Peer *peer = calloc(1, sizeof *peer);
	compat_start();
	mbedtls_ssl_init(&peer->ssl);
	mbedtls_ssl_config_init(&peer->conf);
	mbedtls_x509_crt_init(&peer->chain);
	mbedtls_pk_init(&peer->key);
	mbedtls_ssl_ticket_init(&peer->tickets);
	compat_random_init(&peer->random);
	size_t size;
	uint8_t *text = load(chain, &size);
	int result = compat_random_seed(&peer->random);
	if (!result) result = mbedtls_x509_crt_parse(&peer->chain, text, size + 1);
	free(text);
	text = load(key, &size);
	if (!result) result = compat_pk_parse(&peer->key, text, size + 1, &peer->random);
	free(text);
	if (!result)
		result = mbedtls_ssl_config_defaults(
			&peer->conf, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
	compat_ssl_conf(&peer->conf, &peer->random);
	/* Or the library would not send a certificate that is not for servers. */
	peer->chain.MBEDTLS_PRIVATE(ext_types) = 0;
	if (!result) result = mbedtls_ssl_conf_own_cert(&peer->conf, &peer->chain, &peer->key);
	if (tickets) {
#if MBEDTLS_VERSION_MAJOR < 4
		if (!result)
			result = mbedtls_ssl_ticket_setup(
				&peer->tickets, mbedtls_ctr_drbg_random, &peer->random, MBEDTLS_CIPHER_AES_256_GCM, 86400);
#else
		if (!result)
			result = mbedtls_ssl_ticket_setup(&peer->tickets, PSA_ALG_GCM, PSA_KEY_TYPE_AES, 256, 86400);
#endif
		mbedtls_ssl_conf_session_tickets_cb(
			&peer->conf, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse, &peer->tickets);
	}
#ifdef MBEDTLS_SSL_RENEGOTIATION
	mbedtls_ssl_conf_renegotiation(&peer->conf, MBEDTLS_SSL_RENEGOTIATION_ENABLED);
#endif
	if (!result) result = mbedtls_ssl_setup(&peer->ssl, &peer->conf);
	mbedtls_ssl_set_bio(&peer->ssl, peer, peer_send, peer_receive, NULL);
	if (result) {
		printf("# peer_new: -0x%x\n", -result);
		peer_free(peer);
		return NULL;
	}
	return peer;
}

void peer_limit_to_tls12(Peer *peer) {
#if MBEDTLS_VERSION_MAJOR >= 3
	mbedtls_ssl_conf_max_tls_version(&peer->conf, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
	peer_again(peer);
}

void peer_again(Peer *peer) {
	mbedtls_ssl_session_reset(&peer->ssl);
	peer->in_start = peer->in_end = peer->out_start = peer->out_end = 0;
	peer->over = false;
	peer->result = 0;
}

void peer_free(Peer *peer) {
	mbedtls_ssl_free(&peer->ssl);
	mbedtls_ssl_config_free(&peer->conf);
	mbedtls_ssl_ticket_free(&peer->tickets);
	mbedtls_pk_free(&peer->key);
	mbedtls_x509_crt_free(&peer->chain);
	compat_random_free(&peer->random);
	free(peer);
}

static int peer_step(Peer *peer) {
	if (peer->over || peer->result) return 0;
	int result = mbedtls_ssl_handshake(&peer->ssl);
	if (result == MBEDTLS_ERR_SSL_WANT_READ || result == MBEDTLS_ERR_SSL_WANT_WRITE) return 0;
	if (result)
		peer->result = result;
	else
		peer->over = true;
	return 1;
}

/* Both sides */

static bool work(End end) {
	bool worked = false;
	for (int i = 0; i < 10000; i++) {
		if ((end.session ? a16_session_step(end.session) : peer_step(end.peer)) <= 0) return worked;
		worked = true;
	}
	printf("# steps without end\n");
	exit(2);
}

static bool move(End from, End to, size_t segment, Wire *wire) {
	uint8_t bytes[4096];
	size_t count = segment < sizeof bytes ? segment : sizeof bytes;
	size_t room = to.session ? a16_session_room(to.session) : sizeof to.peer->in - to.peer->in_end;
	/* A dead end takes anything. */
	if (to.session && a16_session_error(to.session)) room = sizeof bytes;
	if (count > room) count = room;
	if (wire && wire->ended) return false;
	if (from.session)
		count = a16_session_send(from.session, bytes, count);
	else {
		size_t there = from.peer->out_end - from.peer->out_start;
		if (count > there) count = there;
		memcpy(bytes, from.peer->out + from.peer->out_start, count);
		from.peer->out_start += count;
		if (from.peer->out_start == from.peer->out_end) from.peer->out_start = from.peer->out_end = 0;
	}
	if (wire) {
		if (wire->before && count) wire->before(wire, count);
		if (wire->cut && wire->passed + count >= wire->cut) {
			count = wire->cut - wire->passed;
			wire->ended = true;
		}
		if (wire->mask && wire->flip >= wire->passed && wire->flip < wire->passed + count)
			bytes[wire->flip - wire->passed] ^= wire->mask;
		wire->passed += count;
	}
	if (to.session) {
		if (count) a16_session_receive(to.session, bytes, count);
		if (wire && wire->ended) a16_session_end(to.session);
	} else {
		if (to.peer->in_start == to.peer->in_end) to.peer->in_start = to.peer->in_end = 0;
		memcpy(to.peer->in + to.peer->in_end, bytes, count);
		to.peer->in_end += count;
	}
	return count > 0;
}

void pump_wires(End a, End b, size_t segment, Wire *from_a, Wire *from_b) {
	bool moved;
	do {
		moved = work(a);
		moved |= work(b);
		moved |= move(a, b, segment, from_a);
		moved |= move(b, a, segment, from_b);
	} while (moved);
}

void pump(End a, End b, size_t segment) {
	pump_wires(a, b, segment, NULL, NULL);
}

static uint8_t identity[A16_IDENTITY_SIZE];
static uint8_t fingerprint[32];
static int identity_size;

const uint8_t *test_identity(size_t *size) {
	if (!identity_size) {
		identity_size = a16_identity_create(
			&(A16IdentityOptions){.udid = "10000fb38278", .address = "192.0.2.7"}, identity, sizeof identity);
		if (identity_size <= 0 || a16_identity_fingerprint(identity, (size_t)identity_size, fingerprint)) {
			printf("# no identity\n");
			exit(2);
		}
	}
	*size = (size_t)identity_size;
	return identity;
}

const uint8_t *test_fingerprint(void) {
	size_t size;
	test_identity(&size);
	return fingerprint;
}

A16Session *new_server(void) {
	A16Session *session;
	size_t size;
	const uint8_t *bytes = test_identity(&size);
	a16_session_server(&session, bytes, size);
	return session;
}

A16Session *new_client(void) {
	A16Session *session;
	A16ClientOptions options = {.host = TEST_HOST, .fingerprint = test_fingerprint()};
	a16_session_client(&session, &options);
	return session;
}

bool is_open(const A16Session *session) {
	return a16_session_state(session) == A16_OPEN;
}

static bool is_agreed(const A16Session *session) {
	return session->state == A16_OPEN || session->state == A16_ENDED;
}

const char *version_of(const A16Session *session) {
	return is_agreed(session) ? mbedtls_ssl_get_version(&session->ssl) : NULL;
}

const char *cipher_of(const A16Session *session) {
	return is_agreed(session) ? mbedtls_ssl_get_ciphersuite(&session->ssl) : NULL;
}

bool is_resumed(const A16Session *session) {
	return is_agreed(session) && session->resuming && !session->trust.checked;
}
