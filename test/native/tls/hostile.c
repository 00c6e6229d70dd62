/* Connections that break off, lie or babble. argv[2] chooses: truncation, corruption, others. */
#include "harness.h"

#include <sys/wait.h>
#include <unistd.h>

#if SANITIZED
#include <sanitizer/lsan_interface.h>
#endif

static const char question[] = "what is the temperature?", answer[] = "21.3 degrees";

/* What each side has read. */
typedef struct {
	char bytes[64];
	size_t count;
} Heard;

static bool listen_for(A16Session *session, Heard *heard, const char *expected) {
	int count;
	while ((count = a16_session_read(
				session, (uint8_t *)heard->bytes + heard->count, sizeof heard->bytes - heard->count)) > 0)
		heard->count += (size_t)count;
	return heard->count <= strlen(expected) && memcmp(heard->bytes, expected, heard->count) == 0;
}

/* A whole conversation, from the handshake to close_notify; false if someone heard what was not said. */
static bool converse(A16Session *client, A16Session *server, Wire *up, Wire *down) {
	Heard by_server = {0}, by_client = {0};
	bool asked = false, answered = false;
	for (int i = 0; i < 5; i++) {
		pump_wires((End){client, NULL}, (End){server, NULL}, 1460, up, down);
		if (!listen_for(server, &by_server, question) || !listen_for(client, &by_client, answer))
			return false;
		if (!asked && is_open(client)) {
			a16_session_write(client, (const uint8_t *)question, strlen(question));
			asked = true;
		}
		if (!answered && by_server.count == strlen(question)) {
			a16_session_write(server, (const uint8_t *)answer, strlen(answer));
			a16_session_close(server);
			answered = true;
		}
		if (by_client.count == strlen(answer)) a16_session_close(client);
	}
	return true;
}

/*
 * Damage is done to copies of this process, made just before the bytes in question pass, so that the handshake up to
 * there is done once and not thousands of times. A copy ends with one of these.
 */
enum { UNNOTICED, NOTICED, WRONG, OUTCOMES };

static bool is_copy;
static int outcomes[OUTCOMES];

/* Returns true in the copy, which makes none itself. */
static bool copy(void) {
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) return is_copy = true;
	int status = 0;
	bool ended = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status);
	outcomes[ended && WEXITSTATUS(status) < WRONG ? WEXITSTATUS(status) : WRONG]++;
	return false;
}

/* Frees what the copy has; one in 200 looks for leaks, which takes a while. */
static void end_copy(A16Session *client, A16Session *server, int outcome) {
	a16_session_free(client);
	a16_session_free(server);
#if SANITIZED
	if (outcomes[UNNOTICED] + outcomes[NOTICED] > 0 && (outcomes[UNNOTICED] + outcomes[NOTICED]) % 200 == 0 &&
		__lsan_do_recoverable_leak_check())
		outcome = WRONG;
#endif
	_exit(outcome);
}

static void cut_at_each_byte(Wire *wire, size_t count) {
	for (size_t cut = wire->passed + 1; !is_copy && cut <= wire->passed + count; cut++) {
		if (copy()) wire->cut = cut;
	}
}

/* Only a whole close_notify, which ends the stream, makes a clean end. */
static bool is_told(A16Session *receiver, A16Session *client, A16Session *server, bool upwards) {
	if (a16_session_error(receiver) == A16_TRUNCATED) return true;
	if (a16_session_state(receiver) != A16_ENDED) return false;
	Wire rest = {0};
	pump_wires((End){client, NULL}, (End){server, NULL}, 1460, upwards ? &rest : NULL, upwards ? NULL : &rest);
	return rest.passed == 0;
}

static void truncate_every_byte(bool upwards) {
	A16Session *server = new_server(), *client = new_client();
	A16Session *receiver = upwards ? server : client;
	Wire cut_wire = {.before = cut_at_each_byte}, whole_wire = {0};
	memset(outcomes, 0, sizeof outcomes);
	bool right = converse(client, server, upwards ? &cut_wire : &whole_wire, upwards ? &whole_wire : &cut_wire);
	if (is_copy)
		end_copy(client, server, right && is_told(receiver, client, server, upwards) ? NOTICED : WRONG);
	CHECK(right && a16_session_state(receiver) == A16_ENDED);
	a16_session_free(client);
	a16_session_free(server);
	CHECK(outcomes[WRONG] == 0);
	CHECK(outcomes[NOTICED] > 300 && (size_t)outcomes[NOTICED] == cut_wire.passed);
}

