/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cgroups. Paths are relative to the cgroup that has all cgroups of a test, whose own path is "".
 */
#ifndef BGTASK_TEST_CGROUP_H
#define BGTASK_TEST_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP_TOP	CGROUP_ROOT "/bgtask-selftest"

/* The full path of a cgroup, or of a file in it if that is not NULL. Valid until the next call. */
const char *cgroup_path(const char *cgroup, const char *file);

void cgroup_make(const char *cgroup);

/* Removes a cgroup. False if it does not exist, or tasks are in it. */
bool cgroup_remove(const char *cgroup);

/* Kills all tasks and removes all cgroups of the test. */
void cgroup_remove_all(void);

/*
 * The same for any cgroup with all cgroups below, by its full path; does nothing if it does not
 * exist.
 */
void cgroup_remove_tree(const char *top);

/* Returns a descriptor of the cgroup's directory. */
int cgroup_open(const char *cgroup);

/* Return 0 or a negative errno. */
int cgroup_write(const char *cgroup, const char *file, const char *text);

/* Moves a process, or a single thread. Return 0 or a negative errno. */
int cgroup_move(const char *cgroup, pid_t pid);
int cgroup_move_thread(const char *cgroup, pid_t tid);

/* The number after a key, as in cpu.stat; or -1. */
int64_t cgroup_key(const char *cgroup, const char *file, const char *key);

/* The cgroup's usage, us. */
uint64_t cgroup_usage(const char *cgroup);

/* Whether all tasks of a cgroup stand still. */
bool cgroup_is_frozen(const char *cgroup);

/* Waits until a key of cgroup.events has a value; false if the deadline passes. */
bool cgroup_wait(const char *cgroup, const char *key, int value);
void cgroup_wait_frozen(const char *cgroup, bool frozen);
void cgroup_wait_empty(const char *cgroup);

/* Kills all tasks of a cgroup, and reaps those that are children of the caller. */
void cgroup_end(const char *cgroup);

/* The number of the test's cgroups that are frozen, or are being frozen. */
unsigned int cgroup_count_frozen(void);

#endif
