/* What the files of a session share, and nobody else sees. */
#ifndef AMBIENT16_INTERNAL_H
#define AMBIENT16_INTERNAL_H

#include "compat.h"
#include "session.h"
#include "trust.h"

#define A16_SUITES 10

/* Bytes in order of arrival, at most A16_BUFFER of them. */
typedef struct {
	size_t start, end;
	uint8_t bytes[A16_BUFFER];
} A16Queue;

struct A16Session {
	mbedtls_ssl_context ssl;
	mbedtls_ssl_config conf;
	compat_random random;
	int suites[A16_SUITES];
	/* A server's own, or those that a client trusts. */
	mbedtls_x509_crt certificates;
	mbedtls_pk_context key;

	bool client;
	A16Trust trust;
	/* Digest of host and trust: what an exported session is good for, and no other is. */
	uint8_t purpose[32];
	bool resuming;
	uint64_t resumed_expiry;

	A16State state;
	int error;
	int alert;
	bool input_ended;
	bool closed;
	A16Queue in, out;
};

/* Takes as many bytes as there is room for. */
size_t a16_queue_put(A16Queue *queue, const uint8_t *bytes, size_t count);
size_t a16_queue_take(A16Queue *queue, uint8_t *bytes, size_t size);

/* A session that cannot be resumed is no error: a full handshake takes its place. */
void a16_session_resume(A16Session *session, const uint8_t *bytes, size_t size);

#endif
