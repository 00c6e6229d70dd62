/*
 * Between sockets.c, which owns the sockets, and wait.c, which waits for them in a thread of its own. All sockets
 * belong to the machine's thread: the waiting one gets a list, and nothing else.
 */
#ifndef A16_SOCKETS_H
#define A16_SOCKETS_H

#include <stdint.h>

#include "xsmc.h"

#ifdef ESP_PLATFORM
	#include "lwip/sockets.h"
	#define socket lwip_socket
	#define bind lwip_bind
	#define listen lwip_listen
	#define accept lwip_accept
	#define connect lwip_connect
	#define shutdown lwip_shutdown
	#define getsockname lwip_getsockname
	#define getpeername lwip_getpeername
	#define getsockopt lwip_getsockopt
	#define setsockopt lwip_setsockopt
	#define recv lwip_recv
	#define recvfrom lwip_recvfrom
	#define send lwip_send
	#define sendto lwip_sendto
	#define poll lwip_poll
	#define closeSocket lwip_close
	#define setNonBlocking(FD) lwip_fcntl(FD, F_SETFL, O_NONBLOCK)
	#define inet_pton lwip_inet_pton
	#define inet_ntop lwip_inet_ntop
#else
	#include <arpa/inet.h>
	#include <fcntl.h>
	#include <netinet/in.h>
	#include <netinet/tcp.h>
	#include <poll.h>
	#include <sys/socket.h>
	#include <unistd.h>
	#define closeSocket close
	#define setNonBlocking(FD) fcntl(FD, F_SETFL, O_NONBLOCK)
#endif

/*
 * Of every kind, at a time: 2 listeners; 4 connections of HTTP, 4 beginnings and 2 sessions of TLS; 4 that are being
 * closed; 3 to servers; 2 of UDP. lwIP has a few more (CONFIG_LWIP_MAX_SOCKETS).
 */
#define A16_SOCKETS 21

/*
 * What is to be waited for, one entry a socket, and for how long (ms). The list is good until the next one.
 */
int a16_sockets_watch(struct pollfd *polled);
/* What has come of it: calls back, and lets nothing escape. Returns how many sockets there was something to do for. */
int a16_sockets_serve(xsMachine *the, const struct pollfd *polled);

/* Begins to wait; false if it cannot. Once begun it goes on. */
int a16_wait_start(xsMachine *the);
/* There is something else to wait for. Returns whether the waiting will end for it. */
int a16_wait_changed(void);
/* Ends the waiting, with the machine. */
void a16_wait_stop(void);

#endif
