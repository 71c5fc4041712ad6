/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cgroups of the cgroup2 file system, by the descriptors of their directories.
 */
#ifndef BGTASK_CGROUP_H
#define BGTASK_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Finds where cgroup2 is mounted. -ENOENT if it is not, -ENAMETOOLONG if the buffer is short. */
int cgroup_mount(char *path, size_t size);

/* Whether all processes stand still. */
bool cgroup_is_frozen(int directory);

/* Kills all processes in a cgroup and those below it, frozen or not. */
int cgroup_kill(int directory);

/* Waits until there are none left. -ETIMEDOUT when that takes too long. */
int cgroup_wait_empty(int directory, int timeout_ms);

/* Removes a cgroup and all below it, which must be empty. 0 if it does not exist. */
int cgroup_remove(int parent, const char *name);

#endif
