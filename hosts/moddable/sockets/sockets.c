/*
 * TCP and UDP over BSD sockets, which ESP-IDF's lwIP, Linux and macOS have in common: the native half of sockets.ts.
 *
 * A socket is a number for JavaScript; one that is closed is known no more, and whatever is done to it does nothing.
 * Nothing blocks, nothing throws, and what one turn does is bounded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sockets.h"
#include "wait.h"
#include "mc.xs.h"

#ifdef ESP_PLATFORM
	#include "esp_netif.h"
#endif

#ifndef MSG_NOSIGNAL
	#define MSG_NOSIGNAL 0
#endif

/* Bytes that are read, or looked at, in one go: a segment of TCP, or a datagram, on Ethernet and Wi-Fi. */
#define READ_MOST 1472
/* Bytes that may be written in one go, and wait here if the network does not take them: two segments. */
#define WRITE_MOST 2872
/* In a turn: connections that a listener takes, datagrams, and reads of a connection. */
#define ACCEPTS 4
#define DATAGRAMS 4
#define READS 4
/* Connections that wait to be accepted. lwIP resets those that its mailbox has no room for (6). */
#define BACKLOG 6
/* Connections that were closed here and are still being sent to, or drained. */
#define LINGERING 4
/* ms for what was written to leave, and then for the peer to close its side. */
#define FLUSH_TIME 5000
#define DRAIN_TIME 1000
/* ms that an answer may take when the peer has closed its side already. */
#define ANSWER_TIME 15000
/* ms without a free descriptor or memory, after which a listener tries again. */
#define PAUSE 100
/* ms: should it not be told of a change, for want of memory, the waiting ends in time all the same. */
#define WAIT_MOST 1000

/* A number is an index and a count. */
#define INDEX_BITS 5
#define COUNT_MAX 0x1ffffff

enum { TCP, LISTENER, UDP };

typedef struct {
	/* 0: free. */
	xsIntegerValue id;
	int fd;
	uint8_t kind;
	/* `target` gets the events, and is kept from the garbage collector. */
	uint8_t aimed;
	uint8_t connecting;
	/* The device has made it: the end of its peer is its end. */
	uint8_t outgoing;
	/* It has to be said that it can be written. */
	uint8_t fresh;
	/* The peer will send no more. */
	uint8_t ended;
	/* Something was read and nothing written since. */
	uint8_t owing;
	uint8_t wrote;
	/* It cannot go on, which has to be said. */
	uint8_t broken;
	/* Closed by JavaScript, but for what has to leave and what still comes. */
	uint8_t closing;
	uint8_t timed;
	/* Bytes announced and not read. */
	uint16_t unread;
	uint16_t pending;
	/* What the network did not take: the last `pending` of `held` bytes. */
	uint16_t held;
	uint8_t *output;
	/* ms, if `timed`. */
	uint32_t until;
	xsSlot target;
} Socket;

static Socket sockets[A16_SOCKETS];
/* Whose entry in the list it was that is waited for. */
static xsIntegerValue watched[A16_SOCKETS];
static xsIntegerValue count;
static uint8_t scratch[READ_MOST];
static xsSlot onException, keeper;
static int started;

static uint32_t milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
}

/* The table */

static Socket *find(xsIntegerValue id)
{
	unsigned index = (unsigned)id & ((1 << INDEX_BITS) - 1);
	return id > 0 && index < A16_SOCKETS && sockets[index].id == id ? &sockets[index] : NULL;
}

static Socket *claim(int fd, int kind)
{
	for (int i = 0; i < A16_SOCKETS; i++) {
		Socket *socket = &sockets[i];
		if (socket->id) continue;
		memset(socket, 0, sizeof(Socket));
		count = count < COUNT_MAX ? count + 1 : 1;
		socket->id = count << INDEX_BITS | i;
		socket->fd = fd;
		socket->kind = (uint8_t)kind;
		return socket;
	}
	return NULL;
}

static void forget(xsMachine *the, Socket *socket)
{
	if (socket->aimed) xsForget(socket->target);
	socket->aimed = 0;
}

