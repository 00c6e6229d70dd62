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

#define HOST_SIZE 256
#define UDID_SIZE 16
#define ADDRESS_SIZE 48
#define OUT_MAX 65536
#define NUMBER_MAX 9007199254740991.0

typedef struct {
	A16Session *session;
	/* Why there is no session. */
	int error;
} Handle;

/* Arguments. Pointers are good until something is allocated in the machine. */

static int get_bytes(xsMachine *the, xsSlot *slot, const uint8_t **bytes, size_t *count) {
	volatile int got = 0;
	void *data = NULL;
	xsUnsignedValue length = 0;
	xsType type = xsmcTypeOf(*slot);
	if (type == xsStringType || type == xsStringXType) {
		data = xsmcToString(*slot);
		length = (xsUnsignedValue)strlen(data);
		got = 1;
	} else if (type == xsReferenceType) {
		xsTry {
			xsmcGetBufferReadable(*slot, &data, &length);
			got = 1;
		}
		xsCatch {
		}
	}
	*bytes = data;
	*count = length;
	return got;
}

static int get_text(xsMachine *the, xsSlot *slot, char *text, size_t size) {
	xsType type = xsmcTypeOf(*slot);
	if (type != xsStringType && type != xsStringXType) return 0;
	const char *string = xsmcToString(*slot);
	size_t length = strlen(string);
	if (length >= size) return 0;
	memcpy(text, string, length + 1);
	return 1;
}

/* At least 0, and no more than what a double holds exactly. */
static double get_number(xsMachine *the, xsSlot *slot) {
	xsType type = xsmcTypeOf(*slot);
	if (type != xsIntegerType && type != xsNumberType) return 0;
	double number = xsmcToNumber(*slot);
	if (!(number > 0)) return 0; /* NaN, too */
	return number < NUMBER_MAX ? number : NUMBER_MAX;
}

static size_t get_count(xsMachine *the, xsSlot *slot) {
	double number = get_number(the, slot);
	return number < OUT_MAX ? (size_t)number : OUT_MAX;
}

static int has_argument(xsMachine *the, int index) {
	return xsmcArgc > index && xsmcTypeOf(xsArg(index)) != xsUndefinedType;
}

/* NULL where the argument is absent; false where it is no buffer. */
static int get_optional_bytes(xsMachine *the, int index, const uint8_t **bytes, size_t *count) {
	*bytes = NULL;
	*count = 0;
	return !has_argument(the, index) || get_bytes(the, &xsArg(index), bytes, count);
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
	size_t most = xsmcArgc > 0 ? get_count(the, &xsArg(0)) : 0;
	if (*count > most) *count = most;
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
	handle->error = A16_ARGUMENT;
	if (!has_argument(the, 0) || !get_bytes(the, &xsArg(0), &identity, &size)) return;
	handle->error = a16_session_server(&handle->session, identity, size);
}

