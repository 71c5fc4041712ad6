/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Default routes over links that are up, as rtnetlink reports them.
 */
#ifndef BGTASKD_ROUTE_H
#define BGTASKD_ROUTE_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that the kernel puts into one datagram at most. */
#define ROUTE_MESSAGE_MAX	32768

/* A default route. The structure has no padding, so that routes can be compared as bytes. */
struct route {
	uint16_t family;
	uint16_t gateway_family;
	uint32_t link;
	uint8_t gateway[16];
};

/* The links that are up, and the default routes over them, sorted. */
struct routes {
	uint32_t *links;
	size_t nr_links;
	struct route *all;
	size_t nr_routes;
	uint16_t family;	/* whose routes are being read; AF_* */
};

/*
 * routes_read() reads links and routes, and returns 0 or a negative errno; routes_free() frees what
 * was read.
 */
int routes_read(struct routes *routes);
void routes_free(struct routes *routes);

bool routes_same(const struct routes *first, const struct routes *second);

/*
 * Whether a message is about a route that leads to the internet: a unicast default route of the
 * main table.
 */
bool route_is_default(const struct nlmsghdr *message);

#endif
