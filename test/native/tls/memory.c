/*
 * What a session takes from the heap, and what it does when there is no more: each allocation of a
 * conversation fails once. Without sanitizer, since both replace malloc.
 */
#include "harness.h"

#ifdef __GLIBC__
#include <malloc.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void __libc_free(void *);

static size_t used, peak, fail_at, count;
static bool counting;

static void *counted(void *block) {
	if (counting && block) {
		used += malloc_usable_size(block);
		if (used > peak) peak = used;
	}
	return block;
}

static bool fails(void) {
	return counting && ++count == fail_at;
}

void *malloc(size_t size) {
	return fails() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t number, size_t size) {
	return fails() ? NULL : counted(__libc_calloc(number, size));
}

void free(void *block) {
	if (counting && block) used -= malloc_usable_size(block);
	__libc_free(block);
}

static bool converse(A16Session *client, A16Session *server) {
	uint8_t bytes[16];
	pump((End){client, NULL}, (End){server, NULL}, 1460);
	a16_session_write(client, (const uint8_t *)"question", 8);
	pump((End){client, NULL}, (End){server, NULL}, 1460);
	if (a16_session_read(server, bytes, sizeof bytes) != 8) return false;
	a16_session_write(server, (const uint8_t *)"answer", 6);
	a16_session_close(server);
	pump((End){client, NULL}, (End){server, NULL}, 1460);
	if (a16_session_read(client, bytes, sizeof bytes) != 6) return false;
	a16_session_close(client);
	pump((End){client, NULL}, (End){server, NULL}, 1460);
	return a16_session_state(client) == A16_ENDED;
}

static void every_allocation_fails_once(void) {
	test_fingerprint();
	size_t failures = 0, leaks = 0;
	/* What the library sets up for good, it sets up in the first round. Later allocations are mostly numbers
	   of elliptic curves: not each of them is tried. */
	for (fail_at = 0;; fail_at += 1 + fail_at / 25) {
		A16Session *server, *client;
		size_t size;
		const uint8_t *identity = test_identity(&size);
		A16ClientOptions options = {.host = TEST_HOST, .fingerprint = test_fingerprint()};
		used = count = 0;
		counting = true;
		int error = a16_session_server(&server, identity, size);
		if (!error)
			error = a16_session_client(&client, &options);
		else
			client = NULL;
		CHECK(error == 0 || (error < 0 && !(server && client)));
		bool done = !error && converse(client, server);
		CHECK(done || error || a16_session_error(client) || a16_session_error(server));
		a16_session_free(client);
		a16_session_free(server);
		bool past_the_last = fail_at && count < fail_at;
		counting = false;
		leaks += used && fail_at;
		if (past_the_last) break;
		failures += !done;
	}
	CHECK(failures > 50);
	/* The library's own: its TLS 1.3 forgets a key schedule that was half set up. */
	CHECK(leaks <= (MBEDTLS_VERSION_MAJOR < 3 ? 0 : 3));
}

static void identities_survive_a_lack_of_memory(void) {
	uint8_t bytes[A16_IDENTITY_SIZE];
	for (fail_at = 1; fail_at < 400; fail_at += 1 + fail_at / 20) {
		used = count = 0;
		counting = true;
		int size = a16_identity_create(
			&(A16IdentityOptions){.udid = "10000fb38278", .address = "192.0.2.7"}, bytes, sizeof bytes);
		counting = false;
		CHECK(size < 0 || count < fail_at || fail_at > 100);
		CHECK(used == 0);
	}
}

/* With each other in full, and by turns a client alone that resumes its session, as uploads do. */
static void a_thousand_handshakes(void) {
	static uint8_t ticket[A16_RESUMPTION];
	char *ca = load_text("ca.pem");
	Peer *peer = peer_new("server.pem", "server.key", true);
	int ticket_size = 0;
	fail_at = 0;
	for (int i = 0; i < 1010; i++) {
		if (i == 10) used = 0;
		counting = i >= 10;
		A16Session *server = NULL, *client;
		if (i % 2) {
			A16ClientOptions options = {.host = "sensor.test", .ca = ca};
			if (ticket_size) options.resumption = ticket;
			options.resumption_size = (size_t)ticket_size;
			CHECK(a16_session_client(&client, &options) == 0);
			peer_again(peer);
			pump((End){client, NULL}, (End){NULL, peer}, 1460);
			CHECK(is_open(client) && is_resumed(client) == (i > 1));
			ticket_size = a16_session_export(client, ticket);
		} else {
			server = new_server();
			client = new_client();
			CHECK(converse(client, server));
		}
		a16_session_free(client);
		a16_session_free(server);
	}
	counting = false;
	/* Less than a byte each: what the peer keeps of the last one is a few bytes more or less, as numbers are. */
	CHECK(used + 500 < 1000);
	peer_free(peer);
	free(ca);
}

static void failed_handshakes(void) {
	fail_at = 0;
	for (int i = 0; i < 210; i++) {
		if (i == 10) used = 0;
		counting = i >= 10;
		A16Session *server = new_server(), *client = new_client();
		Wire wire = {.flip = 300, .mask = 1};
		pump_wires((End){server, NULL}, (End){client, NULL}, 1460, &wire, NULL);
		CHECK(a16_session_error(client));
		a16_session_free(client);
		a16_session_free(server);
	}
	counting = false;
	CHECK(used == 0);
}

/* Bytes of the heap: at most during the handshake, and afterwards. */
static void figures(void) {
	size_t size;
	const uint8_t *identity = test_identity(&size);
	A16Session *server, *client = new_client();
	fail_at = 0;
	for (int i = 0; i < 2; i++) {
		A16ClientOptions options = {.host = TEST_HOST, .fingerprint = test_fingerprint()};
		used = peak = count = 0;
		if (i) {
			server = new_server();
			counting = true;
			a16_session_client(&client, &options);
		} else {
			counting = true;
			a16_session_server(&server, identity, size);
		}
		size_t created = used;
		counting = false;
		uint8_t bytes[2048];
		for (int round = 0; round < 100; round++) {
			counting = i == 0;
			while (a16_session_step(server) > 0) continue;
			counting = i == 1;
			while (a16_session_step(client) > 0) continue;
			counting = false;
			a16_session_receive(client, bytes, a16_session_send(server, bytes, a16_session_room(client)));
			a16_session_receive(server, bytes, a16_session_send(client, bytes, a16_session_room(server)));
		}
		printf("# %s %s %s: created %zu, peak %zu, open %zu bytes\n", i ? "client" : "server",
			version_of(client), cipher_of(client), created, peak, used);
		CHECK(is_open(client) && is_open(server));
		a16_session_free(client);
		a16_session_free(server);
		client = new_client();
	}
	a16_session_free(client);
}

static const Test tests[] = {
	{"figures", figures},
	{"1,000 handshakes leave nothing behind", a_thousand_handshakes},
	{"200 failed handshakes leave nothing behind", failed_handshakes},
	{"every allocation of a conversation may fail once", every_allocation_fails_once},
	{"an identity is made or not when memory is short", identities_survive_a_lack_of_memory},
};

int main(int argc, char **argv) {
	return run_tests(tests, sizeof tests / sizeof *tests, argc, argv);
}
#else
int main(void) {
	return 0;
}
#endif
