// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of rtnetlink only say when to look: links and routes are then read anew. The kernel
 * drops IPv4 routes with their link without saying so, and may lose messages; what is read is right
 * in either case.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source-internal.h"

/* However long a burst of messages lasts, this is when its effects are looked at. */
#define BURST_USEC	(1000 * UINT64_C(1000))
/* So often is reading tried again at once if the kernel's tables change meanwhile. */
#define READ_TRIES	3
/* So many messages are taken before the loop gets to do something else. */
#define MESSAGES_MAX	64
/* What the kernel puts into one datagram at most. */
#define BUFFER_SIZE	32768

/* A default route. It has no padding, to be compared as bytes. */
struct route {
	uint16_t family;
	uint16_t gateway_family;
	uint32_t link;
	uint8_t gateway[16];
};

/* The links that are up, and the default routes over them, in order. */
struct snapshot {
	uint32_t *links;
	size_t link_count;
	struct route *routes;
	size_t route_count;
	uint16_t family;	/* whose routes are being read */
};

struct source {
	struct source_sink sink;
	sd_event *event;
	struct mnl_socket *socket;
	sd_event_source *io, *timer;
	uint64_t burst_end;	/* or 0, out of a burst */
	struct snapshot now;
};

static void snapshot_free(struct snapshot *snapshot)
{
	free(snapshot->links);
	free(snapshot->routes);
}

static bool link_is_up(const struct snapshot *snapshot, uint32_t link)
{
	for (size_t i = 0; i < snapshot->link_count; i++)
		if (snapshot->links[i] == link)
			return true;
	return false;
}

static int take_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct snapshot *snapshot = data;
	const struct nlattr *attr;
	uint8_t state = IF_OPER_UNKNOWN;
	uint32_t *links;

	if (message->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*info))
		return MNL_CB_OK;
	if (!(info->ifi_flags & IFF_UP) || !(info->ifi_flags & IFF_LOWER_UP) ||
	    info->ifi_flags & IFF_LOOPBACK)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, message, sizeof(*info))
		if (mnl_attr_get_type(attr) == IFLA_OPERSTATE &&
		    !mnl_attr_validate(attr, MNL_TYPE_U8))
			state = mnl_attr_get_u8(attr);
	if (state != IF_OPER_UP && state != IF_OPER_UNKNOWN)
		return MNL_CB_OK;

	links = reallocarray(snapshot->links, snapshot->link_count + 1, sizeof(*links));
	if (!links)
		return MNL_CB_ERROR;
	links[snapshot->link_count++] = (uint32_t)info->ifi_index;
	snapshot->links = links;
	return MNL_CB_OK;
}

/* What an attribute says of a way, be it that of the whole route or one of several. */
static void take_way(struct route *route, const struct nlattr *attr)
{
	const void *payload = mnl_attr_get_payload(attr);
	size_t size = mnl_attr_get_payload_len(attr);
	const struct rtvia *via = payload;

	switch (mnl_attr_get_type(attr)) {
	case RTA_OIF:
		if (size == sizeof(route->link))
			memcpy(&route->link, payload, size);
		break;
	case RTA_GATEWAY:
		if (size > sizeof(route->gateway))
			break;
		route->gateway_family = route->family;
		memcpy(route->gateway, payload, size);
		break;
	case RTA_VIA:
		if (size < sizeof(*via) || size - sizeof(*via) > sizeof(route->gateway))
			break;
		route->gateway_family = via->rtvia_family;
		memcpy(route->gateway, via->rtvia_addr, size - sizeof(*via));
		break;
	default:
		break;
	}
}

/* Keeps a route if its link is up. */
static int add_route(struct snapshot *snapshot, const struct route *route)
{
	struct route *routes;

	if (!link_is_up(snapshot, route->link))
		return MNL_CB_OK;
	routes = reallocarray(snapshot->routes, snapshot->route_count + 1, sizeof(*routes));
	if (!routes)
		return MNL_CB_ERROR;
	routes[snapshot->route_count++] = *route;
	snapshot->routes = routes;
	return MNL_CB_OK;
}

/* The ways of a route that has several. */
static int take_ways(struct snapshot *snapshot, const struct nlattr *ways)
{
	const struct rtnexthop *way = mnl_attr_get_payload(ways);
	int left = mnl_attr_get_payload_len(ways);
	int result = MNL_CB_OK;

	while (left >= (int)sizeof(*way) && RTNH_OK(way, left) && result == MNL_CB_OK) {
		struct route route = { .family = snapshot->family,
				       .link = (uint32_t)way->rtnh_ifindex };
		const char *end = (const char *)way + way->rtnh_len;
		const struct nlattr *attr = (const void *)(way + 1);

		while (mnl_attr_ok(attr, (int)(end - (const char *)attr))) {
			take_way(&route, attr);
			attr = mnl_attr_next(attr);
		}
		if (!(way->rtnh_flags & RTNH_F_DEAD))
			result = add_route(snapshot, &route);
		left -= RTNH_ALIGN(way->rtnh_len);
		way = RTNH_NEXT(way);
	}
	return result;
}

/* Whether a route is of the kind that leads to the internet. */
static bool is_default(const struct nlmsghdr *message)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);

	return mnl_nlmsg_get_payload_len(message) >= sizeof(*info) && !info->rtm_dst_len &&
	       info->rtm_type == RTN_UNICAST && info->rtm_table == RT_TABLE_MAIN &&
	       !(info->rtm_flags & RTM_F_CLONED) &&
	       (info->rtm_family == AF_INET || info->rtm_family == AF_INET6);
}

