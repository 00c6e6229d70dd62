/* What the device finds in its global `native`, beside functions: time, randomness, flash and digests. */
#include "bench.h"
#include "digest.h"
#include "mc.xs.h"
#include <sys/random.h>

typedef struct Timer Timer;
struct Timer {
	Timer *next;
	xsSlot self, callback;
	double when, interval;
	int cleared;
};

static Timer *timers;
/* ms; the wall clock is on 2026-01-01 at the start. */
static double now = 1000;
static const double EPOCH = 1767225600000.0 - 1000;

static void markTimer(xsMachine *the, void *data, xsMarkRoot mark)
{
	if (data) mark(the, &((Timer *)data)->callback);
}

static xsHostHooks TIMER_HOOKS = { .marker = markTimer };

void construct(xsMachine *the)
{
	xsResult = xsGet(xsTarget, xsID("prototype"));
	xsResult = xsNewHostInstance(xsResult);
}

static void setTimer(xsMachine *the)
{
	Timer *timer = calloc(1, sizeof(Timer)), **link = &timers;
	timer->when = now + xsToNumber(xsArg(1));
	timer->interval = xsToBoolean(xsArg(2)) ? xsToNumber(xsArg(1)) : 0;
	timer->callback = xsArg(0);
	xsResult = xsNewHostObject(NULL);
	timer->self = xsResult;
	xsSetHostData(xsResult, timer);
	xsSetHostHooks(xsResult, &TIMER_HOOKS);
	xsRemember(timer->self);
	while (*link) link = &(*link)->next;
	*link = timer;
}

static void forgetTimer(xsMachine *the, Timer *timer)
{
	if (timer->cleared) return;
	timer->cleared = 1;
	xsSetHostData(timer->self, NULL);
	xsForget(timer->self);
}

static void clearTimer(xsMachine *the)
{
	Timer *timer = xsGetHostData(xsArg(0));
	if (timer) forgetTimer(the, timer);
}

void advance(xsMachine *machine, double ms)
{
	double end = now + ms;
	for (;;) {
		Timer *due = NULL, **link = &timers;
		while (*link) {
			Timer *timer = *link;
			if (timer->cleared) {
				*link = timer->next;
				free(timer);
				continue;
			}
			if (timer->when <= end && (!due || timer->when < due->when)) due = timer;
			link = &timer->next;
		}
		if (!due) break;
		if (due->when > now) now = due->when;
		xsBeginHost(machine);
		xsResult = due->callback;
		if (due->interval > 0) due->when += due->interval;
		else forgetTimer(the, due);
		xsResult = xsCallFunction0(xsResult, xsUndefined);
		xsEndHost(machine);
		runPromiseJobs(machine);
		while (runSockets(machine, 0)) {}
	}
	now = end;
}

static void clockNow(xsMachine *the) { xsResult = xsNumber(EPOCH + now); }
static void clockMonotonic(xsMachine *the) { xsResult = xsNumber(now); }

static void randomBytes(xsMachine *the)
{
	int count = xsToInteger(xsArg(0));
	xsResult = xsArrayBuffer(NULL, count);
	if (getrandom(xsToArrayBuffer(xsResult), count, 0) != count) xsUnknownError("no randomness");
}

typedef struct Value Value;
struct Value {
	Value *next;
	char key[16];
	size_t size;
	uint8_t bytes[];
};
static Value *flash;

static void readFlash(xsMachine *the)
{
	const char *key = xsToString(xsArg(0));
	for (Value *value = flash; value; value = value->next)
		if (!strcmp(value->key, key)) xsResult = xsArrayBuffer(value->bytes, value->size);
}

static void writeFlash(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue size;
	Value **link = &flash, *value;
	const char *key = xsToString(xsArg(0));
	while (*link && strcmp((*link)->key, key)) link = &(*link)->next;
	if ((value = *link)) {
		*link = value->next;
		free(value);
	}
	if (xsToInteger(xsArgc) < 2) return;
	_xsmcGetBuffer(the, &xsArg(1), &bytes, &size, 0);
	value = calloc(1, sizeof(Value) + size);
	snprintf(value->key, sizeof(value->key), "%s", xsToString(xsArg(0)));
	memcpy(value->bytes, bytes, value->size = size);
	value->next = flash;
	flash = value;
}

/* The sectors in which points wait. */
static uint8_t storage[16 * 4096];

