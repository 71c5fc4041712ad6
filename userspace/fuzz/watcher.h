/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An administrator who is told of all that changes, and knows from that what there is.
 */
#ifndef BGTASK_FUZZ_WATCHER_H
#define BGTASK_FUZZ_WATCHER_H

#include "../bgtaskd/daemon.h"

/* Its socket, which is nobody else's. */
#define WATCHER_PEER	256

/* Nothing is registered. */
void watcher_reset(void);

/* A new helper will tell; what was registered still is. */
void watcher_begin(void);

/* Whether it knows what the helper does: no more, and no less. */
void watcher_check(struct daemon *daemon);

#endif
