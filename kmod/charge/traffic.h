/* SPDX-License-Identifier: GPL-2.0 */
/* Traffic: what a container's sockets send and receive. */
#ifndef _BGTASK_TRAFFIC_H
#define _BGTASK_TRAFFIC_H

#include <linux/types.h>
#include <linux/u64_stats_sync.h>

struct bgt_container;

/* The kinds of traffic that are counted separately; local is what goes over the loopback device. */
enum bgt_traffic_kind {
	BGT_TRAFFIC_RECEIVED,
	BGT_TRAFFIC_SENT,
	BGT_TRAFFIC_LOCAL,
	BGT_TRAFFIC_KINDS
};

/**
 * struct bgt_traffic - what one CPU has counted of a container's traffic
 * @bytes: bytes of IP packets, with their headers
 * @sync: lets readers see whole values of @bytes on 32-bit machines
 */
struct bgt_traffic {
	u64_stats_t bytes[BGT_TRAFFIC_KINDS];
	struct u64_stats_sync sync;
};

int bgt_traffic_get(void);
void bgt_traffic_put(void);
int bgt_traffic_prepare(struct bgt_container *container);
void bgt_traffic_sum(struct bgt_container *container, u64 bytes[BGT_TRAFFIC_KINDS]);

#endif /* _BGTASK_TRAFFIC_H */
