/* SPDX-License-Identifier: GPL-2.0 */
/* Lets the kernel pretend a lack of memory, if it was built with CONFIG_FAILSLAB. */
#ifndef BGTASK_TEST_FAILSLAB_H
#define BGTASK_TEST_FAILSLAB_H

#include <stdbool.h>

bool failslab_is_there(void);

/*
 * Makes the @nth allocation of a thread fail; the thread is given by its path below /proc. The
 * calling thread's allocations count from its next system call. Returns a descriptor for
 * failslab_end(), since opening one at the end would take memory.
 */
int failslab_begin(const char *thread, unsigned int nth);

/* How many allocations come before the one that fails. */
unsigned int failslab_left(int fd);

/* Ends the fault. Returns whether the allocation has failed. */
bool failslab_end(int fd);

#endif