/* Leaves nothing of it. */
static void release(xsMachine *the, Socket *socket)
{
	forget(the, socket);
	free(socket->output);
#ifndef ESP_PLATFORM
	/* While it is waited for, Linux keeps the port of a listener that is only closed. */
	if (socket->kind == LISTENER) shutdown(socket->fd, SHUT_RDWR);
#endif
	if (socket->fd >= 0) closeSocket(socket->fd);
	socket->id = 0;
	a16_wait_changed();
}

static void setTime(Socket *socket, uint32_t ms)
{
	socket->timed = 1;
	socket->until = milliseconds() + ms;
}

static int isLate(const Socket *socket, uint32_t now)
{
	return socket->timed && (int32_t)(now - socket->until) >= 0;
}

/* Of those that are being closed, the one whose time ends first; NULL if there are no more than `spare`. */
static Socket *lingering(int spare)
{
	Socket *first = NULL;
	for (Socket *socket = sockets; socket < sockets + A16_SOCKETS; socket++) {
		if (!socket->id || !socket->closing) continue;
		spare--;
		if (!first || (int32_t)(socket->until - first->until) < 0) first = socket;
	}
	return spare < 0 ? first : NULL;
}

static int isFull(void)
{
	for (int i = 0; i < A16_SOCKETS; i++)
		if (!sockets[i].id) return 0;
	return 1;
}

/* Room for one more; what is being closed makes it. */
static int makeRoom(xsMachine *the)
{
	Socket *oldest = isFull() ? lingering(0) : NULL;
	if (oldest) release(the, oldest);
	return !isFull();
}

/* Callbacks */

/* Calls a method of the target. Returns 0 if it threw, which is reported. */
static int call(xsMachine *host, Socket *socket, xsIdentifier method, xsIntegerValue value)
{
	volatile int done = 0;
	xsBeginHost(host);
	xsmcVars(2);
	xsTry {
		xsVar(0) = xsAccess(socket->target);
		xsmcSetInteger(xsVar(1), value);
		xsmcCall_noResult(xsVar(0), method, &xsVar(1), NULL);
		done = 1;
	}
	xsCatch {
		xsVar(1) = xsException;
		/* It does not throw. */
		xsVar(0) = xsAccess(onException);
		xsResult = xsCallFunction1(xsVar(0), xsUndefined, xsVar(1));
	}
	xsEndHost(host);
	return done;
}

/* The last that is heard of a socket. */
static void fail(xsMachine *the, Socket *socket)
{
	xsIntegerValue id = socket->id;
	if (socket->aimed) {
		/* As if it were closed already: what the target does to it now has no effect on whoever gets its place. */
		socket->broken = 1;
		call(the, socket, xsID_onError, 0);
	}
	if ((socket = find(id))) release(the, socket);
}

/* True if the socket is there afterwards and goes on. An exception costs the socket, and nothing else. */
static int tell(xsMachine *the, Socket *socket, xsIdentifier method, xsIntegerValue value)
{
	xsIntegerValue id = socket->id;
	if (!socket->aimed) return 0;
	if (!call(the, socket, method, value) && find(id)) fail(the, socket);
	return find(id) != NULL && !socket->closing;
}

/* Connections */

/* False if the connection is broken. */
static int flush(Socket *socket)
{
	ssize_t sent = send(socket->fd, socket->output + socket->held - socket->pending, socket->pending, MSG_NOSIGNAL);
	if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
	socket->pending -= (uint16_t)sent;
	if (socket->pending == 0) {
		free(socket->output);
		socket->output = NULL;
	}
	return 1;
}

/* All has been sent: waits for the peer to close its side, so that it reads the end (RFC 9112, 9.6). */
static void finish(xsMachine *the, Socket *socket)
{
	shutdown(socket->fd, SHUT_WR);
	setTime(socket, DRAIN_TIME);
	if (socket->ended) release(the, socket);
}

static void linger(xsMachine *the, Socket *socket, int events, int late)
{
	if (late || events & (POLLERR | POLLHUP | POLLNVAL)) {
		release(the, socket);
		return;
	}
	if (socket->pending > 0) {
		if (!(events & POLLOUT)) return;
		if (!flush(socket)) release(the, socket);
		else if (socket->pending == 0) finish(the, socket);
		return;
	}
	if (!(events & POLLIN)) return;
	for (int i = 0; i < READS; i++) {
		ssize_t got = recv(socket->fd, scratch, sizeof(scratch), 0);
		if (got > 0) continue;
		if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) release(the, socket);
		return;
	}
}

