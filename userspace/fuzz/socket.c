// SPDX-License-Identifier: GPL-2.0
/*
 * Replaces libmnl's sockets: a message that is sent goes to the fuzzer at once, and a message that
 * the fuzzer delivers can be received.
 */
#include "socket.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

struct mnl_socket {
	int fd;
	int kernel;
	unsigned int port;
};

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	struct mnl_socket *socket = malloc(sizeof(*socket));
	static unsigned int port;
	int pair[2];

	(void)bus;
	(void)flags;
	fuzz_assert(socket);
	fuzz_assert(!socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
	port++;
	*socket = (struct mnl_socket){ .fd = pair[0], .kernel = pair[1], .port = port };
	return socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buffer, socklen_t size)
{
	(void)buffer;
	(void)size;
	if (type == NETLINK_ADD_MEMBERSHIP)
		kernel_joined((struct mnl_socket *)socket);
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *socket)
{
	return socket->fd;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *socket)
{
	return socket->port;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *buffer, size_t size)
{
	fuzz_assert(mnl_nlmsg_ok(buffer, (int)size));
	kernel_receive((struct mnl_socket *)socket, buffer);
	return (ssize_t)size;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size)
{
	return recv(socket->fd, buffer, size, 0);
}

int mnl_socket_close(struct mnl_socket *socket)
{
	kernel_closed(socket);
	close(socket->fd);
	close(socket->kernel);
	free(socket);
	return 0;
}

void socket_deliver(struct mnl_socket *socket, const void *data, size_t size)
{
	ssize_t sent = send(socket->kernel, data, size, 0);

	/* A datagram that does not fit into the socket is lost, as with netlink. */
	fuzz_assert(sent == (ssize_t)size || (sent < 0 && errno == EAGAIN));
}
