/*
 * The native TLS over real sockets of the loopback interface, for openssl, curl and Node to talk to:
 *   tool identity <udid> <file> [address]
 *   tool server <identity>                       answers HTTP requests until its standard input ends
 *   tool client <port> <host> ca|pin <file> [visits]
 *   tool verify                                  lines of hex: key, SHA-256, signature; answers 1 or 0
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"
#include "signature.h"

#define CONNECTIONS 8

typedef struct {
	int fd;
	A16Session *session;
	char request[8192];
	size_t length;
	bool answered;
} Connection;

static uint8_t *read_file(const char *path, size_t *size) {
	FILE *file = fopen(path, "rb");
	if (!file) exit(2);
	uint8_t *bytes = calloc(1, 65537);
	*size = fread(bytes, 1, 65536, file);
	fclose(file);
	return bytes;
}

/* Moves bytes between socket and session; false when the connection is over. */
static bool exchange(int fd, A16Session *session) {
	uint8_t bytes[2048];
	size_t room = a16_session_room(session);
	if (room) {
		ssize_t count = recv(fd, bytes, room < sizeof bytes ? room : sizeof bytes, 0);
		if (count > 0)
			a16_session_receive(session, bytes, (size_t)count);
		else if (count == 0 || errno != EAGAIN)
			a16_session_end(session);
	}
	while (a16_session_step(session) > 0) continue;
	return true;
}

/* Sends what there is, waiting for room in the socket. */
static bool flush(int fd, A16Session *session) {
	uint8_t bytes[2048];
	size_t count;
	while ((count = a16_session_send(session, bytes, sizeof bytes)) > 0)
		for (size_t sent = 0; sent < count;) {
			ssize_t result = send(fd, bytes + sent, count - sent, 0);
			if (result >= 0)
				sent += (size_t)result;
			else if (errno == EAGAIN)
				poll(&(struct pollfd){fd, POLLOUT, 0}, 1, 1000);
			else
				return false;
		}
	return true;
}

static void write_all(int fd, A16Session *session, const char *text, size_t length) {
	while (length && !a16_session_error(session)) {
		int taken = a16_session_write(session, (const uint8_t *)text, length);
		if (taken < 0) return;
		text += taken;
		length -= (size_t)taken;
		if (!flush(fd, session)) return;
	}
}

/* Head and body, as Content-Length has it. */
static bool is_complete(Connection *connection) {
	const char *end = strstr(connection->request, "\r\n\r\n");
	if (!end) return false;
	const char *field = strstr(connection->request, "Content-Length: ");
	size_t body = field && field < end ? (size_t)atol(field + 16) : 0;
	return connection->length >= (size_t)(end + 4 - connection->request) + body;
}

static bool serve(Connection *connection) {
	A16Session *session = connection->session;
	exchange(connection->fd, session);
	int count;
	while ((count = a16_session_read(session, (uint8_t *)connection->request + connection->length,
				sizeof connection->request - 1 - connection->length)) > 0) {
		connection->length += (size_t)count;
		connection->request[connection->length] = '\0';
		while (a16_session_step(session) > 0) continue;
	}
	if (!connection->answered && is_complete(connection)) {
		char head[256];
		static char filler[20000];
		memset(filler, '.', sizeof filler);
		/* "GET /20000" asks for so many bytes. */
		size_t more = (size_t)atol(strchr(connection->request, '/') + 1);
		if (more > sizeof filler) more = sizeof filler;
		char body[128];
		int length = snprintf(
			body, sizeof body, "%s %s\n", version_of(session), cipher_of(session));
		int head_length = snprintf(head, sizeof head,
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", (size_t)length + more);
		write_all(connection->fd, session, head, (size_t)head_length);
		write_all(connection->fd, session, body, (size_t)length);
		write_all(connection->fd, session, filler, more);
		a16_session_close(session);
		connection->answered = true;
	}
	flush(connection->fd, session);
	A16State state = a16_session_state(session);
	if (state != A16_ENDED && state != A16_FAILED && !connection->answered) return true;
	const char *alert = a16_session_alert(session);
	printf("connection: %s%s%s\n", a16_error_text(a16_session_error(session)), alert ? ": " : "",
		alert ? alert : "");
	fflush(stdout);
	shutdown(connection->fd, SHUT_WR);
	/* Without this the reset that follows unread bytes may overtake the answer. */
	char rest[512];
	poll(&(struct pollfd){connection->fd, POLLIN, 0}, 1, 200);
	while (recv(connection->fd, rest, sizeof rest, 0) > 0) continue;
	return false;
}

static int server(const char *path) {
	size_t size;
	uint8_t *identity = read_file(path, &size);
	static Connection connections[CONNECTIONS];
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof address;
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 16) ||
		getsockname(listener, (struct sockaddr *)&address, &length))
		return 1;
	printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd polls[CONNECTIONS + 2] = {{0, POLLIN, 0}, {listener, POLLIN, 0}};
		int count = 2;
		for (int i = 0; i < CONNECTIONS; i++)
			if (connections[i].session) polls[count++] = (struct pollfd){connections[i].fd, POLLIN, 0};
		if (poll(polls, (nfds_t)count, -1) < 0) continue;
		char ignored[64];
		if (polls[0].revents && read(0, ignored, sizeof ignored) <= 0) break;
		for (int i = 0, k = 2; i < CONNECTIONS; i++) {
			if (!connections[i].session || k >= count) continue;
			if (polls[k++].revents && !serve(&connections[i])) {
				close(connections[i].fd);
				a16_session_free(connections[i].session);
				connections[i] = (Connection){0};
			}
		}
		if (!polls[1].revents) continue;
		int fd = accept(listener, NULL, NULL);
		for (int i = 0; i < CONNECTIONS && fd >= 0; i++)
			if (!connections[i].session) {
				fcntl(fd, F_SETFL, O_NONBLOCK);
				setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
				connections[i] = (Connection){.fd = fd};
				if (a16_session_server(&connections[i].session, identity, size)) return 1;
				fd = -1;
			}
		if (fd >= 0) close(fd);
	}
	for (int i = 0; i < CONNECTIONS; i++) a16_session_free(connections[i].session);
	free(identity);
	return 0;
}

