/* SPDX-License-Identifier: GPL-2.0 */
/* CLOCK_REALTIME, and the days of local time. */
#ifndef BGTASKD_CLOCK_H
#define BGTASKD_CLOCK_H

#include <stdint.h>

/* CLOCK_REALTIME, ns. */
uint64_t clock_now(void);

/* The moment that is an interval after another; UINT64_MAX, which never comes, on overflow. */
uint64_t clock_after(uint64_t time, uint64_t interval);

/*
 * The date of a moment in local time, as year * 10000 + month * 100 + day; when the day of the
 * moment began; and when the next day begins. All moments are in seconds.
 */
uint32_t clock_day(int64_t time);
int64_t clock_this_day(int64_t time);
int64_t clock_next_day(int64_t time);

#endif
