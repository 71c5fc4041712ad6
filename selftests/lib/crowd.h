/* SPDX-License-Identifier: GPL-2.0 */
/* Many processes that act at the same time, in an app or outside of all apps, each as some user. */
#ifndef BGTASK_TEST_CROWD_H
#define BGTASK_TEST_CROWD_H

#include <stdint.h>
#include <sys/types.h>

/* The memory that all processes of the crowd share; each test has a structure of its own. */
struct field;

/*
 * Starts a process in the cgroup of an app's own processes or, if @app is NULL, outside of all
 * apps. It calls @act with a seed of its own, and exits when that returns, or is killed with the
 * test.
 */
pid_t crowd_enter(const char *app, uid_t uid, void (*act)(struct field *field, uint64_t *seed),
		  struct field *field, uint64_t seed);

/* Increments a counter that processes share. */
void crowd_count(uint64_t *counter);

/* Updates the longest time that something has taken; the last one has begun at @since. */
void crowd_note_slowest(volatile uint64_t *slowest, uint64_t since);

/* How much memory of the machine a process has, kB. */
unsigned int crowd_memory(pid_t pid);

#endif