static void truncated_from_the_client(void) {
	truncate_every_byte(true);
}

static void truncated_from_the_server(void) {
	truncate_every_byte(false);
}

#define CORRUPTIONS 1000

typedef struct {
	bool upwards;
	size_t place;
	uint8_t mask;
} Corruption;

static Corruption corruptions[CORRUPTIONS];
static Wire corrupt_wires[2];

static void corrupt_what_passes(Wire *wire, size_t count) {
	bool upwards = wire == &corrupt_wires[0];
	for (int i = 0; !is_copy && i < CORRUPTIONS; i++) {
		const Corruption *it = &corruptions[i];
		if (it->upwards != upwards || it->place < wire->passed || it->place >= wire->passed + count) continue;
		if (!copy()) continue;
		wire->flip = it->place;
		wire->mask = it->mask;
	}
}

static void corrupted_at_random(void) {
	for (int i = 0; i < CORRUPTIONS; i++) {
		bool upwards = random_number() & 1;
		size_t place = random_number() % (upwards ? 450 : 1000);
		corruptions[i] = (Corruption){upwards, place, (uint8_t)(1 << random_number() % 8)};
	}
	A16Session *server = new_server(), *client = new_client();
	for (int i = 0; i < 2; i++) corrupt_wires[i] = (Wire){.before = corrupt_what_passes};
	memset(outcomes, 0, sizeof outcomes);
	bool right = converse(client, server, &corrupt_wires[0], &corrupt_wires[1]);
	if (is_copy) {
		bool noticed = a16_session_error(client) || a16_session_error(server);
		a16_session_end(server);
		a16_session_end(client);
		while (a16_session_step(server) > 0 || a16_session_step(client) > 0) continue;
		end_copy(client, server, !right ? WRONG : noticed ? NOTICED : UNNOTICED);
	}
	a16_session_free(client);
	a16_session_free(server);
	CHECK(right && outcomes[WRONG] == 0);
	/* A few bits mean nothing (the version in a ClientHello's record header), or lie beyond the end. */
	if (outcomes[NOTICED] < CORRUPTIONS * 2 / 3) printf("# %d of %d noticed\n", outcomes[NOTICED], CORRUPTIONS);
	CHECK(outcomes[NOTICED] > CORRUPTIONS * 2 / 3);
}

static void noise(void) {
	for (int i = 0; i < 2000; i++) {
		A16Session *session = i & 1 ? new_server() : new_client();
		uint8_t bytes[600];
		for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (uint8_t)random_number();
		if (i & 2) {
			/* Something that looks like a handshake message. */
			const uint8_t header[] = {22, 3, 3, 0, (uint8_t)(random_number() % 200), i & 1 ? 1 : 2, 0, 0,
				(uint8_t)random_number(), 3, 3};
			memcpy(bytes, header, sizeof header);
		}
		int steps = 0;
		for (size_t fed = 0; fed < sizeof bytes && !a16_session_error(session);) {
			int taken = a16_session_receive(session, bytes + fed, sizeof bytes - fed);
			if (taken > 0) fed += (size_t)taken;
			while (a16_session_step(session) > 0) CHECK(steps++ < 1000);
			uint8_t out[512];
			while (a16_session_send(session, out, sizeof out)) continue;
		}
		a16_session_end(session);
		while (a16_session_step(session) > 0) CHECK(steps++ < 1000);
		CHECK(a16_session_error(session) < 0);
		CHECK(!a16_session_readable(session));
		a16_session_free(session);
	}
}

static void freed_at_every_step(void) {
	bool finished = false;
	for (int steps = 0; !finished; steps++) {
		CHECK(steps < 200);
		A16Session *server = new_server(), *client = new_client();
		uint8_t bytes[4096];
		for (int i = 0; i < steps && !finished; i++) {
			a16_session_step(client);
			a16_session_receive(server, bytes, a16_session_send(client, bytes, a16_session_room(server)));
			a16_session_step(server);
			a16_session_receive(client, bytes, a16_session_send(server, bytes, a16_session_room(client)));
			finished = is_open(client) && is_open(server);
		}
		a16_session_free(client);
		a16_session_free(server);
	}
}

