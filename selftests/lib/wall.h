/* SPDX-License-Identifier: GPL-2.0 */
/* The wall clock, CLOCK_REALTIME. The helper's records and days are in its time. */
#ifndef BGTASK_TEST_WALL_H
#define BGTASK_TEST_WALL_H

#include <stdint.h>

uint64_t wall(void);
void wall_set(uint64_t time);

/* Returns the end of the present day, in UTC. */
uint64_t wall_midnight(void);

/* Makes UTC the time zone and sets the clock to noon, far from the next day. */
void wall_set_noon(void);

#endif
