/* The parts of the bench's host. */
#include "xs.h"

/* io.c: what the device finds in its global `native`. */
void installNatives(xsMachine *the);
/* Lets the sockets go on, and this process wait for them if `wait`; 0 if there was nothing to do. */
int runSockets(xsMachine *the, int wait);
/* Lets `ms` of the device's time pass. It passes in no other way. */
void advance(xsMachine *the, double ms);

/* machine.c */
void runPromiseJobs(xsMachine *the);
