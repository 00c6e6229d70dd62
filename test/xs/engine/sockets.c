/* TCP in the shape of the SDK's classes. */
#include "bench.h"
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* lwIP's window and send buffer in the SDK's sdkconfig. */
#define WINDOW 5744
#define SOCKETS 512

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
	/* It can be written to: it is new, or bytes were taken since that was said, which lwIP says of each write. */
	int writable;
	/* The device has made it, and it is not there yet. */
	int connecting;
	/* Bytes announced and not read, and whether they were left since. */
	int unread, left;
	/* The device has closed it, but for `pending`. */
	int closing;
	int pending;
	uint8_t output[WINDOW];
};

static Socket *sockets;

static void markSocket(xsMachine *the, void *data, xsMarkRoot mark)
{
	Socket *socket = data;
	if (!socket) return;
	mark(the, &socket->onReadable);
	mark(the, &socket->onWritable);
	mark(the, &socket->onError);
}

static xsHostHooks SOCKET_HOOKS = { .marker = markSocket };

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
	if (count < 0 && errno == EAGAIN) return;
	/* What a lost connection does not take is nobody's any more. */
	if (count < 0) count = socket->pending;
	socket->writable = 1;
	socket->pending -= count;
	memmove(socket->output, socket->output + count, socket->pending);
}

/* A socket like those of a listener. */
static int prepare(int fd)
{
	int size = WINDOW, yes = 1;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static int dial(xsMachine *the)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	address.sin_port = htons(xsToInteger(xsGet(xsArg(0), xsID("port"))));
	xsVar(0) = xsGet(xsArg(0), xsID("address"));
	if (inet_pton(AF_INET, xsToString(xsVar(0)), &address.sin_addr) != 1) xsUnknownError("invalid address");
	int fd = prepare(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	connect(fd, (struct sockaddr *)&address, sizeof(address));
	return fd;
}

static void Tcp(xsMachine *the)
{
	Socket *socket;
	construct(the);
	xsVars(1);
	xsVar(0) = xsGet(xsArg(0), xsID("from"));
	if (xsTest(xsVar(0))) {
		Socket *from = xsGetHostData(xsVar(0));
		if (!from) xsUnknownError("invalid from");
		socket = newSocket(the, from->fd);
		from->fd = -1;
		release(the, from);
		socket->writable = 1;
	} else {
		socket = newSocket(the, dial(the));
		socket->connecting = 1;
	}
	xsVar(0) = xsGet(xsArg(0), xsID("target"));
	xsSet(xsResult, xsID("target"), xsVar(0));
	socket->onReadable = xsGet(xsArg(0), xsID("onReadable"));
	socket->onWritable = xsGet(xsArg(0), xsID("onWritable"));
	socket->onError = xsGet(xsArg(0), xsID("onError"));
	socket->active = 1;
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
	int fd = accept4(socketOf(the)->fd, NULL, NULL, SOCK_NONBLOCK);
	if (fd < 0) return;
	xsVars(1);
	xsVar(0) = xsGet(xsGlobal, xsID("native"));
	xsVar(0) = xsGet(xsVar(0), xsID("Tcp"));
	xsVar(0) = xsGet(xsVar(0), xsID("prototype"));
	xsResult = xsNewHostInstance(xsVar(0));
	newSocket(the, prepare(fd));
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
	if (socket->connecting) {
		socket->connecting = 0;
		/* If it was refused, there is nothing to read. */
		socket->writable = !(socket->events & (POLLERR | POLLHUP));
	}
	if (socket->pending > 0 && socket->events & POLLOUT) flush(socket);
	if (socket->writable) {
		socket->writable = 0;
		tell(machine, socket, &socket->onWritable, WINDOW - socket->pending);
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
		if (socket->writable) wait = 0;
		order[count] = socket;
		polled[count].fd = socket->active || socket->pending > 0 ? socket->fd : -1;
		polled[count].events = (socket->active && !socket->left ? POLLIN : 0)
			| (socket->pending > 0 || socket->connecting ? POLLOUT : 0);
		count++;
		link = &socket->next;
	}
	if (poll(polled, count, wait ? -1 : 0) < 0) return 0;
	for (int i = 1; i < count; i++) {
		order[i]->events = polled[i].revents;
		if (!polled[i].revents && !order[i]->writable) continue;
		serve(machine, order[i]);
		done = 1;
	}
	return done;
}

void defineSockets(xsMachine *the, xsSlot *object)
{
	defineClass(the, object, "Tcp", Tcp, (Member[]){
		{ "remoteAddress", Tcp_remoteAddress, 1 }, { "read", Tcp_read }, { "write", Tcp_write },
		{ "close", Socket_close }, { 0 },
	});
	defineClass(the, object, "Listener", Listener, (Member[]){
		{ "port", Listener_port, 1 }, { "read", Listener_read }, { "close", Socket_close }, { 0 },
	});
}
