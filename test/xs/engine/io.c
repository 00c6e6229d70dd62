/* Sockets, timers, digests and randomness in the shape of the SDK's classes. */
#include "bench.h"
#include "digest.h"
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

/* lwIP's window and send buffer in the SDK's sdkconfig. */
#define WINDOW 5744
#define SOCKETS 512

/* Of xsmc.h, which does not go with xs.h. */
extern xsIntegerValue _xsmcGetBuffer(xsMachine *the, xsSlot *slot, void **bytes, xsUnsignedValue *count, xsBooleanValue writable);

typedef struct Socket Socket;
struct Socket {
	Socket *next;
	xsSlot self, onReadable, onWritable, onError;
	/* -1 when it is closed. */
	int fd;
	int events;
	int listening;
	/* It has callbacks: it listens or was taken from a listener. */
	int active;
	/* It was not yet said that it can be written. */
	int fresh;
	/* Bytes announced and not read, and whether they were left since. */
	int unread, left;
	/* The device has closed it, but for `pending`. */
	int closing;
	int pending;
	uint8_t output[WINDOW];
};

typedef struct Timer Timer;
struct Timer {
	Timer *next;
	xsSlot self, callback;
	double when, interval;
	int cleared;
};

static Socket *sockets;
static Timer *timers;
/* ms; the wall clock is on 2026-01-01 at the start. */
static double now = 1000;
static const double EPOCH = 1767225600000.0 - 1000;

static void markSocket(xsMachine *the, void *data, xsMarkRoot mark)
{
	Socket *socket = data;
	if (!socket) return;
	mark(the, &socket->onReadable);
	mark(the, &socket->onWritable);
	mark(the, &socket->onError);
}

static void markTimer(xsMachine *the, void *data, xsMarkRoot mark)
{
	if (data) mark(the, &((Timer *)data)->callback);
}

static xsHostHooks SOCKET_HOOKS = { .marker = markSocket };
static xsHostHooks TIMER_HOOKS = { .marker = markTimer };

/* The object that `new` makes. */
static void construct(xsMachine *the)
{
	xsResult = xsGet(xsTarget, xsID("prototype"));
	xsResult = xsNewHostInstance(xsResult);
}

static Socket *socketOf(xsMachine *the)
{
	Socket *socket = xsGetHostData(xsThis);
	if (!socket) xsUnknownError("closed");
	return socket;
}

/* Binds a new socket to xsResult, which a callback or a reference of JavaScript keeps from here on. */
static Socket *newSocket(xsMachine *the, int fd)
{
	Socket *socket = calloc(1, sizeof(Socket));
	socket->fd = fd;
	socket->onReadable = socket->onWritable = socket->onError = xsUndefined;
	socket->self = xsResult;
	xsSetHostData(xsResult, socket);
	xsSetHostHooks(xsResult, &SOCKET_HOOKS);
	xsRemember(socket->self);
	socket->next = sockets;
	sockets = socket;
	return socket;
}

static void release(xsMachine *the, Socket *socket)
{
	if (socket->closing) return;
	socket->closing = 1;
	socket->active = 0;
	xsSetHostData(socket->self, NULL);
	xsForget(socket->self);
}

static void flush(Socket *socket)
{
	ssize_t count = send(socket->fd, socket->output, socket->pending, MSG_NOSIGNAL);
	if (count < 0) {
		if (errno != EAGAIN) socket->pending = 0;
		return;
	}
	socket->pending -= count;
	memmove(socket->output, socket->output + count, socket->pending);
}

static void Tcp(xsMachine *the)
{
	construct(the);
	xsVars(1);
	xsVar(0) = xsGet(xsArg(0), xsID("from"));
	Socket *from = xsGetHostData(xsVar(0));
	if (!from) xsUnknownError("invalid from");
	Socket *socket = newSocket(the, from->fd);
	from->fd = -1;
	release(the, from);
	xsVar(0) = xsGet(xsArg(0), xsID("target"));
	xsSet(xsResult, xsID("target"), xsVar(0));
	socket->onReadable = xsGet(xsArg(0), xsID("onReadable"));
	socket->onWritable = xsGet(xsArg(0), xsID("onWritable"));
	socket->onError = xsGet(xsArg(0), xsID("onError"));
	socket->active = socket->fresh = 1;
}

