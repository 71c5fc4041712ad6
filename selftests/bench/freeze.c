// SPDX-License-Identifier: GPL-2.0
/*
 * freeze THREADS ROUNDS: how long it takes from a plain write to cgroup.freeze until cgroup.events
 * says that as many busy threads have stopped; times the CPUs that they keep busy, this is the CPU
 * time that any freezer lets them spend. Also measures how late a timer is meanwhile, since every
 * freezer needs one.
 */
#include <time.h>
#include <unistd.h>

#include "bench.h"

/* The kernel sends at most one notification of cgroup.events in 10 ms, so this is longer. */
static const struct timespec run_time = { .tv_nsec = 30 * 1000000 };

/* Returns how late a timer wakes us, in us. */
static double let_run(void)
{
	uint64_t start = now();

	nanosleep(&run_time, NULL);
	return (double)(now() - start - (uint64_t)run_time.tv_nsec) / USEC;
}

static double freeze(int dir)
{
	uint64_t start = now();

	cgroup_write(dir, "cgroup.freeze", "1");
	cgroup_await(dir, "frozen", 1);
	return (double)(now() - start) / USEC;
}

int main(int argc, char **argv)
{
	unsigned int threads, rounds, cpus;
	int dir;

	if (argc != 3)
		die("freeze THREADS ROUNDS");
	threads = parse_count(argv[1]);
	rounds = parse_count(argv[2]);
	cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	if (cpus > threads)
		cpus = threads;

	become_realtime();
	dir = cgroup_make("freeze");
	load_start(dir, threads);
	for (unsigned int i = 0; i < rounds; i++) {
		report(let_run() * cpus, "us", "timer.%u", threads);
		report(freeze(dir) * cpus, "us", "freeze.%u", threads);
		let_run();
		cgroup_write(dir, "cgroup.freeze", "0");
	}

	cgroup_kill(dir);
	close(dir);
	cgroup_remove("freeze");
	return 0;
}
