/* Which CAs can be used, and why others cannot. */
#include "authorities.h"

#include "harness.h"

static const struct {
	const char *file;
	int error;
} cases[] = {
	{"ca.pem", 0},
	/* A server's own certificate, signed by itself. */
	{"forged.pem", 0},
	{"bundle.pem", 0},
	{"permits.pem", 0},
	{"text.pem", A16_EMPTY},
	{"cut.pem", A16_DAMAGED},
	{"damaged.pem", A16_DAMAGED},
	{"no-base64.pem", A16_DAMAGED},
	{"critical.pem", A16_EXTENSION},
	{"ca1024.pem", A16_KEY},
	{"edwards.pem", A16_KEY},
	{"server.pem", A16_AUTHORITY},
	{"old.pem", A16_EXPIRED},
};

static int check(const char *file, uint64_t now) {
	char *ca = load_text(file);
	int error = a16_authorities_check(ca, now);
	free(ca);
	return error;
}

static void each_has_its_reason(void) {
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int error = check(cases[i].file, (uint64_t)time(NULL) + 3600);
		if (error != cases[i].error) printf("# %s: %s\n", cases[i].file, a16_error_text(error));
		CHECK(error == cases[i].error);
	}
}

static void dates_do_not_matter_while_the_clock_is_not_right(void) {
	CHECK(check("old.pem", 0) == 0);
}

static void a_client_says_the_same(void) {
	char *ca = load_text("critical.pem");
	A16Session *client;
	CHECK(a16_session_client(&client, &(A16ClientOptions){.host = "a.test", .ca = ca}) == A16_EXTENSION);
	CHECK(!client);
	free(ca);
}

static void a_ca_cut_off_anywhere_is_refused(void) {
	char *ca = load_text("permits.pem");
	/* Up to the last letter of its last line. */
	for (size_t length = 0; length < strlen(ca) - 1; length++) {
		/* Exactly as long, so that the sanitizer sees a byte too far. */
		char *cut = strndup(ca, length);
		CHECK(a16_authorities_check(cut, 0) != 0);
		free(cut);
	}
	free(ca);
}

static const Test tests[] = {
	{"each CA has its reason", each_has_its_reason},
	{"dates do not matter while the clock is not right", dates_do_not_matter_while_the_clock_is_not_right},
	{"a client says the same", a_client_says_the_same},
	{"a CA that is cut off anywhere is refused", a_ca_cut_off_anywhere_is_refused},
};

int main(int argc, char **argv) {
	return run_tests(tests, sizeof tests / sizeof *tests, argc, argv);
}
