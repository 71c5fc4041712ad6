// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The parts of a connection: its sockets, the text of the last error, and the epoll descriptor that
 * users wait for events with.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "request.h"

static const char no_module[] = "the bgtask module is not loaded (try: modprobe bgtask)";

const char *bgt_strerror(int error)
{
	const char *text;

	/* -INT_MIN is no int. */
	if (error < 0 && error != INT_MIN)
		error = -error;
	if (error == EPROTONOSUPPORT)
		return no_module;
	if (error == EPROTO)
		return "the bgtask module sent an answer that cannot be understood";
	if (error == ENOBUFS)
		return "events were lost";

	text = strerrordesc_np(error);
	return text ? text : "unknown error";
}

const char *bgt_error(const struct bgt *bgt)
{
	return bgt->error;
}

int bgt_fail(struct bgt *bgt, int error, const char *format, ...)
{
	va_list args;

	if (!format) {
		snprintf(bgt->error, sizeof(bgt->error), "%s", bgt_strerror(error));
		return error;
	}

	va_start(args, format);
	vsnprintf(bgt->error, sizeof(bgt->error), format, args);
	va_end(args);
	return error;
}

int bgt_socket_open(struct mnl_socket **result, int flags)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	struct mnl_socket *socket;
	int error, on = 1;

	socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | flags);
	if (!socket)
		return -errno;

	for (size_t i = 0; i < MNL_ARRAY_SIZE(options); i++)
		if (mnl_socket_setsockopt(socket, options[i], &on, sizeof(on)))
			goto fail;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID))
		goto fail;

	*result = socket;
	return 0;

fail:
	error = -errno;
	mnl_socket_close(socket);
	return error;
}

ssize_t bgt_socket_receive(const struct mnl_socket *socket, void *buffer, size_t size, int flags)
{
	struct sockaddr_nl sender = { .nl_pid = 0 };
	socklen_t length = sizeof(sender);
	ssize_t received;

	do
		received = recvfrom(mnl_socket_get_fd(socket), buffer, size, flags | MSG_TRUNC,
				    (struct sockaddr *)&sender, &length);
	while (received < 0 ? errno == EINTR : sender.nl_pid);
	if (received > (ssize_t)size) {
		errno = ENOSPC;
		return -1;
	}
	return received;
}

int bgt_poll(struct bgt *bgt, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (bgt->poll < 0)
		bgt->poll = epoll_create1(EPOLL_CLOEXEC);
	if (bgt->poll < 0 || epoll_ctl(bgt->poll, EPOLL_CTL_ADD, fd, &event))
		return bgt_fail(bgt, -errno, NULL);
	return 0;
}
