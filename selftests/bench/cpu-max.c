// SPDX-License-Identifier: GPL-2.0
/*
 * cpu-max THREADS PERIODS: how exactly the kernel's own CPU bandwidth controller keeps to 300 ms of
 * every second, with as many busy threads. The peer of "overshoot".
 *
 * The kernel does not tell when a period ends, so cpu.stat is read now and then. The budget is gone
 * well before the end of a period and the usage then stands still: the last usage read in a period
 * is what the period used.
 */
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define QUOTA_US	300000

static const struct timespec pause_between = { .tv_nsec = 10 * 1000000 };

struct period {
	uint64_t number;
	uint64_t usage;		/* at its end, in us, since the load began */
};

/*
 * Reads the number of the period again after the usage, which belongs to it only if it is the same.
 */
static struct period await_end(int dir)
{
	struct period period = { .number = cgroup_read(dir, "cpu.stat", "nr_periods") };
	uint64_t usage;

	for (;;) {
		usage = cgroup_read(dir, "cpu.stat", "usage_usec");
		if (cgroup_read(dir, "cpu.stat", "nr_periods") != period.number)
			return period;
		period.usage = usage;
		nanosleep(&pause_between, NULL);
	}
}

int main(int argc, char **argv)
{
	struct period before, period;
	unsigned int threads, left;
	int dir;

	if (argc != 3)
		die("cpu-max THREADS PERIODS");
	threads = parse_count(argv[1]);
	left = parse_count(argv[2]);

	dir = cgroup_make("cpu-max");
	cgroup_write(dir, "cpu.max", "300000 1000000");
	load_start(dir, threads);

	/* The first period began before the threads, so it is not measured. */
	before = await_end(dir);
	while (left) {
		period = await_end(dir);
		/*
		 * If this process was held up for a whole period, the usage of that period is
		 * unknown.
		 */
		if (period.number == before.number + 1 && period.usage) {
			report((double)(period.usage - before.usage) - QUOTA_US, "us", "cpu-max.%u",
			       threads);
			left--;
		}
		before = period;
	}
	if (!cgroup_read(dir, "cpu.stat", "nr_throttled"))
		die("cpu.max throttled nothing");

	cgroup_kill(dir);
	close(dir);
	cgroup_remove("cpu-max");
	return 0;
}
