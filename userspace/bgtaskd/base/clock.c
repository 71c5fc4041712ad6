// SPDX-License-Identifier: GPL-2.0
/*
 * Reads CLOCK_REALTIME, and computes local dates. The clock and the time zone may be set at any
 * moment.
 */
#include "clock.h"

#include <string.h>
#include <time.h>

uint64_t clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

uint64_t clock_after(uint64_t time, uint64_t interval)
{
	uint64_t sum;

	return __builtin_add_overflow(time, interval, &sum) ? UINT64_MAX : sum;
}

static void to_local(int64_t time, struct tm *local)
{
	const time_t seconds = (time_t)time;

	/* The time zone may have changed. */
	tzset();
	if (!localtime_r(&seconds, local))
		memset(local, 0, sizeof(*local));
}

uint32_t clock_day(int64_t time)
{
	struct tm local;

	to_local(time, &local);
	return (uint32_t)((local.tm_year + 1900) * 10000 + (local.tm_mon + 1) * 100 +
			  local.tm_mday);
}

/* When the day begins that is @days days after the day of @time. */
static int64_t midnight(int64_t time, int days)
{
	struct tm local, begin = { .tm_isdst = -1 };

	to_local(time, &local);
	begin.tm_year = local.tm_year;
	begin.tm_mon = local.tm_mon;
	begin.tm_mday = local.tm_mday + days;
	return mktime(&begin);
}

int64_t clock_this_day(int64_t time)
{
	return midnight(time, 0);
}

int64_t clock_next_day(int64_t time)
{
	return midnight(time, 1);
}
