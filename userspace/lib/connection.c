// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Opens and closes a connection: looks up the module's generic netlink family, keeps the text of
 * the last error, and makes the descriptor that bgt_fd() returns.
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

#include "instance.h"
#include "mutex.h"
#include "pending.h"
#include "renewal.h"
#include "request.h"

static const char no_module[] = "the bgtask module is not loaded (try: modprobe bgtask)";

const char *bgt_strerror(int error)
{
	const char *text;

	/* The least integer has no positive. */
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

/* Finds the number of one multicast group in what the controller tells about the family. */
static void parse_group(const struct nlattr *group, struct bgt *bgt)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_MCAST_GRP_NAME:
			name = bgt_get_string(attr);
			break;
		case CTRL_ATTR_MCAST_GRP_ID:
			bgt_get_u32(attr, &id);
			break;
		}
	}
	if (name && !strcmp(name, BGTASK_MCGRP_CONTAINER))
		bgt->group = id;
}

static int parse_family(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr, *group;
	struct bgt *bgt = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) == 0)
				bgt->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr) {
				parse_group(group, bgt);
			}
			break;
		}
	}
	return 0;
}

/* Asking for the family by its name also makes the kernel look for the module. */
static int resolve_family(struct bgt *bgt)
{
	struct bgt_request request;
	int error;

	bgt_request_init(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	bgt_put_string(&request, CTRL_ATTR_FAMILY_NAME, BGTASK_GENL_NAME);
	error = bgt_exchange(bgt, &request, parse_family, bgt);
	if (error)
		return error;
	return bgt->family ? 0 : -EPROTO;
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

int bgt_fd(const struct bgt *bgt)
{
	return bgt->poll >= 0 ? bgt->poll : -ENOTCONN;
}

int bgt_keep_on_exec(struct bgt *bgt, bool keep)
{
	if (fcntl(mnl_socket_get_fd(bgt->requests), F_SETFD, keep ? 0 : FD_CLOEXEC))
		return bgt_fail(bgt, -errno, NULL);
	return 0;
}

int bgt_open(struct bgt **result)
{
	struct bgt *bgt;
	int error;

	*result = NULL;
	bgt = calloc(1, sizeof(*bgt));
	if (!bgt)
		return -ENOMEM;

	bgt->poll = -1;
	bgt->raised = -1;
	error = bgt_socket_open(&bgt->requests, 0);
	if (!error)
		error = resolve_family(bgt);
	if (error) {
		bgt_close(bgt);
		return error;
	}
	*result = bgt;
	return 0;
}

void bgt_close(struct bgt *bgt)
{
	if (!bgt)
		return;
	if (bgt->events)
		mnl_socket_close(bgt->events);
	if (bgt->requests)
		mnl_socket_close(bgt->requests);
	bgt_pending_forget_all(bgt);
	if (bgt->raised >= 0)
		close(bgt->raised);
	if (bgt->poll >= 0)
		close(bgt->poll);
	bgt_mutex_forget_all(bgt);
	bgt_renewal_free(bgt->renewal);
	bgt_completion_free(bgt->completion);
	free(bgt->activations);
	bgt_container_free(bgt->event_container);
	bgt_member_free(bgt->event_member);
	bgt_instance_free(bgt->event_instance);
	bgt_app_free(bgt->event_app);
	bgt_task_free(bgt->event_task);
	free(bgt);
}
