/* Where the messages of the firmware's sockets arrive. */
#include "bench.h"
#include "../../../hosts/moddable/sockets/wait.h"
#include <poll.h>
#include <stdatomic.h>

/* A pipe: what is written by the thread that waits for sockets, and read by the machine's. */
static int messages[2] = { -1, -1 };
/* Messages that were posted and not served, now and at the most. */
static atomic_int posted;
static int most;

/* Called for each message, in the other thread. */
void postSockets(void)
{
	char byte = 0;
	atomic_fetch_add(&posted, 1);
	if (write(messages[1], &byte, 1) != 1) abort();
}

int runSockets(xsMachine *the, int wait)
{
	struct pollfd polled[2] = { { .fd = -1, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	char byte;
	if (messages[0] < 0 && pipe(messages)) abort();
	polled[0].fd = messages[0];
	/* A message comes soon, with all that is there by now. */
	if (!wait && !a16_wait_changed()) return 0;
	if (poll(polled, wait ? 2 : 1, -1) < 0 || !polled[0].revents) return 0;
	if (read(messages[0], &byte, 1) != 1) abort();
	int now = atomic_fetch_sub(&posted, 1);
	if (now > most) most = now;
	int served = a16_wait_serve(the);
	runPromiseJobs(the);
	return served;
}

int mostMessages(void)
{
	return most;
}