static void readStorage(xsMachine *the)
{
	xsResult = xsArrayBuffer(storage + xsToInteger(xsArg(0)), xsToInteger(xsArg(1)));
}

static void writeStorage(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue count;
	_xsmcGetBuffer(the, &xsArg(1), &bytes, &count, 0);
	memcpy(storage + xsToInteger(xsArg(0)), bytes, count);
}

static void eraseStorage(xsMachine *the)
{
	memset(storage + xsToInteger(xsArg(0)), 0xff, xsToInteger(xsArg(1)));
}

static void Hash(xsMachine *the)
{
	Digest *digest = malloc(sizeof(Digest));
	construct(the);
	digestBegin(digest, strcmp(xsToString(xsArg(0)), "MD5"));
	xsSetHostData(xsResult, digest);
	xsSetHostDestructor(xsResult, free);
}

static void Hash_write(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue count;
	_xsmcGetBuffer(the, &xsArg(0), &bytes, &count, 0);
	digestUpdate(xsGetHostData(xsThis), bytes, count);
}

static void Hash_close(xsMachine *the)
{
	uint8_t result[DIGEST_MOST];
	Digest *digest = xsGetHostData(xsThis);
	size_t size = digestEnd(digest, result);
	xsResult = xsArrayBuffer(result, size);
	xsSetHostData(xsThis, NULL);
	free(digest);
}

/* Of Uint8Array, as in the engine of SDK 8.2.3. */
static void toHex(xsMachine *the)
{
	static const char DIGITS[] = "0123456789abcdef";
	uint8_t *bytes;
	xsUnsignedValue count;
	_xsmcGetBuffer(the, &xsThis, (void **)&bytes, &count, 0);
	xsResult = xsStringBuffer(NULL, 2 * count);
	/* It may have moved. */
	_xsmcGetBuffer(the, &xsThis, (void **)&bytes, &count, 0);
	char *text = xsToString(xsResult);
	for (; count > 0; count--, bytes++) {
		*text++ = DIGITS[*bytes >> 4];
		*text++ = DIGITS[*bytes & 15];
	}
	*text = 0;
}

static void print(xsMachine *the)
{
	printf("%s\n", xsToString(xsArg(0)));
	fflush(stdout);
}

extern void modInstallTextDecoder(xsMachine *the);
extern void modInstallTextEncoder(xsMachine *the);

void define(xsMachine *the, xsSlot *object, Member *members)
{
	for (Member *member = members; member->name; member++) {
		xsResult = xsNewHostFunction(member->call, 2);
		xsDefine(*object, xsID(member->name), xsResult, member->getter ? xsIsGetter : xsDefault);
	}
}

void defineClass(xsMachine *the, xsSlot *object, char *name, xsCallback constructor, Member *members)
{
	xsVar(1) = xsNewHostObject(NULL);
	define(the, &xsVar(1), members);
	xsResult = xsNewHostConstructor(constructor, 1, xsVar(1));
	xsDefine(*object, xsID(name), xsResult, xsDefault);
}

static char *const NAMES[BENCH_IDS] = { "onReadable", "onWritable", "onError", "onConnection", "address", "port" };
xsIdentifier benchIDs[BENCH_IDS];

void installNatives(xsMachine *the)
{
	memset(storage, 0xff, sizeof(storage));
	modInstallTextDecoder(the);
	modInstallTextEncoder(the);
	xsVars(2);
	newNative(the, &xsVar(0));
	define(the, &xsVar(0), (Member[]){
		{ "setTimer", setTimer }, { "clearTimer", clearTimer }, { "now", clockNow },
		{ "monotonic", clockMonotonic }, { "random", randomBytes }, { "readFlash", readFlash },
		{ "writeFlash", writeFlash }, { "readStorage", readStorage }, { "writeStorage", writeStorage },
		{ "eraseStorage", eraseStorage }, { "print", print }, { 0 },
	});
	for (int i = 0; i < BENCH_IDS; i++) benchIDs[i] = xsID(NAMES[i]);
	defineClass(the, &xsVar(0), "Digest", Hash, (Member[]){ { "write", Hash_write }, { "close", Hash_close }, { 0 } });
	xsSet(xsGlobal, xsID("native"), xsVar(0));
	xsVar(0) = xsGet(xsGet(xsGlobal, xsID("Uint8Array")), xsID("prototype"));
	define(the, &xsVar(0), (Member[]){ { "toHex", toHex }, { 0 } });
}
