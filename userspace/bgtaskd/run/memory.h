/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory pressure: when others wait for memory, the app with the lowest claim is killed.
 */
#ifndef BGTASKD_MEMORY_H
#define BGTASKD_MEMORY_H

#include "model/daemon.h"

/* Begins to watch the pressure, or logs why that cannot be; and ends it. */
void memory_open(struct daemon *daemon);
void memory_close(struct daemon *daemon);

#endif
