/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory pressure: when processes wait for memory, the app with the lowest claim is killed.
 */
#ifndef BGTASKD_MEMORY_H
#define BGTASKD_MEMORY_H

#include "model/daemon.h"

/* memory_open() begins to watch the pressure, or logs why it cannot; memory_close() ends that. */
void memory_open(struct daemon *daemon);
void memory_close(struct daemon *daemon);

#endif
