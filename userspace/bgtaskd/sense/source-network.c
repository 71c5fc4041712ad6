// SPDX-License-Identifier: GPL-2.0
/*
 * The source of internet-available, -not-available and network-state-change. Messages of rtnetlink
 * only say when to look: links and routes are then read anew. The kernel drops IPv4 routes with
 * their link, address or next hop without saying so, and may lose messages; what is read is right
 * in either case.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "route.h"
#include "source-internal.h"

/* A burst of messages, however long it lasts, is looked at after this time, us. */
#define BURST_USEC	(1000 * UINT64_C(1000))
/* How many messages are taken before the event loop gets to do something else. */
#define MESSAGES_MAX	64

struct source {
	struct source_sink sink;
	sd_event *event;
	struct mnl_socket *socket;
	sd_event_source *io, *timer;
	uint64_t burst_end;	/* CLOCK_MONOTONIC us; 0 if there is no burst */
	struct routes now;
};

/* The messages have ceased, or have gone on for long enough. */
static int on_settled(sd_event_source *timer, uint64_t usec, void *data)
{
	struct source *source = data;
	const struct source_sink *sink = &source->sink;
	struct routes old = source->now, new;
	bool available;
	char text[128];
	int error;

	(void)usec;
	source->burst_end = 0;
	error = routes_read(&new);
	if (error) {
		snprintf(text, sizeof(text), "cannot read the routes, trying again: %s",
			 strerror(-error));
		sink->note(sink->data, text);
		return source_timer_arm(timer, BURST_USEC);
	}
	source->now = new;
	available = new.nr_routes;
	if (available != !!old.nr_routes) {
		sink->condition(sink->data, BGTASK_CONDITION_INTERNET_AVAILABLE, available);
		sink->fire(sink->data, available ? BGTASK_TRIGGER_INTERNET_AVAILABLE :
						   BGTASK_TRIGGER_INTERNET_NOT_AVAILABLE, "");
	}
	if (!routes_same(&old, &new))
		sink->fire(sink->data, BGTASK_TRIGGER_NETWORK_STATE_CHANGE, "");
	routes_free(&old);
	return 0;
}

static int settle(struct source *source)
{
	uint64_t now, left;
	int error = sd_event_now(source->event, CLOCK_MONOTONIC, &now);

	if (error < 0)
		return error;
	if (!source->burst_end)
		source->burst_end = now + BURST_USEC;
	left = source->burst_end > now ? source->burst_end - now : 0;
	return source_timer_arm(source->timer, left < SETTLE_USEC ? left : SETTLE_USEC);
}

/* Whether a message can have to do with default routes. */
static bool matters(const struct nlmsghdr *message, ssize_t size)
{
	if (!mnl_nlmsg_ok(message, (int)size))
		return true;
	switch (message->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return route_is_default(message);
	default:
		return true;
	}
}

static int on_message(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct source *source = data;
	_Alignas(struct nlmsghdr) char buffer[ROUTE_MESSAGE_MAX];
	bool changed = false;
	ssize_t size;

	(void)io;
	(void)fd;
	(void)events;
	for (int i = 0; i < MESSAGES_MAX; i++) {
		size = mnl_socket_recvfrom(source->socket, buffer, sizeof(buffer));
		if (size < 0 && errno == EAGAIN)
			break;
		if (size < 0 && errno == EINTR)
			continue;
		/* ENOBUFS: messages were lost; ENOSPC: a message was too long. */
		if (size < 0 && errno != ENOBUFS && errno != ENOSPC)
			return -errno;
		if (size < 0 || matters((const struct nlmsghdr *)buffer, size))
			changed = true;
	}
	return changed ? settle(source) : 0;
}

static void network_stop(struct source *source)
{
	if (!source)
		return;
	sd_event_source_disable_unref(source->io);
	sd_event_source_disable_unref(source->timer);
	if (source->socket)
		mnl_socket_close(source->socket);
	sd_event_unref(source->event);
	routes_free(&source->now);
	free(source);
}

static int network_start(struct source **result, sd_event *event, const struct source_sink *sink)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV4_ROUTE,
				      RTNLGRP_IPV6_ROUTE, RTNLGRP_NEXTHOP };
	struct source *source = calloc(1, sizeof(*source));
	int error;

	if (!source)
		return -ENOMEM;
	source->sink = *sink;
	source->event = sd_event_ref(event);
	source->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!source->socket || mnl_socket_bind(source->socket, 0, MNL_SOCKET_AUTOPID)) {
		error = -errno;
		goto fail;
	}
	for (size_t i = 0; i < MNL_ARRAY_SIZE(groups); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(source->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group))) {
			error = -errno;
			goto fail;
		}
	}
	error = sd_event_add_io(event, &source->io, mnl_socket_get_fd(source->socket), EPOLLIN,
				on_message, source);
	if (error < 0)
		goto fail;
	error = sd_event_add_time_relative(event, &source->timer, CLOCK_MONOTONIC, 0,
					   SETTLE_ACCURACY, on_settled, source);
	if (error < 0)
		goto fail;
	error = sd_event_source_set_enabled(source->timer, SD_EVENT_OFF);
	if (error < 0)
		goto fail;

	/* Read only when messages are listened to, so that no change is missed. */
	error = routes_read(&source->now);
	if (error)
		goto fail_unread;
	sink->condition(sink->data, BGTASK_CONDITION_INTERNET_AVAILABLE, source->now.nr_routes);
	*result = source;
	return 0;

fail_unread:
	source->now = (struct routes){ NULL };
fail:
	network_stop(source);
	return error;
}

const struct source_type source_network = {
	.name = "network",
	.start = network_start,
	.stop = network_stop,
};