/* Prints a line of JSON for each visit. */
static int client(int port, const char *host, bool pinned, const char *path, int visits) {
	size_t size;
	uint8_t *trust = read_file(path, &size);
	uint8_t resumption[A16_RESUMPTION];
	int resumption_size = 0;
	for (int i = 0; i < visits; i++) {
		A16ClientOptions options = {.host = host, .time = (uint64_t)time(NULL)};
		if (pinned)
			options.fingerprint = trust;
		else {
			options.ca = (const char *)trust;
		}
		if (resumption_size > 0) {
			options.resumption = resumption;
			options.resumption_size = (size_t)resumption_size;
		}
		A16Session *session;
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		struct sockaddr_in address = {.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
			.sin_port = htons((uint16_t)port)};
		if (connect(fd, (struct sockaddr *)&address, sizeof address)) return 1;
		fcntl(fd, F_SETFL, O_NONBLOCK);
		if (a16_session_client(&session, &options)) return 1;
		bool asked = false;
		const char *version = "", *cipher = "";
		bool resumed = false;
		size_t body = 0;
		while (a16_session_state(session) != A16_ENDED && !a16_session_error(session)) {
			exchange(fd, session);
			if (a16_session_state(session) == A16_OPEN && !asked) {
				asked = true;
				resumed = is_resumed(session);
				version = version_of(session);
				cipher = cipher_of(session);
				write_all(fd, session, "GET / HTTP/1.0\r\n\r\n", 18);
			}
			uint8_t bytes[1024];
			int count;
			while ((count = a16_session_read(session, bytes, sizeof bytes)) > 0) {
				body += (size_t)count;
				while (a16_session_step(session) > 0) continue;
			}
			if (!flush(fd, session)) a16_session_end(session);
			if (!a16_session_error(session) && a16_session_state(session) != A16_ENDED &&
				poll(&(struct pollfd){fd, POLLIN, 0}, 1, 5000) == 0)
				break;
		}
		flush(fd, session);
		resumption_size = a16_session_export(session, resumption);
		const char *alert = a16_session_alert(session);
		printf("{\"version\":\"%s\",\"cipher\":\"%s\",\"resumed\":%s,\"body\":%zu,\"ended\":%s,\"error\":\"%"
			   "s\",\"alert\":\"%s\"}\n",
			version, cipher, resumed ? "true" : "false", body,
			a16_session_state(session) == A16_ENDED ? "true" : "false",
			a16_error_text(a16_session_error(session)), alert ? alert : "");
		fflush(stdout);
		a16_session_close(session);
		flush(fd, session);
		a16_session_free(session);
		close(fd);
	}
	free(trust);
	return 0;
}

static size_t from_hex(const char *text, uint8_t *bytes, size_t size) {
	size_t length = 0;
	unsigned value;
	while (length < size && sscanf(text + 2 * length, "%2x", &value) == 1) bytes[length++] = (uint8_t)value;
	return length;
}

static int verify(void) {
	char line[2048], key[512], digest[512], signature[512];
	uint8_t digest_bytes[32];
	while (fgets(line, sizeof line, stdin)) {
		/* "-" stands for no bytes. */
		if (sscanf(line, "%511s %511s %511s", key, digest, signature) != 3 ||
			from_hex(digest, digest_bytes, 32) != 32)
			return 1;
		size_t key_size = strlen(key) / 2, signature_size = strlen(signature) / 2;
		/* Exactly as long, so that the sanitizer sees a byte too far. */
		uint8_t *key_bytes = malloc(key_size + !key_size),
				*signature_bytes = malloc(signature_size + !signature_size);
		from_hex(key, key_bytes, key_size);
		from_hex(signature, signature_bytes, signature_size);
		puts(a16_signature_verify(key_bytes, key_size, digest_bytes, signature_bytes, signature_size) ? "1"
																									  : "0");
		free(key_bytes);
		free(signature_bytes);
	}
	return 0;
}

static int identity(int argc, char **argv) {
	uint8_t bytes[A16_IDENTITY_SIZE];
	const A16IdentityOptions options = {.udid = argv[2],
		.address = argc > 4 ? argv[4] : NULL,
		.time = (uint64_t)time(NULL)};
	int size = a16_identity_create(&options, bytes, sizeof bytes);
	FILE *file = fopen(argv[3], "wb");
	if (size < 0 || !file || fwrite(bytes, 1, (size_t)size, file) != (size_t)size) return 1;
	return fclose(file);
}

int main(int argc, char **argv) {
	signal(SIGPIPE, SIG_IGN);
	if (argc >= 4 && !strcmp(argv[1], "identity")) return identity(argc, argv);
	if (argc == 3 && !strcmp(argv[1], "server")) return server(argv[2]);
	if (argc >= 6 && !strcmp(argv[1], "client"))
		return client(atoi(argv[2]), argv[3], !strcmp(argv[4], "pin"), argv[5], argc > 6 ? atoi(argv[6]) : 1);
	if (argc == 2 && !strcmp(argv[1], "verify")) return verify();
	return 2;
}
