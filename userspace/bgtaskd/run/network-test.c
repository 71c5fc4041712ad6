// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of what is used of a network budget, of how often that is looked at, and of when the next
 * day begins.
 */
#include "base/clock.h"
#include "base/test.h"

#include "network.h"

#define DAY	20261122
#define SECOND	1000000

static void test_taking(struct test *test)
{
	struct network_record record = { 0 };

	network_take(&record, DAY, 100, true);
	ok(test, record.day == DAY && record.used == 100 && record.seen == 100, "the first bytes");
	network_take(&record, DAY, 150, false);
	ok(test, record.used == 100 && record.seen == 150, "bytes that do not count");
	network_take(&record, DAY, 180, true);
	ok(test, record.used == 130 && record.seen == 180, "more that count");
	network_take(&record, DAY, 20, true);
	ok(test, record.used == 150 && record.seen == 20, "counters that begin anew");
	network_take(&record, DAY + 1, 25, true);
	ok(test, record.day == DAY + 1 && record.used == 5, "the next day");
	network_take(&record, DAY, 25, true);
	ok(test, record.day == DAY && !record.used, "the clock is set back");
	network_take(&record, DAY, UINT64_MAX, true);
	network_take(&record, DAY, 30, true);
	ok(test, record.used == UINT64_MAX, "more than can be counted");
}

static void test_interval(struct test *test)
{
	ok(test, network_interval(0, 1000) == 5 * SECOND, "nothing used: every 5 s");
	ok(test, network_interval(500, 1000) == 5 * SECOND / 2, "half of it");
	ok(test, network_interval(999, 1000) == SECOND / 4 &&
	   network_interval(2000, 1000) == SECOND / 4 && network_interval(0, 0) == SECOND / 4,
	   "nothing left: no more than 4 times in a second");
	ok(test, network_interval(0, UINT64_MAX) == 5 * SECOND, "a large one");
}

static void test_days(struct test *test)
{
	/*
	 * 12:00 UTC of the last day of 2026, and of the days on which clocks are changed in Berlin.
	 */
	const int64_t noon = 1798718400, spring = 1774782000, autumn = 1792926000;

	setenv("TZ", "UTC", 1);
	ok(test, clock_day(noon) == 20261231 && clock_next_day(noon) == noon + 12 * 3600 &&
	   clock_day(clock_next_day(noon) - 1) == 20261231 &&
	   clock_day(clock_next_day(noon)) == 20270101, "the end of a year");
	setenv("TZ", "XYZ-14", 1);
	ok(test, clock_day(noon) == 20270101 && clock_next_day(noon) == noon + 22 * 3600,
	   "the zone is another");
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	ok(test, clock_next_day(spring - 12 * 3600) - clock_next_day(spring - 36 * 3600) ==
	   23 * 3600 && clock_next_day(autumn) - clock_next_day(autumn - 24 * 3600) ==
	   25 * 3600, "days of 23 and of 25 hours");
	ok(test, clock_this_day(autumn) == clock_next_day(autumn - 24 * 3600) &&
	   clock_this_day(clock_this_day(autumn)) == clock_this_day(autumn) &&
	   clock_this_day(clock_this_day(autumn) - 1) < clock_this_day(autumn),
	   "the beginning of one");
	ok(test, clock_day(clock_next_day(autumn) - 1) == clock_day(autumn) &&
	   clock_day(clock_next_day(autumn)) == clock_day(autumn) + 1, "and no other day");
}

int main(void)
{
	struct test test;

	begin(&test);
	test_taking(&test);
	test_interval(&test);
	test_days(&test);
	return end(&test);
}