static void Tcp_remoteAddress(xsMachine *the)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof(address);
	char text[INET_ADDRSTRLEN];
	getpeername(socketOf(the)->fd, (struct sockaddr *)&address, &size);
	xsResult = xsString((char *)inet_ntop(AF_INET, &address.sin_addr, text, sizeof(text)));
}

static void Tcp_read(xsMachine *the)
{
	Socket *socket = socketOf(the);
	int count = xsToInteger(xsArg(0));
	if (count <= 0 || count > socket->unread) xsUnknownError("invalid");
	xsResult = xsArrayBuffer(NULL, count);
	if (recv(socket->fd, xsToArrayBuffer(xsResult), count, 0) != count) xsUnknownError("lost");
	socket->unread -= count;
	socket->left = 0;
}

static void Tcp_write(xsMachine *the)
{
	Socket *socket = socketOf(the);
	void *bytes;
	xsUnsignedValue count;
	_xsmcGetBuffer(the, &xsArg(0), &bytes, &count, 0);
	if (count > WINDOW - (unsigned)socket->pending) xsUnknownError("would block");
	memcpy(socket->output + socket->pending, bytes, count);
	socket->pending += count;
	flush(socket);
	xsResult = xsInteger(WINDOW - socket->pending);
}

static void Socket_close(xsMachine *the)
{
	Socket *socket = xsGetHostData(xsThis);
	if (socket) release(the, socket);
}

static void Listener(xsMachine *the)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int yes = 1;
	construct(the);
	address.sin_port = htons(xsToInteger(xsGet(xsArg(0), xsID("port"))));
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 128)) {
		close(fd);
		xsUnknownError("port is in use");
	}
	Socket *socket = newSocket(the, fd);
	socket->onReadable = xsGet(xsArg(0), xsID("onReadable"));
	socket->active = socket->listening = 1;
}

static void Listener_port(xsMachine *the)
{
	struct sockaddr_in address = { 0 };
	socklen_t size = sizeof(address);
	getsockname(socketOf(the)->fd, (struct sockaddr *)&address, &size);
	xsResult = xsInteger(ntohs(address.sin_port));
}

static void Listener_read(xsMachine *the)
{
	int size = WINDOW, yes = 1;
	int fd = accept4(socketOf(the)->fd, NULL, NULL, SOCK_NONBLOCK);
	if (fd < 0) return;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	xsVars(1);
	xsVar(0) = xsGet(xsGlobal, xsID("native"));
	xsVar(0) = xsGet(xsVar(0), xsID("Tcp"));
	xsVar(0) = xsGet(xsVar(0), xsID("prototype"));
	xsResult = xsNewHostInstance(xsVar(0));
	newSocket(the, fd);
}

/* Calls one of the socket's callbacks. An exception out of it ends the device, as on the chip. */
static void tell(xsMachine *machine, Socket *socket, xsSlot *callback, int count)
{
	if (!socket->active) return;
	xsBeginHost(machine);
	if (xsTest(*callback)) {
		xsResult = xsAccess(socket->self);
		xsResult = xsCallFunction1(*callback, xsResult, xsInteger(count));
	}
	xsEndHost(machine);
	runPromiseJobs(machine);
}

static void serve(xsMachine *machine, Socket *socket)
{
	int available = 0;
	if (socket->listening) {
		tell(machine, socket, &socket->onReadable, 1);
		return;
	}
	if (socket->pending > 0 && socket->events & POLLOUT) {
		flush(socket);
		if (socket->pending < WINDOW) tell(machine, socket, &socket->onWritable, WINDOW - socket->pending);
	}
	if (!socket->active) return;
	if (socket->fresh) {
		socket->fresh = 0;
		tell(machine, socket, &socket->onWritable, WINDOW);
	}
	if (!socket->active || !(socket->events & (POLLIN | POLLERR | POLLHUP))) return;
	ioctl(socket->fd, FIONREAD, &available);
	if (available == 0) {
		tell(machine, socket, &socket->onError, 0);
		return;
	}
	socket->unread = available < WINDOW ? available : WINDOW;
	socket->left = 1;
	tell(machine, socket, &socket->onReadable, socket->unread);
	if (socket->unread == 0) socket->left = 0;
}

