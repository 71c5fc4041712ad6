/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An administrator's program that gets all events, and derives from them which apps and tasks there
 * are.
 */
#ifndef BGTASK_FUZZ_WATCHER_H
#define BGTASK_FUZZ_WATCHER_H

#include "model/daemon.h"

/* The number of the watcher's socket, which no other caller has. */
#define WATCHER_PEER	256

/* Forgets all tasks, as an empty registry has none. */
void watcher_reset(void);

/* A new helper starts: forgets apps and conditions, which the helper will report, but not tasks. */
void watcher_begin(void);

/* Checks that the watcher knows the same tasks, apps and conditions as the helper. */
void watcher_check(struct daemon *daemon);

#endif
