/* SPDX-License-Identifier: GPL-2.0 */
/* Lets the kernel pretend a lack of memory, if it was built for that (CONFIG_FAILSLAB). */
#ifndef BGTASK_TEST_FAILSLAB_H
#define BGTASK_TEST_FAILSLAB_H

#include <stdbool.h>

bool failslab_is_there(void);

/*
 * Makes the @nth allocation of a thread fail, which is given by its path below /proc; counted from
 * its next system call, if it is the caller. Returns a descriptor for failslab_end(), as to open
 * one then would take memory.
 */
int failslab_begin(const char *thread, unsigned int nth);

/* How many allocations are left before the one that fails. */
unsigned int failslab_left(int fd);

/* Ends this. Returns whether the allocation has failed. */
bool failslab_end(int fd);

#endif
