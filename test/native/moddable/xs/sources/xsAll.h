/* Declared by ourselves as in Moddable's SDK 8.2.3, as far as our C uses it. */
#pragma once

#include <stdint.h>

typedef int32_t txInteger;
typedef int32_t txSize;
typedef int8_t txBoolean;
typedef uint8_t txFlag;
typedef struct sxMachine txMachine;
typedef struct sxSlot txSlot;

struct sxSlot {
	void *data[4];
};

struct sxMachine {
	txSlot *frame;
	txBoolean collectFlag;
	txSize currentChunksSize;
	txSize maximumChunksSize;
	txSize currentHeapCount;
	txSize maximumHeapCount;
	uint8_t *heap_ptr;
	uint8_t *heap_pend;
};

enum {
	XS_COMPACT_FLAG = 1,
	XS_ORGANIC_FLAG = 2
};

#define mxArgv(THE_INDEX) (the->frame - 2 - (THE_INDEX))
#define mxResult (the->frame + 1)

void fxCollect(txMachine *, txFlag);
txInteger fxToInteger(txMachine *, txSlot *);
void fxInteger(txMachine *, txSlot *, txInteger);
