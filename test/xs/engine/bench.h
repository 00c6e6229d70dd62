/* The parts of the bench's host. */
#include "xs.h"

/* flash.c: a machine with the modules of a folder, to be cloned. */
xsMachine *preload(const char *folder, char **modules, int count);

/* io.c: what the device finds in its global `native`. */
void installNatives(xsMachine *the);
/* Lets the sockets go on, and this process wait for them if `wait`; 0 if there was nothing to do. */
int runSockets(xsMachine *the, int wait);
/* Lets `ms` of the device's time pass, which passes in no other way, and runs the timers that are due. */
void advance(xsMachine *the, double ms);

/* machine.c */
void runPromiseJobs(xsMachine *the);
