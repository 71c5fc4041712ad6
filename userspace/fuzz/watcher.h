/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An administrator who is told of all that changes, and knows from that what there is.
 */
#ifndef BGTASK_FUZZ_WATCHER_H
#define BGTASK_FUZZ_WATCHER_H

#include "model/daemon.h"

/* The watcher's socket, which is nobody else's. */
#define WATCHER_PEER	256

/* Forgets all tasks, since nothing is registered. */
void watcher_reset(void);

/* A new helper will tell of apps and conditions; what was registered still is. */
void watcher_begin(void);

/* Checks that the watcher knows what the helper knows: no more, and no less. */
void watcher_check(struct daemon *daemon);

#endif
