/*
 * Waits for the sockets in a thread of its own and tells the machine. The list of what is waited for goes to and fro:
 * the thread has it until it has posted its message, the machine until it has served it. So there is never more than
 * one message, whatever happens on the network, and what is posted is served before anything else is waited for.
 */
#include <stdatomic.h>
#include <stddef.h>

#include "sockets.h"
#include "wait.h"

/* The last is `waker`. */
static struct pollfd polled[A16_SOCKETS + 1];
static int timeout;
/* A datagram that it sends to itself ends the waiting; every system can do that. */
static int waker = -1;
/* The list is the thread's. */
static int waiting;
/* It was told already that the list is not right any more. */
static int changed;
static atomic_int ending;

static void watch(void)
{
	timeout = a16_sockets_watch(polled);
	polled[A16_SOCKETS] = (struct pollfd){ .fd = waker, .events = POLLIN };
	changed = 0;
	waiting = 1;
	a16_thread_go();
}

/* In the machine's thread. */
int a16_wait_serve(xsMachine *the)
{
	uint8_t byte;
	waiting = 0;
	if (polled[A16_SOCKETS].revents) recv(waker, &byte, sizeof(byte), 0);
	int served = a16_sockets_serve(the, polled);
	watch();
	return served;
}

/* In its own thread. */
void a16_wait_run(void)
{
	for (;;) {
		a16_thread_stop();
		if (atomic_load(&ending)) return;
		/* Without a list that can be waited for it is looked at now and then. */
		if (poll(polled, A16_SOCKETS + 1, timeout) < 0) a16_thread_pause();
		if (atomic_load(&ending)) return;
		a16_thread_post();
	}
}

int a16_wait_changed(void)
{
	uint8_t byte = 0;
	if (waiting && !changed) changed = send(waker, &byte, sizeof(byte), 0) == sizeof(byte);
	return changed;
}

static int openWaker(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	waker = socket(AF_INET, SOCK_DGRAM, 0);
	if (waker < 0) return 0;
	setNonBlocking(waker);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	/* Connected to itself, it hears nobody else. */
	if (!bind(waker, (struct sockaddr *)&address, sizeof(address))
		&& !getsockname(waker, (struct sockaddr *)&address, &size)
		&& !connect(waker, (struct sockaddr *)&address, sizeof(address))) return 1;
	closeSocket(waker);
	waker = -1;
	return 0;
}

int a16_wait_start(xsMachine *the)
{
	if (waker >= 0) return 1;
	if (!openWaker()) return 0;
	atomic_store(&ending, 0);
	if (!a16_thread_start(the)) {
		closeSocket(waker);
		waker = -1;
		return 0;
	}
	watch();
	return 1;
}

void a16_wait_stop(void)
{
	if (waker < 0) return;
	atomic_store(&ending, 1);
	changed = 0;
	a16_wait_changed();
	a16_thread_go();
	a16_thread_join();
	closeSocket(waker);
	waker = -1;
	waiting = 0;
}
