/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on cgroups of cgroup2, which are given by descriptors of their directories. */
#ifndef BGTASK_CGROUP_H
#define BGTASK_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Finds where cgroup2 is mounted. Returns -ENOENT if it is not mounted, -ENAMETOOLONG if the buffer
 * is too small, or another negative errno.
 */
int cgroup_mount(char *path, size_t size);

/* Whether all processes of a cgroup are frozen. */
bool cgroup_is_frozen(int directory);

/* Kills all processes in a cgroup and in the cgroups below it, frozen or not. */
int cgroup_kill(int directory);

/* Waits until a cgroup has no processes. Returns -ETIMEDOUT if this takes too long. */
int cgroup_wait_empty(int directory, int timeout_ms);

/*
 * Removes a cgroup and all cgroups below it, which must be empty. Returns 0 if it does not exist.
 */
int cgroup_remove(int parent, const char *name);

#endif