int runSockets(xsMachine *machine, int wait)
{
	/* Not on the stack, which is as small as the chip's. */
	static struct pollfd polled[SOCKETS] = { { .fd = 0, .events = POLLIN } };
	static Socket *order[SOCKETS];
	Socket **link = &sockets;
	int count = 1, done = 0;
	while (*link) {
		Socket *socket = *link;
		if (socket->closing && (socket->pending == 0 || socket->fd < 0)) {
			if (socket->fd >= 0) close(socket->fd);
			*link = socket->next;
			free(socket);
			continue;
		}
		if (socket->fresh) wait = 0;
		order[count] = socket;
		polled[count].fd = socket->active || socket->pending > 0 ? socket->fd : -1;
		polled[count].events = (socket->active && !socket->left ? POLLIN : 0) | (socket->pending > 0 ? POLLOUT : 0);
		count++;
		link = &socket->next;
	}
	if (poll(polled, count, wait ? -1 : 0) < 0) return 0;
	for (int i = 1; i < count; i++) {
		order[i]->events = polled[i].revents;
		if (!polled[i].revents && !order[i]->fresh) continue;
		serve(machine, order[i]);
		done = 1;
	}
	return done;
}

static void setTimer(xsMachine *the)
{
	Timer *timer = calloc(1, sizeof(Timer)), **link = &timers;
	timer->when = now + xsToNumber(xsArg(1));
	timer->interval = xsToBoolean(xsArg(2)) ? xsToNumber(xsArg(1)) : 0;
	timer->callback = xsArg(0);
	xsResult = xsNewHostObject(NULL);
	timer->self = xsResult;
	xsSetHostData(xsResult, timer);
	xsSetHostHooks(xsResult, &TIMER_HOOKS);
	xsRemember(timer->self);
	while (*link) link = &(*link)->next;
	*link = timer;
}

static void forgetTimer(xsMachine *the, Timer *timer)
{
	if (timer->cleared) return;
	timer->cleared = 1;
	xsSetHostData(timer->self, NULL);
	xsForget(timer->self);
}

static void clearTimer(xsMachine *the)
{
	Timer *timer = xsGetHostData(xsArg(0));
	if (timer) forgetTimer(the, timer);
}

void advance(xsMachine *machine, double ms)
{
	double end = now + ms;
	for (;;) {
		Timer *due = NULL, **link = &timers;
		while (*link) {
			Timer *timer = *link;
			if (timer->cleared) {
				*link = timer->next;
				free(timer);
				continue;
			}
			if (timer->when <= end && (!due || timer->when < due->when)) due = timer;
			link = &timer->next;
		}
		if (!due) break;
		if (due->when > now) now = due->when;
		xsBeginHost(machine);
		xsResult = due->callback;
		if (due->interval > 0) due->when += due->interval;
		else forgetTimer(the, due);
		xsResult = xsCallFunction0(xsResult, xsUndefined);
		xsEndHost(machine);
		runPromiseJobs(machine);
		while (runSockets(machine, 0)) {}
	}
	now = end;
}

static void clockNow(xsMachine *the) { xsResult = xsNumber(EPOCH + now); }
static void clockMonotonic(xsMachine *the) { xsResult = xsNumber(now); }

static void randomBytes(xsMachine *the)
{
	int count = xsToInteger(xsArg(0));
	xsResult = xsArrayBuffer(NULL, count);
	if (getrandom(xsToArrayBuffer(xsResult), count, 0) != count) xsUnknownError("no randomness");
}

typedef struct Value Value;
struct Value {
	Value *next;
	char key[16];
	size_t size;
	uint8_t bytes[];
};
static Value *flash;

