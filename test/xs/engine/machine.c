/*
 * Runs a device on XS as the chip does. One machine takes the part of the SDK's linker: it loads all modules and
 * freezes the built-ins. Shared, it is the flash. Its clone has the heap of the chip, which does not grow.
 */
#include "xsAll.h"
#include "xsScript.h"
#include "bench.h"
#include <poll.h>
#if __has_include(<valgrind/callgrind.h>)
	#include <valgrind/callgrind.h>
#else
	#define CALLGRIND_DUMP_STATS_AT(NAME)
#endif

/* Of the chip's task (kStack of the SDK's main.c); pointers of 8 bytes need twice as much. */
#define NATIVE_STACK (10 * 1024 * (sizeof(void *) / 4))
#define COMMAND 8192
#ifdef mxMetering
#define METER(THE) (THE)->meterIndex
#else
#define METER(THE) 0
#endif
#define STAND_INS "test/xs/device/sdk/"

/* Of xsRun.c. */
extern void fxRemapIDs(txMachine *the, txByte *code, txSize size, txID *ids);
/* Of xsMemory.c: collect garbage at each allocation, so that the peaks are those of what is in use. */
extern int gxStress;

static const char *root;
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

/* On the chip it is the end as well. */
void fxAbort(txMachine *the, int status)
{
	static const char *const REASONS[] = {
		[XS_NOT_ENOUGH_MEMORY_EXIT] = "memory full",
		[XS_STACK_OVERFLOW_EXIT] = "stack overflow",
		[XS_NO_MORE_KEYS_EXIT] = "no more keys",
		[XS_UNHANDLED_EXCEPTION_EXIT] = "unhandled exception",
		[XS_UNHANDLED_REJECTION_EXIT] = "unhandled rejection",
	};
	const char *reason = status < (int)(sizeof(REASONS) / sizeof(*REASONS)) ? REASONS[status] : NULL;
	fprintf(stderr, "XS abort: %s (%d of %d slots, %d of %d bytes of chunks)\n", reason ? reason : "fatal",
		(int)the->currentHeapCount, (int)the->maximumHeapCount, (int)the->currentChunksSize, (int)the->maximumChunksSize);
	if (status == XS_UNHANDLED_EXCEPTION_EXIT || status == XS_UNHANDLED_REJECTION_EXIT)
		fprintf(stderr, "%s\n", fxToString(the, &mxException));
	_exit(100 + status);
}

/* Leaves of a path the folder that it is in. */
static void leave(char *path)
{
	size_t length = strlen(path);
	while (length > 0 && path[length - 1] == '/') length--;
	while (length > 0 && path[length - 1] != '/') length--;
	path[length] = 0;
}

/* Modules are named by their path from the root, without extension. Those of the SDK have stand-ins. */
txID fxFindModule(txMachine *the, txSlot *realm, txID importer, txSlot *specifier)
{
	char given[PATH_MAX], path[2 * PATH_MAX] = "";
	(void)realm;
	fxToStringBuffer(the, specifier, given, sizeof(given));
	const char *name = given;
	if (importer != XS_NO_ID && *name == '.') {
		strcpy(path, fxGetKeyName(the, importer));
		leave(path);
		for (; *name == '.'; name += 2)
			if (name[1] == '.') {
				leave(path);
				name++;
			}
	} else if (importer != XS_NO_ID)
		strcpy(path, STAND_INS);
	strcat(path, name);
	return fxNewNameC(the, path);
}

/* Makes of a module's code what the linker makes of it: code and strings that are used where they lie. */
static void linkScript(txMachine *the, txScript *script)
{
	txByte *symbol = script->symbolsBuffer;
	txID count;
	mxDecodeID(symbol, count);
	txID *ids = malloc(count * sizeof(txID));
	ids[0] = XS_NO_ID;
	for (int i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)symbol);
		symbol += strlen((char *)symbol) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	free(ids);
	script->symbolsBuffer = NULL;

	txByte *end = script->codeBuffer + script->codeSize;
	for (txByte *code = script->codeBuffer; code < end;) {
		txU1 *op = (txU1 *)code;
		int size = gxCodeSizes[*op];
		switch (*op) {
		case XS_CODE_CODE_1: *op = XS_CODE_CODE_ARCHIVE_1; break;
		case XS_CODE_CODE_2: *op = XS_CODE_CODE_ARCHIVE_2; break;
		case XS_CODE_CODE_4: *op = XS_CODE_CODE_ARCHIVE_4; break;
		case XS_CODE_STRING_1: *op = XS_CODE_STRING_ARCHIVE_1; break;
		case XS_CODE_STRING_2: *op = XS_CODE_STRING_ARCHIVE_2; break;
		case XS_CODE_STRING_4: *op = XS_CODE_STRING_ARCHIVE_4; break;
		}
		code++;
		if (size > 0) code += size - 1;
		else if (size == 0) code += sizeof(txID);
		else if (size == -1) code += 1 + *(txU1 *)code;
		else if (size == -2) {
			txU2 length;
			mxDecode2(code, length);
			code += length;
		} else {
			txS4 length;
			mxDecode4(code, length);
			code += length;
		}
	}
}

static void freeze(txSlot *instance)
{
	instance->flag |= XS_DONT_PATCH_FLAG;
	for (txSlot *property = instance->next; property; property = property->next) {
		if (property->kind != XS_ACCESSOR_KIND) property->flag |= XS_DONT_SET_FLAG;
		property->flag |= XS_DONT_DELETE_FLAG;
	}
}

