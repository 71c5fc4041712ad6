/* SPDX-License-Identifier: GPL-2.0 */
/* Containers, by the library; each failure ends the test. */
#ifndef BGTASK_TEST_CONTAINER_H
#define BGTASK_TEST_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/* A connection that gets events. */
struct bgt *container_connect(void);

/* Makes a container with a unique name. */
uint32_t container_new(struct bgt *bgt, uint64_t quota, uint64_t period);
void container_delete(struct bgt *bgt, uint32_t id);
void container_set_quota(struct bgt *bgt, uint32_t id, uint64_t quota);
void container_set_period(struct bgt *bgt, uint32_t id, uint64_t period);
void container_set_budget(struct bgt *bgt, uint32_t id, uint64_t quota, uint64_t period);
void container_set_exempt(struct bgt *bgt, uint32_t id, bool exempt);

/* The state of a container; valid until the next call. */
const struct bgt_container *container_look(struct bgt *bgt, uint32_t id);

/* The state of a member; valid until the next call. */
const struct bgt_member *member_look(struct bgt *bgt, uint32_t id);

uint32_t member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, const char *cgroup);
void member_delete(struct bgt *bgt, uint32_t id);
void member_hold(struct bgt *bgt, uint32_t id, bool held);

/*
 * The next event of this type about a container or member; skips other events. NULL if the deadline
 * passes. Valid until the next call.
 */
const struct bgt_event *event_wait(struct bgt *bgt, enum bgt_event_type type, uint32_t id);
const struct bgt_event *event_wait_until(struct bgt *bgt, enum bgt_event_type type, uint32_t id,
					 uint64_t end);

/* Skips all events that have come so far. */
void event_drain(struct bgt *bgt);

/*
 * The usage of a cgroup and of a container at the same moment: both did not change between two
 * looks.
 */
struct usage {
	uint64_t cgroup;	/* us */
	uint64_t container;	/* ns */
};

struct usage usage_read(struct bgt *bgt, uint32_t id, const char *cgroup);
/* Reads the usage of two containers together. */
struct usage usage_read_both(struct bgt *bgt, uint32_t one, uint32_t other, const char *cgroup);
/*
 * Waits until the usages agree, for cgroups that have come, and perhaps gone, below a member: the
 * module notices a new cgroup a little later, and one that was removed before that when the kernel
 * frees it.
 */
struct usage usage_settled(struct bgt *bgt, uint32_t id, const char *cgroup);

/*
 * Waits until a container was charged more than @least, since a CPU that was held up charges late.
 */
bool container_is_charged(struct bgt *bgt, uint32_t id, uint64_t least);
/* Leaves a container 20 ms of its budget, and waits until a member stands still. */
void container_throttle(struct bgt *bgt, uint32_t id, const char *cgroup);

/*
 * Keeps a container as long as tests run. The module changes the kernel's code when the first
 * container is made and the last one is deleted, and emulators are known to run the old code for a
 * while.
 */
void container_keep(void);
void container_keep_no_more(void);

/* Deletes all containers that container_new() has made, in any process of the test. */
void container_delete_all(void);

#endif