/* Tells what has arrived, as long as it is read. */
static void receive(xsMachine *the, Socket *socket)
{
	for (int i = 0; i < READS && socket->unread == 0; i++) {
		ssize_t got = recv(socket->fd, scratch, sizeof(scratch), MSG_PEEK);
		if (got < 0) {
			if (errno != EAGAIN && errno != EWOULDBLOCK) fail(the, socket);
			return;
		}
		if (got == 0) {
			socket->ended = 1;
			setTime(socket, ANSWER_TIME);
			return;
		}
		socket->unread = (uint16_t)got;
		if (!tell(the, socket, xsID_onReadable, (xsIntegerValue)got) || got < READ_MOST) return;
	}
}

/*
 * A client may close its sending side after the request (`printf … | nc`) and still wants its answer: its end is the
 * end only when nothing is to be read, answered or sent.
 */
static int isOver(const Socket *socket)
{
	if (socket->broken) return 1;
	return socket->ended && !socket->unread && (socket->outgoing || (!socket->pending && !socket->owing));
}

static void serveTcp(xsMachine *the, Socket *socket, int events, int late)
{
	xsIntegerValue id = socket->id;
	if (socket->closing) {
		linger(the, socket, events, late);
		return;
	}
	if (socket->connecting && events) {
		int error = 0;
		socklen_t size = sizeof(error);
		getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error) socket->broken = 1;
		socket->connecting = 0;
		socket->fresh = 1;
	}
	if (events & (POLLERR | POLLHUP | POLLNVAL)) socket->broken = 1;
	if (!socket->broken && socket->pending > 0 && events & POLLOUT) {
		if (!flush(socket)) socket->broken = 1;
		else socket->fresh = socket->pending == 0;
	}
	if (!socket->broken && socket->fresh) {
		socket->fresh = 0;
		if (!tell(the, socket, xsID_onWritable, WRITE_MOST)) return;
	}
	if (!socket->broken && !socket->ended && events & POLLIN) receive(the, socket);
	socket = find(id);
	if (socket && !socket->closing && (isOver(socket) || (socket->ended && late))) fail(the, socket);
}

/* The size of its buffers is lwIP's, so that what is tried elsewhere is what happens there. */
static int prepare(int fd)
{
	int yes = 1;
	setNonBlocking(fd);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
#ifdef SO_NOSIGPIPE
	setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes));
#endif
#ifdef A16_SEND_BUFFER
	int size = A16_SEND_BUFFER;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
#endif
	return fd;
}

