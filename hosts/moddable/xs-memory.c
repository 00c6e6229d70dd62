/* The counters of XS itself: the SDK's instrumentation has them in debug builds alone. */
#include "xsAll.h"

enum { SLOTS, CHUNKS, FREE, LEAST };

/* Bytes of the region that XS has for all its memory (`static` in the manifest) which it has not taken yet. */
#if !defined(A16_UNTAKEN) && ESP32
	#define A16_UNTAKEN(THE) ((txInteger)((THE)->heap_pend - (THE)->heap_ptr))
#endif

/* What is garbage counts as in use until it is collected. */
static void collect(txMachine *the)
{
	txBoolean flag = the->collectFlag;
	fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
	/* XS takes more memory after two collections that brought little, and this is none that it needed. */
	the->collectFlag = flag;
}

void xs_memory_measure(txMachine *the)
{
	switch (fxToInteger(the, mxArgv(0))) {
	case SLOTS:
		collect(the);
		fxInteger(the, mxResult, the->currentHeapCount);
		break;
	case CHUNKS:
		fxInteger(the, mxResult, the->currentChunksSize);
		break;
#ifdef A16_UNTAKEN
	case FREE:
		fxInteger(the, mxResult, A16_UNTAKEN(the) + (the->maximumChunksSize - the->currentChunksSize) +
			(the->maximumHeapCount - the->currentHeapCount) * (txInteger)sizeof(txSlot));
		break;
	case LEAST:
		fxInteger(the, mxResult, A16_UNTAKEN(the));
		break;
#endif
	}
}
