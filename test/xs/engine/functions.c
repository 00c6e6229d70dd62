/*
 * What the SDK's linker makes of native("xs_...") and Native("xs_..._destructor") in TypeScript: functions and classes
 * of the firmware's own C, by their names. Without TLS there are none.
 */
#include "bench.h"

#define SOCKETS(EACH) \
	EACH(xs_sockets_start) EACH(xs_sockets_listen) EACH(xs_sockets_udp) EACH(xs_sockets_connect) \
	EACH(xs_sockets_accept) EACH(xs_sockets_address) EACH(xs_sockets_port) EACH(xs_sockets_read) \
	EACH(xs_sockets_write) EACH(xs_sockets_close) EACH(xs_sockets_destroy) EACH(xs_sockets_destroyAll) \
	EACH(xs_sockets_receive) EACH(xs_sockets_send) EACH(xs_sockets_join)
#define MEMORY(EACH) EACH(xs_memory_measure)
extern void xs_sockets_destructor(void *data);

#ifdef BENCH_TLS
#define FUNCTIONS(EACH) SOCKETS(EACH) MEMORY(EACH) \
	EACH(xs_tls_server) EACH(xs_tls_client) EACH(xs_tls_free) EACH(xs_tls_receive) EACH(xs_tls_get_room) \
	EACH(xs_tls_end) EACH(xs_tls_send) EACH(xs_tls_step) EACH(xs_tls_get_open) \
	EACH(xs_tls_get_ended) EACH(xs_tls_get_error) EACH(xs_tls_get_alert) EACH(xs_tls_get_readable) \
	EACH(xs_tls_read) EACH(xs_tls_get_writable) EACH(xs_tls_write) EACH(xs_tls_close) EACH(xs_tls_export) \
	EACH(xs_tls_identity) EACH(xs_tls_fingerprint) EACH(xs_tls_verify) EACH(xs_tls_check_authorities) \
	EACH(xs_tls_expiry)
extern void xs_tls_destructor(void *data);
#else
#define FUNCTIONS(EACH) SOCKETS(EACH) MEMORY(EACH)
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

static void findClass(xsMachine *the)
{
	xsVars(1);
	int isTls = !strcmp(xsToString(xsArg(0)), "xs_tls_destructor");
	xsVar(0) = xsNewHostObject(isTls ? xs_tls_destructor : xs_sockets_destructor);
	xsResult = xsNewHostConstructor(construct, 0, xsVar(0));
}

void newNative(xsMachine *the, xsSlot *object)
{
	xsResult = xsNewHostFunction(findClass, 1);
	xsDefine(xsGlobal, xsID("Native"), xsResult, xsDefault);
	*object = xsNewHostFunction(findFunction, 1);
	define(the, object, functions);
}
