/* Runs a device on XS with the memory of a chip and does what the test says. */
#include "xsAll.h"
#include "bench.h"
#include "../../../hosts/moddable/sockets/wait.h"
#include <poll.h>
#ifdef __GLIBC__
	#include <malloc.h>
#endif
#if __has_include(<valgrind/callgrind.h>)
	#include <valgrind/callgrind.h>
#else
	#define CALLGRIND_DUMP_STATS_AT(NAME)
#endif

/* Of the chip's task (kStack of the SDK's main.c); pointers of 8 bytes need twice as much, a sanitizer far more. */
#ifdef __SANITIZE_ADDRESS__
	#define NATIVE_STACK (256 * 1024)
/* What stands for the flash is found by no pointer that a look for leaks knows. */
const char *__lsan_default_suppressions(void) { return "leak:fxLoadModule"; }
#else
	#define NATIVE_STACK (10 * 1024 * (sizeof(void *) / 4))
#endif
#define COMMAND 8192

/* Of xsMemory.c: collect garbage at each allocation, so that the peaks are those of what is in use. */
extern int gxStress;

static char *stackLimit;

char *fxCStackLimit(void)
{
	return stackLimit;
}

void fxCreateMachinePlatform(txMachine *the) { (void)the; }
void fxDeleteMachinePlatform(txMachine *the) { (void)the; }

void fxQueuePromiseJobs(txMachine *the)
{
	the->promiseJobs = 1;
}

void runPromiseJobs(xsMachine *the)
{
	while (the->promiseJobs) {
		the->promiseJobs = 0;
		fxRunPromiseJobs(the);
	}
}

/* Whether the firmware goes on, which is asked as fxAbort of the SDK's xsPlatform.c does with `aborthook`. */
static int isSurvived(xsMachine *the, const char *reason)
{
	volatile int survived = 0;
	xsBeginHost(the);
	xsVars(1);
	xsVar(0) = xsException;
	xsTry {
		if (xsHas(xsGlobal, xsID("abort"))) {
			xsResult = xsCall2(xsGlobal, xsID("abort"), xsString((char *)reason), xsVar(0));
			survived = xsTypeOf(xsResult) == xsBooleanType && !xsToBoolean(xsResult);
		}
	}
	xsCatch {
	}
	xsEndHost(the);
	return survived;
}

/* On the chip it is the end as well. */
void fxAbort(txMachine *the, int status)
{
	static int asking;
	static const char *const REASONS[] = {
		[XS_NOT_ENOUGH_MEMORY_EXIT] = "memory full",
		[XS_STACK_OVERFLOW_EXIT] = "stack overflow",
		[XS_NO_MORE_KEYS_EXIT] = "no more keys",
		[XS_UNHANDLED_EXCEPTION_EXIT] = "unhandled exception",
		[XS_UNHANDLED_REJECTION_EXIT] = "unhandled rejection",
	};
	const char *reason = status < (int)(sizeof(REASONS) / sizeof(*REASONS)) ? REASONS[status] : NULL;
	/* The chip goes on with it until its stack is full. */
	if (asking) reason = "stack overflow while it was asked";
	else if (reason && status != XS_STACK_OVERFLOW_EXIT) {
		asking = 1;
		int survived = isSurvived(the, reason);
		asking = 0;
		if (survived) return;
	}
	fprintf(stderr, "XS abort: %s (%d of %d slots, %d of %d bytes of chunks)\n", reason ? reason : "fatal",
		(int)the->currentHeapCount, (int)the->maximumHeapCount, (int)the->currentChunksSize, (int)the->maximumChunksSize);
	if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT)
		fprintf(stderr, "%s\n", fxToString(the, &mxException));
	_exit(100 + status);
}

/* Bytes of the C heap in use, where that can be known. */
static size_t heapUse(void)
{
#ifdef __GLIBC__
	#if __GLIBC_PREREQ(2, 33)
	struct mallinfo2 info = mallinfo2();
	return info.uordblks + info.hblkhd;
	#endif
#endif
	return 0;
}

