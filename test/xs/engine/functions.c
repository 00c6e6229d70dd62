/*
 * What the SDK's linker makes of native("xs_...") and Native("xs_..._destructor") in TypeScript: functions and classes
 * of the firmware's own C, by their names. Without TLS there are none.
 */
#include "bench.h"

#ifdef BENCH_TLS
#define FUNCTIONS(EACH) \
	EACH(xs_tls_server) EACH(xs_tls_client) EACH(xs_tls_free) EACH(xs_tls_receive) EACH(xs_tls_get_room) \
	EACH(xs_tls_end) EACH(xs_tls_get_sendable) EACH(xs_tls_send) EACH(xs_tls_step) EACH(xs_tls_get_open) \
	EACH(xs_tls_get_ended) EACH(xs_tls_get_error) EACH(xs_tls_get_alert) EACH(xs_tls_get_readable) \
	EACH(xs_tls_read) EACH(xs_tls_get_writable) EACH(xs_tls_write) EACH(xs_tls_close) EACH(xs_tls_get_version) \
	EACH(xs_tls_get_cipher) EACH(xs_tls_get_resumed) EACH(xs_tls_export) EACH(xs_tls_identity) \
	EACH(xs_tls_fingerprint) EACH(xs_tls_verify)
extern void xs_tls_destructor(void *data);
#else
#define FUNCTIONS(EACH)
#define xs_tls_destructor NULL
#endif

#define DECLARE(NAME) extern void NAME(xsMachine *the);
FUNCTIONS(DECLARE)

#define MEMBER(NAME) { #NAME, NAME },
static Member functions[] = { FUNCTIONS(MEMBER) { 0 } };

static void findFunction(xsMachine *the)
{
	xsResult = xsGet(xsGlobal, xsID("native"));
	xsResult = xsGetAt(xsResult, xsArg(0));
}

/* There is one class. */
static void findClass(xsMachine *the)
{
	xsVars(1);
	xsVar(0) = xsNewHostObject(xs_tls_destructor);
	xsResult = xsNewHostConstructor(construct, 0, xsVar(0));
}

void newNative(xsMachine *the, xsSlot *object)
{
	xsResult = xsNewHostFunction(findClass, 1);
	xsDefine(xsGlobal, xsID("Native"), xsResult, xsDefault);
	*object = xsNewHostFunction(findFunction, 1);
	define(the, object, functions);
}
