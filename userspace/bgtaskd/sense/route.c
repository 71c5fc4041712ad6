// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the links that are up and the default routes over them, by dumps of rtnetlink. A dump is
 * made again if the kernel's tables changed meanwhile.
 */
#include "route.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

/* How often reading is tried in a row while the kernel's tables change meanwhile. */
#define READ_TRIES	3

void routes_free(struct routes *routes)
{
	free(routes->links);
	free(routes->all);
}

static bool link_is_up(const struct routes *routes, uint32_t link)
{
	for (size_t i = 0; i < routes->nr_links; i++)
		if (routes->links[i] == link)
			return true;
	return false;
}

static int take_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct routes *routes = data;
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

	links = reallocarray(routes->links, routes->nr_links + 1, sizeof(*links));
	if (!links)
		return MNL_CB_ERROR;
	links[routes->nr_links++] = (uint32_t)info->ifi_index;
	routes->links = links;
	return MNL_CB_OK;
}

/* Reads an attribute of a way (next hop), which is the only one of a route or one of several. */
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
static int add_route(struct routes *routes, const struct route *route)
{
	struct route *larger;

	if (!link_is_up(routes, route->link))
		return MNL_CB_OK;
	larger = reallocarray(routes->all, routes->nr_routes + 1, sizeof(*larger));
	if (!larger)
		return MNL_CB_ERROR;
	larger[routes->nr_routes++] = *route;
	routes->all = larger;
	return MNL_CB_OK;
}

/* Reads the ways of a route that has several. */
static int take_ways(struct routes *routes, const struct nlattr *ways)
{
	const struct rtnexthop *way = mnl_attr_get_payload(ways);
	int left = mnl_attr_get_payload_len(ways);
	int result = MNL_CB_OK;

	while (left >= (int)sizeof(*way) && RTNH_OK(way, left) && result == MNL_CB_OK) {
		struct route route = { .family = routes->family,
				       .link = (uint32_t)way->rtnh_ifindex };
		const char *end = (const char *)way + way->rtnh_len;
		const struct nlattr *attr = (const void *)(way + 1);

		while (mnl_attr_ok(attr, (int)(end - (const char *)attr))) {
			take_way(&route, attr);
			attr = mnl_attr_next(attr);
		}
		if (!(way->rtnh_flags & RTNH_F_DEAD))
			result = add_route(routes, &route);
		left -= RTNH_ALIGN(way->rtnh_len);
		way = RTNH_NEXT(way);
	}
	return result;
}

bool route_is_default(const struct nlmsghdr *message)
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
	struct routes *routes = data;
	struct route route = { .family = routes->family };
	const struct nlattr *attr;

	if (message->nlmsg_type != RTM_NEWROUTE || !route_is_default(message) ||
	    info->rtm_family != routes->family)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, message, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			return take_ways(routes, attr);
		take_way(&route, attr);
	}
	return info->rtm_flags & RTNH_F_DEAD ? MNL_CB_OK : add_route(routes, &route);
}

static int dump(struct mnl_socket *socket, uint16_t type, struct routes *routes)
{
	_Alignas(struct nlmsghdr) char buffer[ROUTE_MESSAGE_MAX];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route;
	unsigned int sequence = type + routes->family;
	ssize_t size;
	int result;

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	message->nlmsg_seq = sequence;
	if (type == RTM_GETLINK) {
		mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	} else {
		/* Newer kernels dump only what has these values; a router's table is long. */
		route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
		route->rtm_family = (uint8_t)routes->family;
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
				    type == RTM_GETLINK ? take_link : take_route, routes);
	} while (result > MNL_CB_STOP);
	return result < 0 ? -errno : 0;
}

static int compare_routes(const void *first, const void *second)
{
	return memcmp(first, second, sizeof(struct route));
}

/* Sorts the routes, and keeps one of those that differ in nothing but their metric. */
static void sort_routes(struct routes *routes)
{
	struct route *all = routes->all;
	size_t kept = 1;

	if (!routes->nr_routes)
		return;
	qsort(all, routes->nr_routes, sizeof(*all), compare_routes);
	for (size_t i = 1; i < routes->nr_routes; i++)
		if (compare_routes(&all[i], &all[kept - 1]))
			all[kept++] = all[i];
	routes->nr_routes = kept;
}

static int read_once(struct routes *routes)
{
	static const uint16_t families[] = { AF_INET, AF_INET6 };
	struct mnl_socket *socket;
	int error, on = 1;

	*routes = (struct routes){ NULL };
	socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID)) {
		error = -errno;
		goto out;
	}
	(void)mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &on, sizeof(on));

	error = dump(socket, RTM_GETLINK, routes);
	for (size_t i = 0; i < MNL_ARRAY_SIZE(families) && !error; i++) {
		routes->family = families[i];
		error = dump(socket, RTM_GETROUTE, routes);
		/* A table without routes may not exist, and neither may IPv6. */
		if (error == -ENOENT || error == -EOPNOTSUPP || error == -EAFNOSUPPORT)
			error = 0;
	}
	if (!error)
		sort_routes(routes);
out:
	mnl_socket_close(socket);
	if (error)
		routes_free(routes);
	return error;
}

int routes_read(struct routes *routes)
{
	int error = -EINTR;

	for (int i = 0; i < READ_TRIES && error == -EINTR; i++)
		error = read_once(routes);
	return error;
}

bool routes_same(const struct routes *first, const struct routes *second)
{
	return first->nr_routes == second->nr_routes &&
	       (!first->nr_routes || !memcmp(first->all, second->all,
					       first->nr_routes * sizeof(*first->all)));
}