static int isShort(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Hands a connection to the listener, which has to accept or close it at once. */
static void admit(xsMachine *the, Socket *listener, int fd)
{
	Socket *socket = claim(prepare(fd), TCP);
	xsIntegerValue id = socket->id;
	int taken = call(the, listener, xsID_onConnection, id);
	if (!(socket = find(id)) || socket->closing) return;
	if (!taken || !socket->aimed) release(the, socket);
	/* Its first bytes may be there already. */
	else serveTcp(the, socket, POLLIN, 0);
}

static void serveListener(xsMachine *the, Socket *listener, int events)
{
	xsIntegerValue id = listener->id;
	if (events & (POLLERR | POLLHUP | POLLNVAL)) {
		fail(the, listener);
		return;
	}
	listener->timed = 0;
	for (int i = 0; i < ACCEPTS && find(id) && makeRoom(the); i++) {
		int fd = accept(listener->fd, NULL, NULL);
		if (fd >= 0) admit(the, listener, fd);
		else if (errno == EAGAIN || errno == EWOULDBLOCK) return;
		else if (isShort(errno)) {
			Socket *oldest = lingering(0);
			if (oldest) release(the, oldest);
			else {
				setTime(listener, PAUSE);
				return;
			}
		}
	}
}

static void serveUdp(xsMachine *the, Socket *socket, int events)
{
	int error;
	socklen_t size = sizeof(error);
	if (events & POLLERR) getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (events & POLLIN) tell(the, socket, xsID_onReadable, DATAGRAMS);
}

/* The turn */

static int eventsOf(const Socket *socket)
{
	if (socket->kind == LISTENER) return socket->timed || (isFull() && !lingering(0)) ? 0 : POLLIN;
	if (socket->kind == UDP) return POLLIN;
	if (socket->closing) return socket->pending > 0 ? POLLOUT : POLLIN;
	return (socket->unread || socket->ended || socket->connecting ? 0 : POLLIN)
		| (socket->pending > 0 || socket->connecting ? POLLOUT : 0);
}

/* There is something to be said that the network does not tell. */
static int isDue(const Socket *socket)
{
	return socket->kind == TCP && !socket->closing && (socket->fresh || isOver(socket));
}

int a16_sockets_watch(struct pollfd *polled)
{
	uint32_t now = milliseconds();
	int timeout = WAIT_MOST;
	for (int i = 0; i < A16_SOCKETS; i++) {
		const Socket *socket = &sockets[i];
		int isWatched = socket->id && (socket->aimed || socket->closing);
		watched[i] = isWatched ? socket->id : 0;
		polled[i].fd = isWatched ? socket->fd : -1;
		polled[i].events = isWatched ? (short)eventsOf(socket) : 0;
		polled[i].revents = 0;
		if (!isWatched) continue;
		if (isDue(socket)) timeout = 0;
		if (!socket->timed) continue;
		int left = (int32_t)(socket->until - now);
		if (left < timeout) timeout = left > 0 ? left : 0;
	}
	return timeout;
}

int a16_sockets_serve(xsMachine *the, const struct pollfd *polled)
{
	uint32_t now = milliseconds();
	int served = 0;
	/* Listeners come last: a connection that has just ended, or got its request, is not to make room for a new one. */
	for (int i = 0; i < 2 * A16_SOCKETS; i++) {
		int index = i % A16_SOCKETS;
		Socket *socket = &sockets[index];
		if (!socket->id || socket->id != watched[index]) continue;
		if ((socket->kind == LISTENER) != (i >= A16_SOCKETS)) continue;
		int events = polled[index].revents;
		int late = isLate(socket, now);
		if (!events && !late && !isDue(socket)) continue;
		served++;
		if (socket->kind == TCP) serveTcp(the, socket, events, late);
		else if (socket->kind == UDP) serveUdp(the, socket, events);
		else serveListener(the, socket, events);
	}
	return served;
}

int a16_sockets_count(void)
{
	int found = 0;
	for (int i = 0; i < A16_SOCKETS; i++) found += sockets[i].id != 0;
	return found;
}

/* For JavaScript */

static Socket *argument(xsMachine *the)
{
	return find(xsmcToInteger(xsArg(0)));
}

static int toAddress(xsMachine *the, xsSlot *text, xsSlot *port, struct sockaddr_in *address)
{
	char buffer[INET_ADDRSTRLEN];
	xsIntegerValue number = fxToInteger(the, port);
	const char *string = fxToString(the, text);
	if (strlen(string) >= sizeof(buffer) || number < 0 || number > 65535) return 0;
	memset(address, 0, sizeof(*address));
	address->sin_family = AF_INET;
	address->sin_port = htons((uint16_t)number);
	return inet_pton(AF_INET, string, &address->sin_addr) == 1;
}

static void setAddress(xsMachine *the, xsSlot *slot, const struct sockaddr_in *address)
{
	char text[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
	fxString(the, slot, text);
}

static void aim(xsMachine *the, Socket *socket, xsSlot *target)
{
	forget(the, socket);
	socket->target = *target;
	xsRemember(socket->target);
	socket->aimed = 1;
	a16_wait_changed();
}

/* A socket that is bound to a port; -1 if that cannot be. */
static int openAt(xsIntegerValue port, int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int yes = 1;
	int fd = port >= 0 && port <= 65535 ? socket(AF_INET, type, 0) : -1;
	if (fd < 0) return -1;
	setNonBlocking(fd);
	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_ANY);
	/* Also while connections of an earlier listener wait for their end. */
	if (type == SOCK_STREAM) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)) && (type != SOCK_STREAM || !listen(fd, BACKLOG)))
		return fd;
	closeSocket(fd);
	return -1;
}

