// SPDX-License-Identifier: GPL-2.0
/* Reads and sets CLOCK_REALTIME. Days are in UTC. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scene.h"
#include "wall.h"

#define DAY	(24 * 3600 * SEC)

uint64_t wall(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * SEC + (uint64_t)time.tv_nsec;
}

void wall_set(uint64_t time)
{
	const struct timespec to = { (time_t)(time / SEC), (long)(time % SEC) };

	if (clock_settime(CLOCK_REALTIME, &to))
		fail("clock_settime: %s", strerror(errno));
}

uint64_t wall_midnight(void)
{
	return wall() / DAY * DAY + DAY;
}

void wall_set_noon(void)
{
	setenv("TZ", "UTC", 1);
	wall_set(wall() / DAY * DAY + DAY / 2);
}
