/*
 * The native half of tls.ts: thin functions over session.h, identity.h and signature.h. Wrong arguments, too,
 * are answered with an error, since nothing may throw out of a socket callback.
 */
#include <stdlib.h>
#include <string.h>

#include "xsmc.h"

#include "authorities.h"
#include "identity.h"
#include "session.h"
#include "signature.h"

#define OUT_MAX 65536
#define NUMBER_MAX 9007199254740991.0

typedef struct {
	A16Session *session;
	/* Why there is no session. */
	int error;
} Handle;

/* Arguments. Pointers are good until something is allocated in the machine. */

static xsType type_of(xsMachine *the, int index) {
	return xsmcArgc > index ? xsmcTypeOf(xsArg(index)) : xsUndefinedType;
}

/* False where the argument is no buffer. */
static int get_bytes(xsMachine *the, int index, const uint8_t **bytes, size_t *count) {
	volatile int got = 0;
	void *data = NULL;
	xsUnsignedValue length = 0;
	if (type_of(the, index) != xsReferenceType) return 0;
	xsTry {
		xsmcGetBufferReadable(xsArg(index), &data, &length);
		got = 1;
	}
	xsCatch {
	}
	*bytes = data;
	*count = length;
	return got;
}

/* Leaves them as they are where the argument is absent; false where it is no buffer. */
static int get_optional_bytes(xsMachine *the, int index, const uint8_t **bytes, size_t *count) {
	return type_of(the, index) == xsUndefinedType || get_bytes(the, index, bytes, count);
}

/* NULL where the argument is no string. */
static const char *get_text(xsMachine *the, int index) {
	xsType type = type_of(the, index);
	return type == xsStringType || type == xsStringXType ? xsmcToString(xsArg(index)) : NULL;
}

/* The same; false where the argument is there and is none. */
static int get_optional_text(xsMachine *the, int index, const char **text) {
	*text = get_text(the, index);
	return *text || type_of(the, index) == xsUndefinedType;
}

/* At least 0, and no more than what a double holds exactly; 0 where the argument is no number. */
static double get_number(xsMachine *the, int index) {
	xsType type = type_of(the, index);
	if (type != xsIntegerType && type != xsNumberType) return 0;
	double number = xsmcToNumber(xsArg(index));
	if (!(number > 0)) return 0; /* NaN, too */
	return number < NUMBER_MAX ? number : NUMBER_MAX;
}

/* Of ms. */
static uint64_t get_seconds(xsMachine *the, int index) {
	return (uint64_t)(get_number(the, index) / 1000);
}

/* The session, or NULL with the reason why there is none as the result. */
static A16Session *get_session(xsMachine *the) {
	Handle *handle = xsmcGetHostData(xsThis);
	if (handle && handle->session) return handle->session;
	xsmcSetInteger(xsResult, handle ? handle->error : A16_MEMORY);
	return NULL;
}

static void result_bytes(xsMachine *the, const uint8_t *bytes, size_t count) {
	xsmcSetArrayBuffer(xsResult, (void *)bytes, (xsIntegerValue)count);
}

/* An empty buffer of `*count` bytes, or of as many as the first argument wants; undefined if that is none. */
static int new_result_bytes(xsMachine *the, size_t *count) {
	double most = get_number(the, 0);
	if (*count > most) *count = (size_t)most;
	if (*count > OUT_MAX) *count = OUT_MAX;
	if (*count)
		result_bytes(the, NULL, *count);
	else
		xsmcSetUndefined(xsResult);
	return *count > 0;
}

static void result_text(xsMachine *the, const char *text) {
	if (text)
		xsmcSetString(xsResult, (char *)text);
	else
		xsmcSetUndefined(xsResult);
}

/* Life */

void xs_tls_destructor(void *data) {
	Handle *handle = data;
	if (!handle) return;
	a16_session_free(handle->session);
	free(handle);
}

static Handle *new_handle(xsMachine *the) {
	Handle *handle = xsmcGetHostData(xsThis);
	if (handle) return NULL;
	handle = calloc(1, sizeof *handle);
	if (handle) xsmcSetHostData(xsThis, handle);
	return handle;
}

void xs_tls_server(xsMachine *the) {
	const uint8_t *identity;
	size_t size;
	Handle *handle = new_handle(the);
	if (!handle) return;
	handle->error = get_bytes(the, 0, &identity, &size) ? a16_session_server(&handle->session, identity, size)
														: A16_ARGUMENT;
}

/* host, ca, fingerprint, resumption, time (ms) */
void xs_tls_client(xsMachine *the) {
	size_t fingerprint_size = 0;
	Handle *handle = new_handle(the);
	if (!handle) return;
	handle->error = A16_ARGUMENT;
	A16ClientOptions options = {.host = get_text(the, 0), .time = get_seconds(the, 4)};
	if (!get_optional_text(the, 1, &options.ca)) return;
	if (!get_optional_bytes(the, 2, &options.fingerprint, &fingerprint_size)) return;
	if (options.fingerprint && fingerprint_size != 32) return;
	if (!get_optional_bytes(the, 3, &options.resumption, &options.resumption_size)) return;
	handle->error = a16_session_client(&handle->session, &options);
}

void xs_tls_free(xsMachine *the) {
	Handle *handle = xsmcGetHostData(xsThis);
	if (!handle) return;
	a16_session_free(handle->session);
	handle->session = NULL;
	if (!handle->error) handle->error = A16_CLOSED;
}

/* Ciphertext */

