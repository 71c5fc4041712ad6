/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock on the wall, and the days that it tells.
 */
#ifndef BGTASKD_CLOCK_H
#define BGTASKD_CLOCK_H

#include <stdint.h>

/* CLOCK_REALTIME, ns. */
uint64_t clock_now(void);

/* The moment an interval after another. What is beyond the end of time never comes. */
uint64_t clock_after(uint64_t time, uint64_t interval);

/*
 * The date of a moment, s, in local time: year * 10000 + month * 100 + day. And when that day has
 * begun, and when it is over, s.
 */
uint32_t clock_day(int64_t time);
int64_t clock_this_day(int64_t time);
int64_t clock_next_day(int64_t time);

#endif
