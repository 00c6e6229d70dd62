/*
 * Memory as the chip has it: slots, chunks and the stack of XS out of one region, as where a target sets `static`
 * (fxAllocateChunks and fxAllocateSlots of the SDK's xsHosts.c), and a C heap that is bounded and counted.
 */
#include "xsAll.h"

/* growth.c has its own of these three, and calls what is static there. */
#pragma weak fxNewSlot
#pragma weak fxNewChunk
#pragma weak fxNewGrowableChunk
#define static
#include "xsMemory.c"
#undef static

/* Chunks grow from the low end up, slots from the high end down. NULL for the machine that stands for the flash. */
static txByte *low, *high;

void takeRegion(size_t size)
{
	low = calloc(1, size);
	high = low + size;
}

/* What is free at the end of the one block of chunks counts as a part of what is asked for. */
void *fxAllocateChunks(txMachine *the, txSize size)
{
	txBlock *block = the->firstBlock;
	if (!low) return malloc(size);
	if (!block) {
		low += size;
		return low - size;
	}
	txSize more = size - sizeof(txBlock) - (block->limit - block->current);
	if (low + more > high) return NULL;
	low += more;
	the->maximumChunksSize += more - (size - sizeof(txBlock));
	/* To which the caller adds `size`. */
	block->limit = low - size;
	return block->limit;
}

/* Never given back. If they do not fit, the chunks are made as small as they can be. */
txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
	txSize size = count * sizeof(txSlot);
	txBlock *block = the->firstBlock;
	if (!low) return malloc(size);
	if (high - low < size && block) {
		fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
		the->maximumChunksSize -= block->limit - block->current;
		low = block->limit = block->current;
	}
	if (high - low < size) return NULL;
	high -= size;
	return (txSlot *)high;
}

void fxFreeChunks(txMachine *the, void *chunks)
{
	if (!low) free(chunks);
}

void fxFreeSlots(txMachine *the, void *slots)
{
	if (!low) free(slots);
}

int untaken(txMachine *the)
{
	(void)the;
	return high - low;
}

/* Of the C heap: bytes in use by XS with what each block costs, the most of them, and how many there may be. */
static size_t used, peak, most = SIZE_MAX;

/* What a block of ESP-IDF's heap takes beside what was asked for. */
#define BLOCK 8

typedef union {
	size_t size;
	max_align_t aligned;
} Header;

void boundHeap(size_t beyond)
{
	most = used + beyond;
}

size_t heapPeak(void)
{
	size_t result = peak;
	peak = used;
	return result;
}

void *benchRealloc(void *block, size_t size)
{
	Header *header = block ? (Header *)block - 1 : NULL;
	size_t before = header ? header->size + BLOCK : 0;
	/* The old block is there until the new one is filled. */
	if (used + size + BLOCK > most) {
		fprintf(stderr, "C heap full: %zu bytes beside %zu\n", size, used);
		_exit(1);
	}
	header = realloc(header, sizeof(Header) + size);
	used += size + BLOCK;
	if (used > peak) peak = used;
	used -= before;
	header->size = size;
	return header + 1;
}

void *benchCalloc(size_t count, size_t size)
{
	return memset(benchRealloc(NULL, count * size), 0, count * size);
}

void benchFree(void *block)
{
	if (!block) return;
	Header *header = (Header *)block - 1;
	used -= header->size + BLOCK;
	free(header);
}
