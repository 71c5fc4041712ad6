/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module, as far as the helper knows of it: containers that are but names, and the relay.
 */
#ifndef BGTASK_FUZZ_KERNEL_H
#define BGTASK_FUZZ_KERNEL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Who calls, as only the kernel knows. */
struct caller {
	uint32_t peer;
	uint32_t pid;
	uint32_t container;	/* or 0 */
	bool admin;
};

/* Forgets all containers. */
void kernel_reset(void);

/* The number of a container, or 0. */
uint32_t kernel_container(const char *name);

/* Relays a call, and says whether it was answered: once, after @run has let the helper act. */
bool kernel_call(const struct caller *caller, uint32_t command, const void *payload, size_t size,
		 void (*run)(void));

/* Tells the helper that a socket that has called was closed. */
void kernel_peer_gone(uint32_t peer);

/* Says that a container is throttled. */
void kernel_throttled(uint32_t container);

/* Somebody deletes a container, or a member of one. */
void kernel_delete(uint32_t container);
void kernel_member_gone(uint32_t container);

/* Refuses the request about containers that comes after @others more; none if negative. */
void kernel_refuse(int others);

/* The fuzzer's: everything in an app's container was killed, and a socket is told something. */
void kernel_killed(const char *container);
void kernel_told(uint32_t peer, uint32_t command, const struct nlattr *payload);

#endif
