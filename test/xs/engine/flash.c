/*
 * Takes the part of the SDK's linker: a machine loads all modules, and what it then holds is frozen and shared. For
 * the machine of the device, which is a clone of it, that is the flash.
 */
#include "xsAll.h"
#include "xsScript.h"
#include "bench.h"

#define STAND_INS "test/xs/device/sdk/"

/* Of xsRun.c. */
extern void fxRemapIDs(txMachine *the, txByte *code, txSize size, txID *ids);

static const char *root;

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

xsMachine *preload(const char *folder, char **modules, int count)
{
	root = folder;
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
