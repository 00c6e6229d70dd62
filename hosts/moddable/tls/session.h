#ifndef AMBIENT16_SESSION_H
#define AMBIENT16_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/*
 * A TLS session as a pure state machine: ciphertext in, ciphertext out, plaintext in, plaintext out. It knows
 * no sockets, clock or callback, and shares nothing with other sessions.
 *
 * Whoever drives it moves bytes with `receive` and `send` (copies, nothing else), and lets it work with
 * `step` until that has nothing more to do. One step is one handshake message or one record, so that others
 * are served between two steps. Functions that return int return an error of error.h when they fail; the
 * session is dead then, each later call returns the same error, and only `send` goes on, to deliver the
 * alert.
 *
 * TLS 1.2 and, where the library has it, 1.3; ECDHE with AES-GCM or ChaCha20-Poly1305. No renegotiation, no
 * early data, no client certificates, no compression.
 */
typedef struct A16Session A16Session;

/** Ciphertext buffered in each direction. */
#define A16_BUFFER 2048
/** The longest state of a resumable session that is kept. */
#define A16_RESUMPTION 4096

typedef enum {
	A16_HANDSHAKE,
	A16_OPEN,
	/** The peer said close_notify: nothing more will come, but it can be written to. */
	A16_ENDED,
	A16_FAILED,
} A16State;

typedef struct {
	/** DNS name, or IPv4 or IPv6 address without brackets, that the certificate must be for. */
	const char *host;
	/** Certificates to trust, PEM, one or more. Either these, or `fingerprint`. */
	const char *ca;
	/** SHA-256 of the one certificate to trust (32 bytes). */
	const uint8_t *fingerprint;
	/** From a16_session_export; ignored where it does not fit. */
	const uint8_t *resumption;
	size_t resumption_size;
	/** Seconds since 1970, or 0 if the clock is not known to be right: dates are not checked then. */
	uint64_t time;
} A16ClientOptions;

/** A server with an identity of identity.h. Puts the session into `session`, or returns an error. */
int a16_session_server(A16Session **session, const uint8_t *identity, size_t size);

/** A client. Puts the session into `session`, or returns an error. */
int a16_session_client(A16Session **session, const A16ClientOptions *options);

/** May be called at any time, also with NULL. */
void a16_session_free(A16Session *session);

/** Takes ciphertext that came from the peer, as far as there is room; returns how many bytes. */
int a16_session_receive(A16Session *session, const uint8_t *bytes, size_t count);

/** How many bytes `receive` would take. */
size_t a16_session_room(const A16Session *session);

/** The connection has ended: nothing will come after what was received. */
void a16_session_end(A16Session *session);

/** How many bytes `send` would give. */
size_t a16_session_sendable(const A16Session *session);

/** Gives ciphertext for the peer; returns how many bytes, 0 if there are none. Never fails. */
size_t a16_session_send(A16Session *session, uint8_t *bytes, size_t size);

/**
 * Does a bounded piece of work. Returns 1 if there is more to do, 0 if it has to wait: for bytes from the
 * peer, for `send` to make room, or for `read` to take what is there.
 */
int a16_session_step(A16Session *session);

A16State a16_session_state(const A16Session *session);

/** The error that the session died of, or 0. */
int a16_session_error(const A16Session *session);

/** The name (RFC 8446, 6) of the alert that the peer gave up with, or NULL. */
const char *a16_session_alert(const A16Session *session);

/** How many bytes of plaintext can be read. */
size_t a16_session_readable(const A16Session *session);

/** Gives plaintext; returns how many bytes, 0 if there are none. */
int a16_session_read(A16Session *session, uint8_t *bytes, size_t size);

/** How many bytes of plaintext `write` would take. */
size_t a16_session_writable(const A16Session *session);

/** Takes plaintext, as far as there is room; returns how many bytes. */
int a16_session_write(A16Session *session, const uint8_t *bytes, size_t count);

/** Says close_notify. Nothing can be written afterwards; what the peer still sends can be read. */
void a16_session_close(A16Session *session);

/**
 * What a later client needs to resume this session: secret, opaque bytes, good only for the same host, trust
 * and library, and only until a certificate of the server expires. Best asked for just before closing, since
 * TLS 1.3 servers send it late. Returns the length, 0 if there is nothing to resume.
 */
int a16_session_export(A16Session *session, uint8_t bytes[A16_RESUMPTION]);

#endif
