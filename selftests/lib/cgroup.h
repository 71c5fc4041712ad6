/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cgroups. Paths are below the one that all of a test's cgroups are in, whose own path is "".
 */
#ifndef BGTASK_TEST_CGROUP_H
#define BGTASK_TEST_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP_TOP	CGROUP_ROOT "/bgtask-selftest"

/* The full path of a cgroup, or of a file in it unless that is NULL. Valid until the next call. */
const char *cgroup_path(const char *cgroup, const char *file);

void cgroup_make(const char *cgroup);

/* Removes a cgroup. False if it does not exist, or tasks are in it. */
bool cgroup_remove(const char *cgroup);

/* Kills all tasks and removes all cgroups of the test. */
void cgroup_remove_all(void);

/* The same for any cgroup, by its full path, and those below; nothing if it does not exist. */
void cgroup_remove_tree(const char *top);

/* A descriptor of the directory. */
int cgroup_open(const char *cgroup);

/* Return 0 or a negative errno. */
int cgroup_write(const char *cgroup, const char *file, const char *text);

/* Moves a process, or a single thread. Return 0 or a negative errno. */
int cgroup_move(const char *cgroup, pid_t pid);
int cgroup_move_thread(const char *cgroup, pid_t tid);

/* The number behind a key, as in cpu.stat; or -1. */
int64_t cgroup_key(const char *cgroup, const char *file, const char *key);

/* usage_usec of cpu.stat. */
uint64_t cgroup_usage(const char *cgroup);

/* Whether all tasks of a cgroup stand still. */
bool cgroup_is_frozen(const char *cgroup);

/* Waits until a key of cgroup.events has a value; false if the deadline passes. */
bool cgroup_wait(const char *cgroup, const char *key, int value);
void cgroup_wait_frozen(const char *cgroup, bool frozen);
void cgroup_wait_empty(const char *cgroup);

/* Kills all tasks of a cgroup, and waits until none of the caller's children is left. */
void cgroup_end(const char *cgroup);

/* The number of cgroups of the test that are frozen or asked to be. */
unsigned int cgroup_count_frozen(void);

#endif
