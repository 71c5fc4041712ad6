/* SPDX-License-Identifier: GPL-2.0 */
/* The module as the helper sees it: containers, which have nothing but names, and the relay. */
#ifndef BGTASK_FUZZ_KERNEL_H
#define BGTASK_FUZZ_KERNEL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the kernel knows of a caller. */
struct caller {
	uint32_t peer;
	uint32_t pid;
	uint32_t container;	/* 0 if the caller is in none */
	bool admin;
};

/* Forgets all containers. */
void kernel_reset(void);

/* Returns the number of a container, or 0. */
uint32_t kernel_container(const char *name);

/*
 * Relays a call, calls @run, in which the helper acts, and returns whether the call was answered
 * once.
 */
bool kernel_call(const struct caller *caller, uint32_t command, const void *payload, size_t size,
		 void (*run)(void));

/* Tells the helper that a socket from which calls came was closed. */
void kernel_peer_gone(uint32_t peer);

/* Sends the event that a container is throttled. */
void kernel_throttled(uint32_t container);

/* Delete a container or a member of a container, as another program would. */
void kernel_delete(uint32_t container);
void kernel_member_gone(uint32_t container);

/*
 * Refuses one request about containers, after @others more requests; none if @others is negative.
 */
void kernel_refuse(int others);

/*
 * Implemented by the fuzzer: all processes in an app's container were killed; a socket got a
 * message from the helper.
 */
void kernel_killed(const char *container);
void kernel_told(uint32_t peer, uint32_t command, const struct nlattr *payload);

#endif
