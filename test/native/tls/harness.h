/* A small test harness, and a plain Mbed TLS server to test the client against. */
#ifndef AMBIENT16_HARNESS_H
#define AMBIENT16_HARNESS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mbedtls/ssl_ticket.h>

#include "compat.h"
#include "identity.h"
#include "internal.h"

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Ends the running test; what it holds is not freed. */
#define CHECK(condition)                                  \
	do {                                                  \
		if (!(condition)) {                               \
			check_failed(__FILE__, __LINE__, #condition); \
			return;                                       \
		}                                                 \
	} while (0)

typedef struct {
	const char *name;
	void (*run)(void);
} Test;

void check_failed(const char *file, int line, const char *what);
/** Runs a test, unless its name begins otherwise than argv[2]. argv[1]: the folder of the certificates. */
void run_test(const char *name, void (*run)(void), int argc, char **argv);
/** What main returns. */
int finish_tests(void);
int run_tests(const Test *tests, size_t count, int argc, char **argv);

/** A file of the folder with the certificates, with a NUL behind it. */
uint8_t *load(const char *name, size_t *size);
/** The same, of text. */
char *load_text(const char *name);

/** The same numbers in each run, others under the sanitizer. */
uint32_t random_number(void);

/** A plain Mbed TLS server: any chain, with session tickets. */
typedef struct {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	mbedtls_x509_crt chain;
	mbedtls_pk_context key;
	mbedtls_ssl_ticket_context tickets;
	compat_random random;
	bool over;
	int result;
	size_t in_start, in_end, out_start, out_end;
	uint8_t in[65536], out[65536];
} Peer;

/** `chain` and `key` are names of files. */
Peer *peer_new(const char *chain, const char *key, bool tickets);
void peer_limit_to_tls12(Peer *peer);
/** The same peer, ready for the next connection. */
void peer_again(Peer *peer);
void peer_free(Peer *peer);

/** One side of a connection: either is NULL. */
typedef struct {
	A16Session *session;
	Peer *peer;
} End;

/** What may befall the bytes on their way from one side. */
typedef struct Wire {
	/** Called before so many bytes pass; may change what follows here. */
	void (*before)(struct Wire *wire, size_t count);
	/** Bytes that have passed. */
	size_t passed;
	/** The connection ends after so many; 0: never. */
	size_t cut;
	/** That byte is changed with the mask, if there is one. */
	size_t flip;
	uint8_t mask;
	bool ended;
} Wire;

/** Moves bytes in segments of at most `segment` and lets both work until nothing happens any more. */
void pump(End a, End b, size_t segment);
void pump_wires(End a, End b, size_t segment, Wire *from_a, Wire *from_b);

/** The identity that the tests use, its length, and its fingerprint. */
const uint8_t *test_identity(size_t *size);
const uint8_t *test_fingerprint(void);
#define TEST_HOST "ambient16-10000fb38278.local"

/** A server with the test's identity, and a client that has it pinned. */
A16Session *new_server(void);
A16Session *new_client(void);
bool is_open(const A16Session *session);

/** What was agreed on, as the library names it; NULL before the handshake is done. */
const char *version_of(const A16Session *session);
const char *cipher_of(const A16Session *session);
/** A client's handshake resumed an earlier session, so that no certificate was sent. */
bool is_resumed(const A16Session *session);

#endif