static void freezeFunction(txSlot *slot)
{
	txSlot *internal = slot->next;
	if (slot->kind != XS_INSTANCE_KIND || !internal || !(internal->flag & XS_INTERNAL_FLAG)) return;
	if (internal->kind != XS_CALLBACK_KIND && internal->kind != XS_CODE_KIND && internal->kind != XS_CODE_X_KIND)
		return;
	freeze(slot);
	if (!(slot->flag & XS_CAN_CONSTRUCT_FLAG)) return;
	for (txSlot *property = internal->next; property; property = property->next)
		if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND)
			freeze(property->value.reference);
}

/* What lies in the flash does not move. */
static void petrify(txSlot *slot)
{
	switch (slot->kind) {
	case XS_STRING_KIND: slot->kind = XS_STRING_X_KIND; break;
	case XS_KEY_KIND: slot->kind = XS_KEY_X_KIND; break;
	case XS_CODE_KIND: slot->kind = XS_CODE_X_KIND; break;
	case XS_BIGINT_KIND: slot->kind = XS_BIGINT_X_KIND; break;
	case XS_ARRAY_KIND:
		for (txSize i = 0, count = slot->value.array.address ? fxGetIndexSize(NULL, slot) : 0; i < count; i++)
			petrify(slot->value.array.address + i);
		break;
	}
}

static void forEachSlot(txMachine *the, void (*visit)(txSlot *slot))
{
	for (txSlot *heap = the->firstHeap; heap; heap = heap->next)
		for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++) visit(slot);
}

void fxLoadModule(txMachine *the, txSlot *module, txID moduleID)
{
	char path[2 * PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s.js", root, fxGetKeyName(the, moduleID));
	FILE *file = fopen(path, "r");
	if (!file) {
		fprintf(stderr, "there is no module %s\n", path);
		return;
	}
	txParser parser;
	txParserJump jump;
	txScript *script = NULL;
	fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
	parser.firstJump = &jump;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser.path = fxNewParserSymbol(&parser, path);
		fxParserTree(&parser, file, (txGetter)fgetc, 0, NULL);
		fxParserHoist(&parser);
		fxParserBind(&parser);
		script = fxParserCode(&parser);
	}
	fclose(file);
	fxTerminateParser(&parser);
	if (!script) return;
	linkScript(the, script);
	fxResolveModule(the, module, moduleID, script, NULL, NULL);
}

static xsMachine *preload(char **modules, int count)
{
	xsCreation creation = {
		.initialChunkSize = 4 << 20, .incrementalChunkSize = 1 << 20,
		.initialHeapCount = 1 << 16, .incrementalHeapCount = 1 << 12,
		.stackCount = 4096, .initialKeyCount = 4096, .incrementalKeyCount = 1024,
		.nameModulo = 53, .symbolModulo = 3, .parserBufferSize = 64 * 1024, .parserTableModulo = 1993,
	};
	xsMachine *machine = xsCreateMachine(&creation, "preload", NULL);
	xsBeginHost(machine);
	installNatives(the);
	for (int i = 0; i < count; i++) xsResult = xsAwaitImport(modules[i], XS_IMPORT_NAMESPACE);
	xsEndHost(machine);
	runPromiseJobs(machine);
	fxCollectGarbage(machine);
	forEachSlot(machine, freezeFunction);
	xsShareMachine(machine);
	forEachSlot(machine, petrify);
	return machine;
}

static void measure(xsMachine *the)
{
	xsCollectGarbage();
	printf("= {\"slots\":%d,\"chunks\":%d,\"keys\":%d,\"meter\":%u,\"peakSlots\":%d,\"peakChunks\":%d}\n",
		(int)the->currentHeapCount, (int)the->currentChunksSize, (int)(the->keyIndex - the->keyOffset),
		(unsigned)METER(the), (int)the->peakHeapCount, (int)the->peakChunksSize);
	the->peakHeapCount = the->currentHeapCount;
	the->peakChunksSize = the->currentChunksSize;
}

/* Carries out a line from the test; each is answered by one line that begins with "= ". */
static void command(xsMachine *machine, xsSlot *device, char *line)
{
	char *argument = strchr(line, ' ');
	if (argument) *argument++ = 0;
	else argument = "";
	while (runSockets(machine, 0)) {}
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

/* ROOT CHUNKS SLOTS STACK MODULE...: the last module is the device's. */
int main(int argc, char **argv)
{
	xsSlot device;
	static char line[COMMAND];
	if (argc < 6) return 2;
	root = argv[1];
	xsCreation creation = {
		.initialChunkSize = atoi(argv[2]), .initialHeapCount = atoi(argv[3]), .stackCount = atoi(argv[4]),
		.initialKeyCount = 32, .incrementalKeyCount = 32,
		.nameModulo = 53, .symbolModulo = 3, .parserBufferSize = 1024, .parserTableModulo = 17,
	};
	xsMachine *flash = preload(argv + 5, argc - 5);
	xsMachine *machine = xsCloneMachine(&creation, flash, "device", NULL);
	stackLimit = (char *)__builtin_frame_address(0) - NATIVE_STACK;
	machine->stackLimit = stackLimit;
	setvbuf(stdin, NULL, _IONBF, 0);
	xsBeginHost(machine);
	device = xsAwaitImport(argv[argc - 1], XS_IMPORT_NAMESPACE);
	xsRemember(device);
	xsEndHost(machine);
	puts("= {}");
	fflush(stdout);
	for (;;) {
		runSockets(machine, 1);
		struct pollfd input = { .fd = 0, .events = POLLIN };
		if (poll(&input, 1, 0) == 1) {
			if (!fgets(line, sizeof(line), stdin)) return 0;
			line[strcspn(line, "\n")] = 0;
			command(machine, &device, line);
		}
	}
}
