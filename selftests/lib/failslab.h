/* SPDX-License-Identifier: GPL-2.0 */
/* A lack of memory that the kernel pretends, where it can (CONFIG_FAILSLAB). */
#ifndef BGTASK_TEST_FAILSLAB_H
#define BGTASK_TEST_FAILSLAB_H

#include <stdbool.h>

bool failslab_is_there(void);

/*
 * Makes a thread, as it is called below /proc, lack memory the @nth time that it wants some: in its
 * next call, if it is the caller. Returns a descriptor to end that with, as opening one then would
 * take memory.
 */
int failslab_begin(const char *thread, unsigned int nth);

/* Ends that. Returns whether it happened. */
bool failslab_end(int fd);

#endif
