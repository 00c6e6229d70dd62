/* What the sources of XS have to know of the platform: Linux, 32 or 64 bits, little-endian. */
#ifndef __BENCH_PLATFORM__
#define __BENCH_PLATFORM__

#undef mxLinux
#define mxLinux 1

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* memory.c: the C heap. */
extern void *benchRealloc(void *block, size_t size);
extern void *benchCalloc(size_t count, size_t size);
extern void benchFree(void *block);
#define c_malloc(SIZE) benchRealloc(NULL, SIZE)
#define c_calloc benchCalloc
#define c_realloc benchRealloc
#define c_free benchFree

/* Bytes of the region that are left, for the firmware to tell. */
struct sxMachine;
extern int untaken(struct sxMachine *the);
#define A16_UNTAKEN untaken

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultChunkAllocation 0
#define mxUseDefaultSlotAllocation 0
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultCStackLimit 0

#define mxMachinePlatform \
	int promiseJobs; \
	void* waiterCondition; \
	void* waiterData; \
	void* waiterLink;

#if INTPTR_MAX == INT64_MAX
	#define mx32bitID 1
#endif

#endif
