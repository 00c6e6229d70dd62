/* Between wait.c and the system's threads (thread.c). */
#ifndef A16_WAIT_H
#define A16_WAIT_H

#include "xs.h"

/* What the message does, in the machine's thread: how many sockets there was something to do for. */
int a16_wait_serve(xsMachine *the);
/* How many sockets there are. */
int a16_sockets_count(void);
/* What the thread does. */
void a16_wait_run(void);

int a16_thread_start(xsMachine *the);
void a16_thread_join(void);
/* The machine's thread lets the other one go on, which stops until then. */
void a16_thread_go(void);
void a16_thread_stop(void);
/* Lets 10 ms pass. */
void a16_thread_pause(void);
/* Has the machine's thread call a16_wait_serve, sooner or later. */
void a16_thread_post(void);

#endif
