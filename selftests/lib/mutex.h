/* SPDX-License-Identifier: GPL-2.0 */
/* Mutexes, by the library; each failure ends the test. */
#ifndef BGTASK_TEST_MUTEX_H
#define BGTASK_TEST_MUTEX_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/* A new connection, which can own mutexes. */
struct bgt *mutex_connect(void);

struct bgt_mutex *mutex_open(struct bgt *bgt, const char *name, enum bgt_scope scope);

/* A connection and a mutex of scope user. party_end() closes the connection. */
struct party {
	struct bgt *bgt;
	struct bgt_mutex *mutex;
};

struct party party_new(const char *name);
void party_end(struct party *party);

/* Starts an acquisition, and waits until the kernel has it; ends the test if the mutex is free. */
void party_wait(struct party *party, uint32_t timeout);

/* The result of the acquisition that was started; -ETIME if there is none before the deadline. */
int mutex_wait(struct bgt *bgt);
int mutex_wait_until(struct bgt *bgt, uint64_t end);

/* The state of the mutex with this name, in any scope; NULL if it is free. */
const struct bgt_mutex_state *mutex_look(struct bgt *bgt, const char *name);

/* Waits until a mutex has so many waiters; false if the deadline passes. */
bool mutex_wait_waiters(struct bgt *bgt, const char *name, uint32_t waiters);

/* Starts a process in a cgroup that owns a mutex of scope user and burns CPU time. */
void mutex_own_and_burn(struct bgt *bgt, const char *cgroup, const char *name);

/* Frees all abandoned mutexes, whoever has owned them. */
void mutex_sweep(void);

#endif
