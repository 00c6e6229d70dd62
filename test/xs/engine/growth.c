/*
 * When XS takes more memory, as in the engine of SDK 8.2.3, which is newer than this one: where two collections one
 * after the other leave less than a step free, it takes a step more without another look, and ends if there is none.
 * A step that is too wide is therefore memory that cannot be used.
 */
#include "xsAll.h"

/* Of xsMemory.c. */
extern int fxShouldStress(void);
extern txSize fxAdjustChunkSize(txMachine *the, txSize size);
extern void *fxCheckChunk(txMachine *the, txChunk *chunk, txSize size, txSize offset);
extern void *fxFindChunk(txMachine *the, txSize size, txBoolean *once);
extern void *fxGrowChunk(txMachine *the, txSize size);

/* Whether the last collection left less than a step. */
static txBoolean chunksScarce, slotsScarce;

static void collect(txMachine *the, txFlag flag)
{
	fxCollect(the, flag | XS_ORGANIC_FLAG);
	if (flag) chunksScarce = the->maximumChunksSize - the->currentChunksSize < the->minimumChunksSize;
	slotsScarce = the->maximumHeapCount - the->currentHeapCount < the->minimumHeapCount;
}

static void *grow(txMachine *the, txSize size)
{
	void *chunk = fxGrowChunk(the, size);
	chunksScarce = 0;
	return chunk;
}

/* A place for a chunk, after a collection if there is none; NULL if more memory has to be taken. */
static void *find(txMachine *the, txSize size)
{
	txBoolean once = 0, wereScarce = chunksScarce;
	void *chunk = fxShouldStress() ? NULL : fxFindChunk(the, size, &once);
	if (chunk) return chunk;
	collect(the, XS_COMPACT_FLAG);
	return wereScarce && chunksScarce ? NULL : fxFindChunk(the, size, &once);
}

void *fxNewChunk(txMachine *the, txSize size)
{
	txSize whole = fxAdjustChunkSize(the, size);
	void *chunk = find(the, whole);
	if (!chunk) chunk = grow(the, whole);
	return fxCheckChunk(the, chunk, whole, size);
}

void *fxNewGrowableChunk(txMachine *the, txSize size, txSize capacity)
{
	txBoolean once = 0;
	txSize whole = fxAdjustChunkSize(the, size);
	capacity = fxAdjustChunkSize(the, capacity);
	void *chunk = find(the, capacity);
	if (!chunk) chunk = grow(the, capacity);
	if (!chunk) chunk = fxFindChunk(the, whole, &once);
	if (!chunk) chunk = grow(the, whole);
	return fxCheckChunk(the, chunk, whole, size);
}

txSlot *fxNewSlot(txMachine *the)
{
	if (!the->freeHeap || fxShouldStress()) {
		txBoolean wereScarce = slotsScarce;
		collect(the, fxShouldStress() ? XS_COMPACT_FLAG : 0);
		if (!the->freeHeap || (wereScarce && slotsScarce)) {
			fxGrowSlots(the, the->minimumHeapCount);
			slotsScarce = 0;
		}
	}
	txSlot *slot = the->freeHeap;
	the->freeHeap = slot->next;
	slot->next = NULL;
	slot->ID = XS_NO_ID;
	slot->flag = XS_NO_FLAG;
	if (++the->currentHeapCount > the->peakHeapCount) the->peakHeapCount = the->currentHeapCount;
	return slot;
}
