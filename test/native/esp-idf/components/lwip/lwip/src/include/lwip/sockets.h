/* Declared by ourselves as in the lwIP of ESP-IDF v6.0, as far as our C uses it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define AF_INET 2
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xfff
#define SO_REUSEADDR 0x0004
#define SO_ERROR 0x1007
#define IPPROTO_IP 0
#define IPPROTO_TCP 6
#define TCP_NODELAY 0x01
#define IP_ADD_MEMBERSHIP 3
#define IP_MULTICAST_TTL 5
#define MSG_PEEK 0x01
#define MSG_NOSIGNAL 0x20
#define SHUT_WR 1
#define SHUT_RDWR 2
#define F_SETFL 4
#define O_NONBLOCK 1
#define POLLIN 0x1
#define POLLOUT 0x2
#define POLLERR 0x4
#define POLLNVAL 0x8
#define POLLHUP 0x200
#define INADDR_ANY ((uint32_t)0)
#define INADDR_LOOPBACK ((uint32_t)0x7f000001)
#define INET_ADDRSTRLEN 16

#define htons(x) lwip_htons(x)
#define ntohs(x) lwip_htons(x)
#define htonl(x) lwip_htonl(x)

typedef uint8_t sa_family_t;
typedef uint16_t in_port_t;
typedef uint32_t in_addr_t;
#ifndef socklen_t
typedef uint32_t lwip_socklen_t;
#define socklen_t lwip_socklen_t
#endif
typedef unsigned int nfds_t;

struct in_addr {
	in_addr_t s_addr;
};

struct sockaddr {
	uint8_t sa_len;
	sa_family_t sa_family;
	char sa_data[14];
};

struct sockaddr_in {
	uint8_t sin_len;
	sa_family_t sin_family;
	in_port_t sin_port;
	struct in_addr sin_addr;
	char sin_zero[8];
};

typedef struct ip_mreq {
	struct in_addr imr_multiaddr;
	struct in_addr imr_interface;
} ip_mreq;

struct pollfd {
	int fd;
	short events;
	short revents;
};

uint16_t lwip_htons(uint16_t x);
uint32_t lwip_htonl(uint32_t x);
int lwip_accept(int s, struct sockaddr *addr, socklen_t *addrlen);
int lwip_bind(int s, const struct sockaddr *name, socklen_t namelen);
int lwip_shutdown(int s, int how);
int lwip_getpeername(int s, struct sockaddr *name, socklen_t *namelen);
int lwip_getsockname(int s, struct sockaddr *name, socklen_t *namelen);
int lwip_getsockopt(int s, int level, int optname, void *optval, socklen_t *optlen);
int lwip_setsockopt(int s, int level, int optname, const void *optval, socklen_t optlen);
int lwip_close(int s);
int lwip_connect(int s, const struct sockaddr *name, socklen_t namelen);
int lwip_listen(int s, int backlog);
ssize_t lwip_recv(int s, void *mem, size_t len, int flags);
ssize_t lwip_recvfrom(int s, void *mem, size_t len, int flags, struct sockaddr *from, socklen_t *fromlen);
ssize_t lwip_send(int s, const void *dataptr, size_t size, int flags);
ssize_t lwip_sendto(int s, const void *dataptr, size_t size, int flags, const struct sockaddr *to, socklen_t tolen);
int lwip_socket(int domain, int type, int protocol);
int lwip_poll(struct pollfd *fds, nfds_t nfds, int timeout);
int lwip_fcntl(int s, int cmd, int val);
const char *lwip_inet_ntop(int af, const void *src, char *dst, socklen_t size);
int lwip_inet_pton(int af, const char *src, void *dst);