/* host, ca, fingerprint, resumption, time (ms), fragment */
void xs_tls_client(xsMachine *the) {
	char host[HOST_SIZE];
	size_t fingerprint_size;
	A16ClientOptions options = {.host = host};
	Handle *handle = new_handle(the);
	if (!handle) return;
	handle->error = A16_ARGUMENT;
	if (!has_argument(the, 0) || !get_text(the, &xsArg(0), host, sizeof host)) return;
	if (!get_optional_bytes(the, 1, &options.ca, &options.ca_size)) return;
	if (!get_optional_bytes(the, 2, &options.fingerprint, &fingerprint_size)) return;
	if (options.fingerprint && fingerprint_size != 32) return;
	if (!get_optional_bytes(the, 3, &options.resumption, &options.resumption_size)) return;
	if (has_argument(the, 4)) options.time = (uint64_t)(get_number(the, &xsArg(4)) / 1000);
	if (has_argument(the, 5)) options.fragment = (uint16_t)get_count(the, &xsArg(5));
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

void xs_tls_receive(xsMachine *the) {
	const uint8_t *bytes;
	size_t count;
	A16Session *session = get_session(the);
	if (!session) return;
	if (!has_argument(the, 0) || !get_bytes(the, &xsArg(0), &bytes, &count))
		xsmcSetInteger(xsResult, A16_ARGUMENT);
	else
		xsmcSetInteger(xsResult, a16_session_receive(session, bytes, count));
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

void xs_tls_get_sendable(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetInteger(xsResult, session ? (xsIntegerValue)a16_session_sendable(session) : 0);
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
	const uint8_t *bytes;
	size_t count;
	A16Session *session = get_session(the);
	if (!session) return;
	if (!has_argument(the, 0) || !get_bytes(the, &xsArg(0), &bytes, &count))
		xsmcSetInteger(xsResult, A16_ARGUMENT);
	else
		xsmcSetInteger(xsResult, a16_session_write(session, bytes, count));
}

void xs_tls_close(xsMachine *the) {
	A16Session *session = get_session(the);
	if (session) a16_session_close(session);
	xsmcSetUndefined(xsResult);
}

/* What was agreed */

void xs_tls_get_version(xsMachine *the) {
	A16Session *session = get_session(the);
	result_text(the, session ? a16_session_version(session) : NULL);
}

void xs_tls_get_cipher(xsMachine *the) {
	A16Session *session = get_session(the);
	result_text(the, session ? a16_session_cipher(session) : NULL);
}

void xs_tls_get_resumed(xsMachine *the) {
	A16Session *session = get_session(the);
	xsmcSetBoolean(xsResult, session && a16_session_resumed(session));
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

/* udid, time (ms), former, addresses */
void xs_tls_identity(xsMachine *the) {
	char udid[UDID_SIZE];
	char texts[A16_IDENTITY_ADDRESSES][ADDRESS_SIZE];
	const char *addresses[A16_IDENTITY_ADDRESSES];
	A16IdentityOptions options = {.udid = udid, .addresses = addresses};
	int count = xsmcArgc - 3;
	if (count < 0 || count > A16_IDENTITY_ADDRESSES || !get_text(the, &xsArg(0), udid, sizeof udid)) return;
	options.address_count = (size_t)count;
	for (int i = 0; i < count; i++) {
		if (!get_text(the, &xsArg(i + 3), texts[i], sizeof texts[i])) return;
		addresses[i] = texts[i];
	}
	options.time = (uint64_t)(get_number(the, &xsArg(1)) / 1000);
	if (!get_optional_bytes(the, 2, &options.former, &options.former_size)) return;
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
	const uint8_t *ca;
	size_t size;
	int error = A16_ARGUMENT;
	if (has_argument(the, 0) && get_bytes(the, &xsArg(0), &ca, &size)) {
		double time = has_argument(the, 1) ? get_number(the, &xsArg(1)) : 0;
		error = a16_authorities_check(ca, size, (uint64_t)(time / 1000));
	}
	result_text(the, error ? a16_error_text(error) : NULL);
}

void xs_tls_fingerprint(xsMachine *the) {
	const uint8_t *bytes;
	size_t size;
	uint8_t fingerprint[32];
	if (!has_argument(the, 0) || !get_bytes(the, &xsArg(0), &bytes, &size)) return;
	if (!a16_identity_fingerprint(bytes, size, fingerprint))
		result_bytes(the, fingerprint, sizeof fingerprint);
}

void xs_tls_expiry(xsMachine *the) {
	const uint8_t *bytes;
	size_t size;
	uint64_t expiry = 0;
	if (has_argument(the, 0) && get_bytes(the, &xsArg(0), &bytes, &size))
		expiry = a16_identity_expiry(bytes, size);
	xsmcSetNumber(xsResult, (double)expiry * 1000);
}

void xs_tls_verify(xsMachine *the) {
	const uint8_t *key, *digest, *signature;
	size_t key_size, digest_size, signature_size;
	xsmcSetBoolean(xsResult,
		xsmcArgc == 3 && get_bytes(the, &xsArg(0), &key, &key_size) &&
			get_bytes(the, &xsArg(1), &digest, &digest_size) && digest_size == 32 &&
			get_bytes(the, &xsArg(2), &signature, &signature_size) &&
			a16_signature_verify(key, key_size, digest, signature, signature_size));
}