static void take_bytes(xsMachine *the, int (*take)(A16Session *, const uint8_t *, size_t)) {
	const uint8_t *bytes;
	size_t count;
	A16Session *session = get_session(the);
	if (session)
		xsmcSetInteger(xsResult, get_bytes(the, 0, &bytes, &count) ? take(session, bytes, count) : A16_ARGUMENT);
}

void xs_tls_receive(xsMachine *the) {
	take_bytes(the, a16_session_receive);
}

void xs_tls_get_room(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetInteger(xsResult, session ? (xsIntegerValue)a16_session_room(session) : 0);
}

void xs_tls_end(xsMachine *the) {
	A16Session *session = get_session(the);
	if (session) a16_session_end(session);
	xsmcSetUndefined(xsResult);
}

void xs_tls_send(xsMachine *the) {
	A16Session *session = get_session(the);
	size_t count = session ? a16_session_sendable(session) : 0;
	if (new_result_bytes(the, &count)) a16_session_send(session, xsmcToArrayBuffer(xsResult), count);
}

/* Work */

void xs_tls_step(xsMachine *the) {
	A16Session *session = get_session(the);
	if (session) xsmcSetInteger(xsResult, a16_session_step(session));
}

void xs_tls_get_open(xsMachine *the) {
	A16Session *session = get_session(the);
	A16State state = session ? a16_session_state(session) : A16_FAILED;
	xsmcSetBoolean(xsResult, state == A16_OPEN || state == A16_ENDED);
}

void xs_tls_get_ended(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetBoolean(xsResult, session && a16_session_state(session) == A16_ENDED);
}

void xs_tls_get_error(xsMachine *the) {
	Handle *handle = xsmcGetHostData(xsThis);
	int error = !handle ? A16_MEMORY : handle->session ? a16_session_error(handle->session) : handle->error;
	result_text(the, error ? a16_error_text(error) : NULL);
}

void xs_tls_get_alert(xsMachine *the) {
	A16Session *session = get_session(the);
	result_text(the, session ? a16_session_alert(session) : NULL);
}

/* Plaintext */

void xs_tls_get_readable(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetInteger(xsResult, session ? (xsIntegerValue)a16_session_readable(session) : 0);
}

void xs_tls_read(xsMachine *the) {
	A16Session *session = get_session(the);
	size_t count = session ? a16_session_readable(session) : 0;
	/* It lies decrypted in the session, so that this takes all of it and cannot fail. */
	if (new_result_bytes(the, &count)) a16_session_read(session, xsmcToArrayBuffer(xsResult), count);
}

void xs_tls_get_writable(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetInteger(xsResult, session ? (xsIntegerValue)a16_session_writable(session) : 0);
}

void xs_tls_write(xsMachine *the) {
	take_bytes(the, a16_session_write);
}

void xs_tls_close(xsMachine *the) {
	A16Session *session = get_session(the);
	if (session) a16_session_close(session);
	xsmcSetUndefined(xsResult);
}

void xs_tls_export(xsMachine *the) {
	A16Session *session = get_session(the);
	uint8_t *bytes = session ? malloc(A16_RESUMPTION) : NULL;
	int count = bytes ? a16_session_export(session, bytes) : 0;
	if (count > 0)
		result_bytes(the, bytes, (size_t)count);
	else
		xsmcSetUndefined(xsResult);
	if (bytes) mbedtls_platform_zeroize(bytes, A16_RESUMPTION);
	free(bytes);
}

/* Identities and signatures */

/* udid, time (ms), former, address */
void xs_tls_identity(xsMachine *the) {
	A16IdentityOptions options = {.udid = get_text(the, 0), .time = get_seconds(the, 1)};
	if (!options.udid || !get_optional_bytes(the, 2, &options.former, &options.former_size) ||
		!get_optional_text(the, 3, &options.address))
		return;
	/* Not on the stack, of which the chip has little. */
	uint8_t *bytes = malloc(A16_IDENTITY_SIZE);
	if (!bytes) return;
	int size = a16_identity_create(&options, bytes, A16_IDENTITY_SIZE);
	if (size > 0) result_bytes(the, bytes, (size_t)size);
	mbedtls_platform_zeroize(bytes, A16_IDENTITY_SIZE);
	free(bytes);
}

/* ca, time (ms); undefined if the CA will do */
void xs_tls_check_authorities(xsMachine *the) {
	const char *ca = get_text(the, 0);
	int error = ca ? a16_authorities_check(ca, get_seconds(the, 1)) : A16_ARGUMENT;
	result_text(the, error ? a16_error_text(error) : NULL);
}

void xs_tls_fingerprint(xsMachine *the) {
	const uint8_t *bytes;
	size_t size;
	uint8_t fingerprint[32];
	if (get_bytes(the, 0, &bytes, &size) && !a16_identity_fingerprint(bytes, size, fingerprint))
		result_bytes(the, fingerprint, sizeof fingerprint);
}

void xs_tls_expiry(xsMachine *the) {
	const uint8_t *bytes;
	size_t size;
	uint64_t expiry = get_bytes(the, 0, &bytes, &size) ? a16_identity_expiry(bytes, size) : 0;
	xsmcSetNumber(xsResult, (double)expiry * 1000);
}

void xs_tls_verify(xsMachine *the) {
	const uint8_t *key, *digest, *signature;
	size_t key_size, digest_size, signature_size;
	xsmcSetBoolean(xsResult,
		get_bytes(the, 0, &key, &key_size) && get_bytes(the, 1, &digest, &digest_size) && digest_size == 32 &&
			get_bytes(the, 2, &signature, &signature_size) &&
			a16_signature_verify(key, key_size, digest, signature, signature_size));
}
