/* SPDX-License-Identifier: GPL-2.0 */
/* The clock on the wall, CLOCK_REALTIME: the helper's records have its time, and its days. */
#ifndef BGTASK_TEST_WALL_H
#define BGTASK_TEST_WALL_H

#include <stdint.h>

uint64_t wall(void);
void wall_set(uint64_t time);

/* When the day ends, in UTC. */
uint64_t wall_midnight(void);

/* Makes UTC the time zone and sets the clock to noon, far from the next day. */
void wall_set_noon(void);

#endif