static void openPort(xsMachine *the, int kind)
{
	int type = kind == UDP ? SOCK_DGRAM : SOCK_STREAM;
	int fd = makeRoom(the) ? openAt(xsmcToInteger(xsArg(0)), type) : -1;
	Socket *socket = fd < 0 ? NULL : claim(fd, kind);
	if (socket) aim(the, socket, &xsArg(1));
	else if (fd >= 0) closeSocket(fd);
	xsmcSetInteger(xsResult, socket ? socket->id : 0);
}

/* onException: whether there can be sockets */
void xs_sockets_start(xsMachine *the)
{
	if (started) xsForget(onException);
	else {
		/* Only the machine's end collects it, and has `xs_sockets_destructor` called. */
		started = 1;
		keeper = xsThis;
		xsRemember(keeper);
		xsmcSetHostData(xsThis, sockets);
	}
	onException = xsArg(0);
	xsRemember(onException);
#ifdef ESP_PLATFORM
	/* Without it the first socket would be the end; more than once does nothing. */
	esp_netif_init();
#endif
	xsmcSetBoolean(xsResult, a16_wait_start(the));
}

void xs_sockets_destructor(void *data)
{
	if (!data) return;
	a16_wait_stop();
	for (int i = 0; i < A16_SOCKETS; i++) {
		if (!sockets[i].id) continue;
		free(sockets[i].output);
		if (sockets[i].fd >= 0) closeSocket(sockets[i].fd);
	}
	memset(sockets, 0, sizeof(sockets));
	started = 0;
}

/* port, target: the listener, 0 if it cannot be opened */
void xs_sockets_listen(xsMachine *the)
{
	openPort(the, LISTENER);
}

/* port, target */
void xs_sockets_udp(xsMachine *the)
{
	openPort(the, UDP);
}

/* address, port: a connection, of which nothing is heard before it is accepted; 0 if there cannot be one */
void xs_sockets_connect(xsMachine *the)
{
	struct sockaddr_in address;
	int can = toAddress(the, &xsArg(0), &xsArg(1), &address) && makeRoom(the);
	int fd = can ? socket(AF_INET, SOCK_STREAM, 0) : -1;
	Socket *socket = fd < 0 ? NULL : claim(prepare(fd), TCP);
	xsmcSetInteger(xsResult, socket ? socket->id : 0);
	if (!socket) {
		if (fd >= 0) closeSocket(fd);
		return;
	}
	socket->connecting = 1;
	socket->outgoing = 1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) && errno != EINPROGRESS) socket->broken = 1;
}

/* id, target: whether it is there */
void xs_sockets_accept(xsMachine *the)
{
	Socket *socket = argument(the);
	int open = socket && !socket->closing;
	if (open) {
		socket->fresh = !socket->connecting;
		aim(the, socket, &xsArg(1));
	}
	xsmcSetBoolean(xsResult, open);
}

/* id: the peer's */
void xs_sockets_address(xsMachine *the)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	Socket *socket = argument(the);
	if (socket) getpeername(socket->fd, (struct sockaddr *)&address, &size);
	setAddress(the, &xsResult, &address);
}

/* id: the own */
void xs_sockets_port(xsMachine *the)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	Socket *socket = argument(the);
	if (socket) getsockname(socket->fd, (struct sockaddr *)&address, &size);
	xsmcSetInteger(xsResult, ntohs(address.sin_port));
}

/* id, count */
void xs_sockets_read(xsMachine *the)
{
	Socket *socket = argument(the);
	xsIntegerValue wanted = xsmcToInteger(xsArg(1));
	if (!socket || socket->closing || socket->broken) return;
	if (wanted > socket->unread) wanted = socket->unread;
	if (wanted <= 0) return;
	xsmcSetArrayBuffer(xsResult, NULL, wanted);
	/* They were looked at: they are there, unless the connection was reset since. */
	if (recv(socket->fd, xsmcToArrayBuffer(xsResult), (size_t)wanted, 0) != wanted) {
		socket->broken = 1;
		xsmcSetUndefined(xsResult);
	}
	socket->unread -= (uint16_t)wanted;
	socket->owing = 1;
	if (socket->unread == 0 || socket->broken) a16_wait_changed();
}