/* A client of the plain server, which then misbehaves. */
static A16Session *visit(Peer *peer) {
	char *ca = load_text("ca.pem");
	A16ClientOptions options = {.host = "sensor.test", .ca = ca};
	A16Session *client;
	a16_session_client(&client, &options);
	free(ca);
	pump((End){client, NULL}, (End){NULL, peer}, 1460);
	return client;
}

/* All that the peer sends, without listening to the client. */
static void babble(Peer *peer, A16Session *client) {
	do {
		int taken = a16_session_receive(client, peer->out + peer->out_start, peer->out_end - peer->out_start);
		if (taken > 0) peer->out_start += (size_t)taken;
		while (a16_session_step(client) > 0) continue;
	} while (peer->out_start < peer->out_end && a16_session_room(client));
	if (peer->out_start == peer->out_end) peer->out_start = peer->out_end = 0;
}

static void a_flood_of_requests_to_renegotiate(void) {
#ifdef MBEDTLS_SSL_RENEGOTIATION
	Peer *peer = peer_new("server.pem", "server.key", false);
	peer_limit_to_tls12(peer);
	A16Session *client = visit(peer);
	CHECK(is_open(client));
	for (int i = 0; i < 500 && !a16_session_error(client); i++) {
		mbedtls_ssl_renegotiate(&peer->ssl);
		babble(peer, client);
	}
	CHECK(a16_session_error(client) == A16_PROTOCOL);
	a16_session_free(client);
	peer_free(peer);
#endif
}

static void a_flood_of_warnings_and_empty_records(void) {
	Peer *peer = peer_new("server.pem", "server.key", false);
	peer_limit_to_tls12(peer);
	A16Session *client = visit(peer);
	CHECK(is_open(client));
	for (int i = 0; i < 1000 && !a16_session_error(client); i++) {
		if (i % 2)
			mbedtls_ssl_send_alert_message(
				&peer->ssl, MBEDTLS_SSL_ALERT_LEVEL_WARNING, MBEDTLS_SSL_ALERT_MSG_USER_CANCELED);
		else
			mbedtls_ssl_write(&peer->ssl, (const unsigned char *)"", 0);
		babble(peer, client);
	}
	if (!a16_session_error(client)) {
		uint8_t bytes[8];
		mbedtls_ssl_write(&peer->ssl, (const unsigned char *)"data", 4);
		babble(peer, client);
		CHECK(a16_session_read(client, bytes, sizeof bytes) == 4);
	}
	a16_session_free(client);
	peer_free(peer);
}

static void records_as_long_as_they_get(void) {
	Peer *peer = peer_new("server.pem", "server.key", false);
	A16Session *client = visit(peer);
	static uint8_t bytes[16384];
	size_t sent = 0, read = 0;
	CHECK(is_open(client));
	while (sent < sizeof bytes) {
		int count = mbedtls_ssl_write(&peer->ssl, bytes, sizeof bytes - sent);
		CHECK(count > 0);
		sent += (size_t)count;
	}
	while (read < sent) {
		babble(peer, client);
		int count = a16_session_read(client, bytes, 1000);
		CHECK(count > 0);
		read += (size_t)count;
	}
	a16_session_free(client);
	peer_free(peer);
}

static const Test tests[] = {
	{"truncation after each byte from the client is told from a clean end", truncated_from_the_client},
	{"truncation after each byte from the server is told from a clean end", truncated_from_the_server},
	{"corruption of any bit is noticed or does nothing", corrupted_at_random},
	{"others: noise is refused", noise},
	{"others: a session can be freed at any step", freed_at_every_step},
	{"others: a flood of requests to renegotiate ends the session", a_flood_of_requests_to_renegotiate},
	{"others: warnings and empty records do no harm", a_flood_of_warnings_and_empty_records},
	{"others: records of 16 KiB are read", records_as_long_as_they_get},
};

int main(int argc, char **argv) {
	return run_tests(tests, sizeof tests / sizeof *tests, argc, argv);
}