static void readFlash(xsMachine *the)
{
	const char *key = xsToString(xsArg(0));
	for (Value *value = flash; value; value = value->next)
		if (!strcmp(value->key, key)) xsResult = xsArrayBuffer(value->bytes, value->size);
}

static void writeFlash(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue size;
	Value **link = &flash, *value;
	const char *key = xsToString(xsArg(0));
	while (*link && strcmp((*link)->key, key)) link = &(*link)->next;
	if ((value = *link)) {
		*link = value->next;
		free(value);
	}
	if (xsToInteger(xsArgc) < 2) return;
	_xsmcGetBuffer(the, &xsArg(1), &bytes, &size, 0);
	value = calloc(1, sizeof(Value) + size);
	snprintf(value->key, sizeof(value->key), "%s", xsToString(xsArg(0)));
	memcpy(value->bytes, bytes, value->size = size);
	value->next = flash;
	flash = value;
}

static void Hash(xsMachine *the)
{
	Digest *digest = malloc(sizeof(Digest));
	construct(the);
	digestBegin(digest, strcmp(xsToString(xsArg(0)), "MD5"));
	xsSetHostData(xsResult, digest);
	xsSetHostDestructor(xsResult, free);
}

static void Hash_write(xsMachine *the)
{
	void *bytes;
	xsUnsignedValue count;
	_xsmcGetBuffer(the, &xsArg(0), &bytes, &count, 0);
	digestUpdate(xsGetHostData(xsThis), bytes, count);
}

static void Hash_close(xsMachine *the)
{
	uint8_t result[DIGEST_MOST];
	Digest *digest = xsGetHostData(xsThis);
	size_t size = digestEnd(digest, result);
	xsResult = xsArrayBuffer(result, size);
	xsSetHostData(xsThis, NULL);
	free(digest);
}

static void print(xsMachine *the)
{
	printf("%s\n", xsToString(xsArg(0)));
	fflush(stdout);
}

extern void modInstallTextDecoder(xsMachine *the);
extern void modInstallTextEncoder(xsMachine *the);

typedef struct {
	char *name;
	xsCallback call;
	int getter;
} Member;

static void define(xsMachine *the, xsSlot *object, Member *members)
{
	for (Member *member = members; member->name; member++) {
		xsResult = xsNewHostFunction(member->call, 2);
		xsDefine(*object, xsID(member->name), xsResult, member->getter ? xsIsGetter : xsDefault);
	}
}

static void defineClass(xsMachine *the, xsSlot *object, char *name, xsCallback constructor, Member *members)
{
	xsVar(1) = xsNewHostObject(NULL);
	define(the, &xsVar(1), members);
	xsResult = xsNewHostConstructor(constructor, 1, xsVar(1));
	xsDefine(*object, xsID(name), xsResult, xsDefault);
}

void installNatives(xsMachine *the)
{
	modInstallTextDecoder(the);
	modInstallTextEncoder(the);
	xsVars(2);
	xsVar(0) = xsNewObject();
	define(the, &xsVar(0), (Member[]){
		{ "setTimer", setTimer }, { "clearTimer", clearTimer }, { "now", clockNow },
		{ "monotonic", clockMonotonic }, { "random", randomBytes }, { "readFlash", readFlash },
		{ "writeFlash", writeFlash }, { "print", print }, { 0 },
	});
	defineClass(the, &xsVar(0), "Tcp", Tcp, (Member[]){
		{ "remoteAddress", Tcp_remoteAddress, 1 }, { "read", Tcp_read }, { "write", Tcp_write },
		{ "close", Socket_close }, { 0 },
	});
	defineClass(the, &xsVar(0), "Listener", Listener, (Member[]){
		{ "port", Listener_port, 1 }, { "read", Listener_read }, { "close", Socket_close }, { 0 },
	});
	defineClass(the, &xsVar(0), "Digest", Hash, (Member[]){ { "write", Hash_write }, { "close", Hash_close }, { 0 } });
	xsSet(xsGlobal, xsID("native"), xsVar(0));
}
