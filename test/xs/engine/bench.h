/* The parts of the bench's host. */
#include "xs.h"

/* flash.c: a machine with the modules of a folder, to be cloned. */
xsMachine *preload(const char *folder, char **modules, int count);

/* memory.c */
/* The next machine has this much for slots, chunks and stack. */
void takeRegion(size_t size);
/* It is the end if XS asks for more than so many bytes more, as most of XS does not expect it. */
void boundHeap(size_t beyond);
/* Bytes that XS has had of the C heap at the most since the last call. */
size_t heapPeak(void);

/* machine.c */
void runPromiseJobs(xsMachine *the);

/* natives.c: makes the global `native`. */
void installNatives(xsMachine *the);
/* Lets `ms` of the device's time pass, which passes in no other way, and runs the timers that are due. */
void advance(xsMachine *the, double ms);

typedef struct {
	char *name;
	xsCallback call;
	int getter;
} Member;

/* Adds functions to an object; the members end with one without a name. */
void define(xsMachine *the, xsSlot *object, Member *members);
/* Makes a class, whose constructor calls `construct` first. */
void defineClass(xsMachine *the, xsSlot *object, char *name, xsCallback constructor, Member *members);
/* Makes the object that `new` gives, in xsResult. */
void construct(xsMachine *the);

/* functions.c: makes the object to which the rest is added, and the global `Native`. */
void newNative(xsMachine *the, xsSlot *object);

/* Lets the sockets go on, and this process wait for them or standard input if `wait`; 0 if there was nothing to do. */
int runSockets(xsMachine *the, int wait);
/* The most messages of the sockets that were under way at a time: one, or there is a fault. */
int mostMessages(void);

/* Of xsmc.h, which does not go with xs.h. */
xsIntegerValue _xsmcGetBuffer(xsMachine *the, xsSlot *slot, void **bytes, xsUnsignedValue *count, xsBooleanValue writable);