/* id, bytes: how many more may be written now */
void xs_sockets_write(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue size;
	Socket *socket = argument(the);
	xsmcSetInteger(xsResult, 0);
	if (!socket || socket->closing || socket->broken || socket->connecting) return;
	xsmcGetBufferReadable(xsArg(1), &bytes, &size);
	ssize_t sent = socket->pending == 0 && size <= WRITE_MOST ? send(socket->fd, bytes, size, MSG_NOSIGNAL) : -2;
	if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) sent = 0;
	socket->wrote = 1;
	socket->owing = 0;
	if (sent >= 0 && (xsUnsignedValue)sent < size) {
		socket->held = socket->pending = (uint16_t)(size - (xsUnsignedValue)sent);
		socket->output = malloc(socket->held);
		if (socket->output) memcpy(socket->output, (uint8_t *)bytes + sent, socket->held);
		else socket->pending = 0, sent = -1;
	}
	/* It broke, or more was written than is allowed: the next turn tells. */
	if (sent < 0) socket->broken = 1;
	else if (socket->pending == 0) xsmcSetInteger(xsResult, WRITE_MOST);
	if (socket->broken || socket->pending > 0 || socket->ended) a16_wait_changed();
}

/* id: what was written leaves, and no event comes */
void xs_sockets_close(xsMachine *the)
{
	Socket *socket = argument(the);
	if (!socket || socket->closing) return;
	if (socket->kind != TCP || !socket->wrote || socket->broken) {
		release(the, socket);
		return;
	}
	forget(the, socket);
	socket->closing = 1;
	setTime(socket, FLUSH_TIME);
	if (socket->pending == 0) finish(the, socket);
	a16_wait_changed();
	Socket *oldest = lingering(LINGERING);
	if (oldest) release(the, oldest);
}

/* id: whatever is still to come or to be sent */
void xs_sockets_destroy(xsMachine *the)
{
	Socket *socket = argument(the);
	if (socket) release(the, socket);
}

/* All connections. */
void xs_sockets_destroyAll(xsMachine *the)
{
	for (int i = 0; i < A16_SOCKETS; i++)
		if (sockets[i].id && sockets[i].kind == TCP) release(the, &sockets[i]);
}

/* id: the next datagram, with its sender's `address` and `port` */
void xs_sockets_receive(xsMachine *the)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);
	Socket *socket = argument(the);
	ssize_t got = socket ? recvfrom(socket->fd, scratch, sizeof(scratch), 0, (struct sockaddr *)&address, &size) : -1;
	if (got < 0) return;
	xsmcVars(1);
	xsmcSetArrayBuffer(xsResult, scratch, (xsIntegerValue)got);
	setAddress(the, &xsVar(0), &address);
	xsmcSet(xsResult, xsID_address, xsVar(0));
	xsmcSetInteger(xsVar(0), ntohs(address.sin_port));
	xsmcSet(xsResult, xsID_port, xsVar(0));
}

/* id, bytes, address, port: whether it was sent */
void xs_sockets_send(xsMachine *the)
{
	struct sockaddr_in address;
	void *bytes;
	xsUnsignedValue size;
	Socket *socket = argument(the);
	int sent = 0;
	if (socket && toAddress(the, &xsArg(2), &xsArg(3), &address)) {
		xsmcGetBufferReadable(xsArg(1), &bytes, &size);
		sent = sendto(socket->fd, bytes, size, MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof(address)) >= 0;
	}
	xsmcSetBoolean(xsResult, sent);
}

/* id, group: whether it was joined, with the time to live that multicast DNS asks for (RFC 6762, 11) */
void xs_sockets_join(xsMachine *the)
{
	struct sockaddr_in group;
	struct ip_mreq request;
	unsigned char ttl = 255;
	Socket *socket = argument(the);
	int joined = 0;
	xsmcVars(1);
	xsmcSetInteger(xsVar(0), 0);
	if (socket && toAddress(the, &xsArg(1), &xsVar(0), &group)) {
		request.imr_multiaddr = group.sin_addr;
		request.imr_interface.s_addr = htonl(INADDR_ANY);
		setsockopt(socket->fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof(ttl));
		joined = !setsockopt(socket->fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof(request));
	}
	xsmcSetBoolean(xsResult, joined);
}