static int take_route(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *info = mnl_nlmsg_get_payload(message);
	struct snapshot *snapshot = data;
	struct route route = { .family = snapshot->family };
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWROUTE || !is_default(message) ||
	    info->rtm_family != snapshot->family)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			return take_ways(snapshot, attr);
		take_way(&route, attr);
	}
	return info->rtm_flags & RTNH_F_DEAD ? MNL_CB_OK : add_route(snapshot, &route);
}

static int dump(struct mnl_socket *socket, uint16_t type, struct snapshot *snapshot)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;
	unsigned int sequence = type + snapshot->family;
	ssize_t size;
	int result;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = sequence;
	if (type == RTM_GETLINK) {
		mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	} else {
		/* Newer kernels look no further than this; a router's table is long. */
		route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
		route->rtm_family = (uint8_t)snapshot->family;
		route->rtm_table = RT_TABLE_MAIN;
		route->rtm_type = RTN_UNICAST;
	}
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		size = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (size < 0)
			return -errno;
		result = mnl_cb_run(buffer, (size_t)size, sequence, mnl_socket_get_portid(socket),
				    type == RTM_GETLINK ? take_link : take_route, snapshot);
	} while (result > MNL_CB_STOP);
	return result < 0 ? -errno : 0;
}

static int compare_routes(const void *first, const void *second)
{
	return memcmp(first, second, sizeof(struct route));
}

/* Routes that differ in nothing but their metric are one. */
static void sort_routes(struct snapshot *snapshot)
{
	struct route *routes = snapshot->routes;
	size_t kept = 1;

	if (!snapshot->route_count)
		return;
	qsort(routes, snapshot->route_count, sizeof(*routes), compare_routes);
	for (size_t i = 1; i < snapshot->route_count; i++)
		if (compare_routes(&routes[i], &routes[kept - 1]))
			routes[kept++] = routes[i];
	snapshot->route_count = kept;
}

static int read_once(struct snapshot *snapshot)
{
	static const uint16_t families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *socket;
	int error, on = 1;

	*snapshot = (struct snapshot){ NULL };
	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID)) {
		error = -errno;
		goto out;
	}
	(void)mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));

	error = dump(socket, RTM_GETLINK, snapshot);
	for (size_t i = 0; i < MNL_ARRAY_SIZE(families) && !error; i++) {
		snapshot->family = families[i];
		error = dump(socket, RTM_GETROUTE, snapshot);
		/* A table without routes may not be there at all, nor may IPv6. */
		if (error == -ENOENT || error == -EOPNOTSUPP || error == -EAFNOSUPPORT)
			error = 0;
	}
	if (!error)
		sort_routes(snapshot);
out:
	mnl_socket_close(socket);
	if (error)
		snapshot_free(snapshot);
	return error;
}

static int snapshot_read(struct snapshot *snapshot)
{
	int error = -EINTR;

	for (int i = 0; i < READ_TRIES && error == -EINTR; i++)
		error = read_once(snapshot);
	return error;
}

static bool same_routes(const struct snapshot *first, const struct snapshot *second)
{
	return first->route_count == second->route_count &&
	       (!first->route_count || !memcmp(first->routes, second->routes,
					       first->route_count * sizeof(*first->routes)));
}

/* The messages have ceased, or have gone on for long enough. */
static int on_settled(sd_event_source *timer, uint64_t usec, void *data)
{
	struct source *source = data;
	const struct source_sink *sink = &source->sink;
	struct snapshot old = source->now, new;
	bool available;
	char text[128];
	int error;

	(void)usec;
	source->burst_end = 0;
	error = snapshot_read(&new);
	if (error) {
		snprintf(text, sizeof(text), "cannot read the routes, trying again: %s",
			 strerror(-error));
		sink->note(sink->data, text);
		return source_timer_arm(timer, BURST_USEC);
	}
	source->now = new;
	available = new.route_count;
	if (available != !!old.route_count) {
		sink->condition(sink->data, BGTASK_CONDITION_INTERNET_AVAILABLE, available);
		sink->fire(sink->data, available ? BGTASK_TRIGGER_INTERNET_AVAILABLE :
						   BGTASK_TRIGGER_INTERNET_NOT_AVAILABLE, "");
	}
	if (!same_routes(&old, &new))
		sink->fire(sink->data, BGTASK_TRIGGER_NETWORK_STATE_CHANGE, "");
	snapshot_free(&old);
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
		return is_default(message);
	default:
		return true;
	}
}

static int on_message(sd_event_source *io, int fd, uint32_t events, void *data)
{
	struct source *source = data;
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
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
		/* Messages were lost, or one was too long. */
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
	snapshot_free(&source->now);
	free(source);
}

static int network_start(struct source **result, sd_event *event, const struct source_sink *sink)
{
	static const int groups[] = { RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE };
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

	/* Read after messages are listened to, so that nothing is missed between. */
	error = snapshot_read(&source->now);
	if (error)
		goto fail_unread;
	sink->condition(sink->data, BGTASK_CONDITION_INTERNET_AVAILABLE, source->now.route_count);
	*result = source;
	return 0;

fail_unread:
	source->now = (struct snapshot){ NULL };
fail:
	network_stop(source);
	return error;
}

const struct source_type source_network = {
	.name = "network",
	.start = network_start,
	.stop = network_stop,
};
