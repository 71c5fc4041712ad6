/* SPDX-License-Identifier: GPL-2.0 */
/* Many processes that act at the same time, in an app or in none, each as some user. */
#ifndef BGTASK_TEST_CROWD_H
#define BGTASK_TEST_CROWD_H

#include <stdint.h>
#include <sys/types.h>

/* What all processes of the crowd share; each test has a structure of its own. */
struct field;

/*
 * Starts a process in the own cgroup of an app or, if that is NULL, outside of all apps. It calls
 * @act with a seed of its own, and exits when that returns, or is killed with the test.
 */
pid_t crowd_enter(const char *app, uid_t uid, void (*act)(struct field *field, uint64_t *seed),
		  struct field *field, uint64_t seed);

/* Counts up a counter that processes share. */
void crowd_count(uint64_t *counter);

/* Keeps the longest time that anything has taken; this has begun at @since. */
void crowd_note_slowest(volatile uint64_t *slowest, uint64_t since);

/* What a process has of the machine's memory, kB. */
unsigned int crowd_memory(pid_t pid);

#endif
