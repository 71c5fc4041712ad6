/* SPDX-License-Identifier: GPL-2.0 */
/* Containers, by the library; what goes wrong ends the test. */
#ifndef BGTASK_TEST_CONTAINER_H
#define BGTASK_TEST_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/* A connection that listens for events. */
struct bgt *container_connect(void);

/* A container with a name of its own. */
uint32_t container_new(struct bgt *bgt, uint64_t quota, uint64_t period);
void container_delete(struct bgt *bgt, uint32_t id);
void container_set_quota(struct bgt *bgt, uint32_t id, uint64_t quota);
void container_set_period(struct bgt *bgt, uint32_t id, uint64_t period);
void container_set_budget(struct bgt *bgt, uint32_t id, uint64_t quota, uint64_t period);
void container_set_exempt(struct bgt *bgt, uint32_t id, bool exempt);

/* What is known of a container; valid until the next call. */
const struct bgt_container *container_look(struct bgt *bgt, uint32_t id);

/* The same for a member. */
const struct bgt_member *member_look(struct bgt *bgt, uint32_t id);

uint32_t member_add(struct bgt *bgt, uint32_t container, enum bgt_role role, const char *cgroup);
void member_delete(struct bgt *bgt, uint32_t id);
void member_hold(struct bgt *bgt, uint32_t id, bool held);

/*
 * The next event of a container, or of a member, for which others are skipped; NULL if the deadline
 * passes. Valid until the next call.
 */
const struct bgt_event *event_wait(struct bgt *bgt, enum bgt_event_type type, uint32_t id);
const struct bgt_event *event_wait_until(struct bgt *bgt, enum bgt_event_type type, uint32_t id,
					 uint64_t end);

/* Leaves out all that has been sent so far. */
void event_drain(struct bgt *bgt);

/*
 * Reads usage_usec of a cgroup and usage of a container at the same time: when they did not change
 * between two looks.
 */
struct usage {
	uint64_t cgroup;	/* us */
	uint64_t container;	/* ns */
};

struct usage usage_read(struct bgt *bgt, uint32_t id, const char *cgroup);
/* Of two containers, what they have together. */
struct usage usage_read_both(struct bgt *bgt, uint32_t one, uint32_t other, const char *cgroup);
/*
 * Waits until the two agree, for cgroups that have come, and perhaps gone, below a member: the
 * module takes note of a new cgroup a little later, and of one that was removed before that when
 * the kernel frees it.
 */
struct usage usage_settled(struct bgt *bgt, uint32_t id, const char *cgroup);

/* Waits until a container was charged more than @least: a CPU that was held up charges late. */
bool container_is_charged(struct bgt *bgt, uint32_t id, uint64_t least);
/* Leaves a container 20 ms more of its budget, and waits until a member stands still. */
void container_throttle(struct bgt *bgt, uint32_t id, const char *cgroup);

/*
 * Keeps a container as long as tests run. When the first container comes and the last one goes, the
 * module changes the kernel's code, and emulators are known to run the code that was there before.
 */
void container_keep(void);
void container_keep_no_more(void);

/* Deletes all containers that container_new() made, in whatever process. */
void container_delete_all(void);

#endif