/* Slots of the stack that were in use at some time. */
static int stackUse(xsMachine *the)
{
	txSlot *slot = the->stackBottom;
	while (slot < the->stackTop && !slot->kind && !slot->ID && !slot->next) slot++;
	return the->stackTop - slot;
}

static void measure(xsMachine *the)
{
	/* Some slots begin with the mark of the slots in the flash that they are copies of, and survive once. */
	xsCollectGarbage();
	xsCollectGarbage();
	printf("= {\"slots\":%d,\"chunks\":%d,\"keys\":%d,\"meter\":%u,\"peakSlots\":%d,\"peakChunks\":%d,"
		"\"heap\":%zu,\"peakHeap\":%zu,\"taken\":%d,\"stack\":%d,\"sockets\":%d,\"messages\":%d}\n",
		(int)the->currentHeapCount, (int)the->currentChunksSize, (int)(the->keyIndex - the->keyOffset),
		(unsigned)the->meterIndex, (int)the->peakHeapCount, (int)the->peakChunksSize, heapUse(), heapPeak(),
		(int)the->maximumHeapCount, stackUse(the), a16_sockets_count(), mostMessages());
	the->peakHeapCount = the->currentHeapCount;
	the->peakChunksSize = the->currentChunksSize;
}

/* Carries out a line from the test; each is answered by one line that begins with "= ". */
static void command(xsMachine *machine, xsSlot *device, char *line)
{
	char *argument = strchr(line, ' ');
	if (argument) *argument++ = 0;
	else argument = "";
	while (runSockets(machine, 0)) advance(machine, 0);
	if (!strcmp(line, "measure")) {
		measure(machine);
	} else if (!strcmp(line, "stress")) {
		gxStress = atoi(argument);
		puts("= {}");
	} else if (!strcmp(line, "advance")) {
		advance(machine, atof(argument));
		puts("= {}");
	} else if (!strcmp(line, "dump")) {
		CALLGRIND_DUMP_STATS_AT(argument);
		puts("= {}");
	} else {
		xsBeginHost(machine);
		xsResult = xsAccess(*device);
		xsResult = xsCall2(xsResult, xsID("act"), xsString(line), xsString(argument));
		printf("= %s\n", xsToString(xsResult));
		xsEndHost(machine);
		runPromiseJobs(machine);
	}
	fflush(stdout);
}

/*
 * ROOT STATIC CHUNKS STEP SLOTS STEP STACK HEAP MODULE...: the last module is the device's. STATIC to STACK are
 * `creation` in manifests, HEAP is what requests may take of the C heap.
 */
int main(int argc, char **argv)
{
	xsSlot device;
	static char line[COMMAND];
	if (argc < 10) return 2;
	xsCreation creation = {
		.initialChunkSize = atoi(argv[3]), .incrementalChunkSize = atoi(argv[4]),
		.initialHeapCount = atoi(argv[5]), .incrementalHeapCount = atoi(argv[6]), .stackCount = atoi(argv[7]),
		.initialKeyCount = 32, .incrementalKeyCount = 32,
		.nameModulo = 53, .symbolModulo = 3, .parserBufferSize = 1024, .parserTableModulo = 17,
	};
	/* Where a look for leaks finds them. */
	static xsMachine *flash, *machine;
	flash = preload(argv[1], argv + 9, argc - 9);
	takeRegion(atoi(argv[2]));
	machine = xsCloneMachine(&creation, flash, "device", NULL);
	stackLimit = (char *)__builtin_frame_address(0) - NATIVE_STACK;
	machine->stackLimit = stackLimit;
	setvbuf(stdin, NULL, _IONBF, 0);
	xsBeginHost(machine);
	device = xsAwaitImport(argv[argc - 1], XS_IMPORT_NAMESPACE);
	xsRemember(device);
	xsEndHost(machine);
	boundHeap(atoi(argv[8]));
	puts("= {}");
	fflush(stdout);
	for (;;) {
		advance(machine, 0);
		runSockets(machine, 1);
		struct pollfd input = { .fd = 0, .events = POLLIN };
		if (poll(&input, 1, 0) == 1) {
			if (!fgets(line, sizeof(line), stdin)) return 0;
			line[strcspn(line, "\n")] = 0;
			command(machine, &device, line);
		}
	}
}
