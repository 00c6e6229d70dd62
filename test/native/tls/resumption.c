/* A client that resumes a session instead of verifying the server's certificate again. */
#include "harness.h"

#define DAY 86400

static char *ca;
static uint64_t now;

/* One connection to `peer`; exports what can be resumed next time. */
static A16Session *session;
static uint8_t saved[A16_RESUMPTION];
static int saved_size;

static int visit(Peer *peer, const char *host, uint64_t at, const uint8_t *resumption, int size) {
	A16ClientOptions options = {.host = host,
		.ca = ca,
		.time = at,
		.resumption = resumption,
		.resumption_size = (size_t)size};
	peer_again(peer);
	a16_session_free(session);
	int error = a16_session_client(&session, &options);
	if (error) return error;
	pump((End){session, NULL}, (End){NULL, peer}, 1460);
	if (a16_session_error(session)) return a16_session_error(session);
	if (!is_open(session)) return -100;
	saved_size = a16_session_export(session, saved);
	/* And it carries data. */
	uint8_t bytes[16];
	if (a16_session_write(session, (const uint8_t *)"ping", 4) != 4) return -101;
	pump((End){session, NULL}, (End){NULL, peer}, 1460);
	return mbedtls_ssl_read(&peer->ssl, bytes, sizeof bytes) == 4 ? 0 : -102;
}

static Peer *start(bool tickets, int version) {
	Peer *peer = peer_new("server.pem", "server.key", tickets);
	if (peer && version == 12) peer_limit_to_tls12(peer);
	if (!ca) ca = load_text("ca.pem");
	now = (uint64_t)time(NULL);
	return peer;
}

static void stop(Peer *peer) {
	a16_session_free(session);
	session = NULL;
	free(ca);
	ca = NULL;
	peer_free(peer);
}

static void sessions_are_resumed(int version) {
	Peer *peer = start(true, version);
	CHECK(visit(peer, "sensor.test", now, NULL, 0) == 0 && !is_resumed(session));
	for (int i = 0; i < 3; i++) {
		uint8_t ticket[A16_RESUMPTION];
		int size = saved_size;
		CHECK(size > 40);
		memcpy(ticket, saved, (size_t)size);
		CHECK(visit(peer, "sensor.test", now, ticket, size) == 0);
		CHECK(is_resumed(session));
	}
	stop(peer);
}

static void tls12_sessions_are_resumed(void) {
	sessions_are_resumed(12);
}

static void newest_sessions_are_resumed(void) {
	sessions_are_resumed(0);
}

static void a_session_is_not_resumed_elsewhere(void) {
	Peer *peer = start(true, 0);
	uint8_t ticket[A16_RESUMPTION];
	CHECK(visit(peer, "sensor.test", now, NULL, 0) == 0);
	int size = saved_size;
	CHECK(size > 40);
	memcpy(ticket, saved, (size_t)size);
	/* For another name, which the certificate has as well. */
	CHECK(visit(peer, "a.wild.test", now, ticket, size) == 0 && !is_resumed(session));
	/* A resumed session must not get round the check of the name. */
	CHECK(visit(peer, "other.test", now, ticket, size) == A16_NAME);
	/* Nor round another CA. */
	free(ca);
	ca = load_text("impostor.pem");
	CHECK(visit(peer, "sensor.test", now, ticket, size) == A16_UNTRUSTED);
	stop(peer);
}

static void a_session_is_not_resumed_after_its_certificate_expired(void) {
	Peer *peer = start(true, 0);
	uint8_t ticket[A16_RESUMPTION];
	/* The first time the clock was not right. */
	CHECK(visit(peer, "sensor.test", 0, NULL, 0) == 0);
	int size = saved_size;
	memcpy(ticket, saved, (size_t)size);
	CHECK(visit(peer, "sensor.test", now + 31 * DAY, ticket, size) == A16_EXPIRED);
	CHECK(visit(peer, "sensor.test", now, ticket, size) == 0 && is_resumed(session));
	/* What is exported from a resumed session expires no later. */
	memcpy(ticket, saved, (size_t)saved_size);
	CHECK(visit(peer, "sensor.test", now + 31 * DAY, ticket, saved_size) == A16_EXPIRED);
	stop(peer);
}

static void a_server_that_forgot_is_verified_anew(void) {
	Peer *peer = start(true, 0);
	uint8_t ticket[A16_RESUMPTION];
	CHECK(visit(peer, "sensor.test", now, NULL, 0) == 0);
	int size = saved_size;
	memcpy(ticket, saved, (size_t)size);
	peer_free(peer);
	peer = start(true, 0);
	CHECK(visit(peer, "sensor.test", now, ticket, size) == 0 && !is_resumed(session));
	peer_free(peer);
	peer = peer_new("forged.pem", "server.key", true);
	CHECK(visit(peer, "sensor.test", now, ticket, size) == A16_UNTRUSTED);
	stop(peer);
}

static void damaged_bytes_do_no_harm(void) {
	Peer *peer = start(true, 0);
	uint8_t ticket[A16_RESUMPTION];
	CHECK(visit(peer, "sensor.test", now, NULL, 0) == 0);
	int size = saved_size;
	memcpy(ticket, saved, (size_t)size);
	A16ClientOptions options = {.host = "sensor.test", .ca = ca, .time = now};
	for (int i = 0; i < 400; i++) {
		int length = i < 200 ? size * i / 200 : size;
		uint8_t *damaged = malloc(length ? (size_t)length : 1);
		memcpy(damaged, ticket, (size_t)length);
		for (int k = i < 200 ? 0 : 1 + i % 3; k > 0; k--)
			damaged[random_number() % (size_t)length] ^= 1 << i % 8;
		A16Session *client;
		options.resumption = damaged;
		options.resumption_size = (size_t)length;
		CHECK(a16_session_client(&client, &options) == 0);
		CHECK(a16_session_step(client) == 1 && a16_session_step(client) == 1);
		a16_session_free(client);
		free(damaged);
	}
	stop(peer);
}

static void there_is_nothing_to_resume_without_tickets(void) {
	Peer *peer = start(false, 0);
	CHECK(visit(peer, "sensor.test", now, NULL, 0) == 0);
	uint8_t none[A16_RESUMPTION];
	int size = saved_size;
	memcpy(none, saved, (size_t)size);
	CHECK(visit(peer, "sensor.test", now, none, size) == 0 && !is_resumed(session));
	stop(peer);
}

static void servers_export_nothing(void) {
	A16Session *server = new_server(), *client = new_client();
	uint8_t bytes[A16_RESUMPTION];
	CHECK(a16_session_export(client, bytes) == 0);
	pump((End){server, NULL}, (End){client, NULL}, 4096);
	CHECK(a16_session_export(server, bytes) == 0);
	a16_session_free(client);
	a16_session_free(server);
}

static const Test tests[] = {
	{"TLS 1.2 sessions are resumed, again and again", tls12_sessions_are_resumed},
	{"sessions of the newest version are resumed, again and again", newest_sessions_are_resumed},
	{"a session is not resumed for another name or CA", a_session_is_not_resumed_elsewhere},
	{"a session is not resumed after its certificate expired",
		a_session_is_not_resumed_after_its_certificate_expired},
	{"a server that forgot the session is verified anew", a_server_that_forgot_is_verified_anew},
	{"damaged bytes do no harm", damaged_bytes_do_no_harm},
	{"a server without tickets is verified each time", there_is_nothing_to_resume_without_tickets},
	{"servers export nothing", servers_export_nothing},
};

int main(int argc, char **argv) {
	return run_tests(tests, sizeof tests / sizeof *tests, argc, argv);
}
