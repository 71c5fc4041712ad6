/* SPDX-License-Identifier: GPL-2.0 */
/* Processes of a test that are not its own: in an app, or in none, as a user, all at it at once. */
#ifndef BGTASK_TEST_CROWD_H
#define BGTASK_TEST_CROWD_H

#include <stdint.h>
#include <sys/types.h>

/* What all of them see; that of the test. */
struct field;

/*
 * Starts one in the own cgroup of an app or, if that is NULL, outside of all. It acts with a seed
 * of its own, and exits when that returns; or is killed with the test.
 */
pid_t crowd_enter(const char *app, uid_t uid, void (*act)(struct field *field, uint64_t *seed),
		  struct field *field, uint64_t seed);

/* Counts up what is shared. */
void crowd_count(uint64_t *counter);

/* Remembers how long the slowest has taken that began then. */
void crowd_note_slowest(volatile uint64_t *slowest, uint64_t since);

/* What a process has of the machine's memory, kB. */
unsigned int crowd_memory(pid_t pid);

#endif
