// SPDX-License-Identifier: GPL-2.0
/*
 * What all measuring programs share: errors, clock, pinning to a CPU, the kernel's use of memory,
 * and the form in which a measurement is printed.
 */
#include "bench.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE_MS	20000

_Noreturn void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, error ? ": %s\n" : "\n", strerror(error));
	exit(1);
}

void check(const struct bgt *bgt, int error, const char *what)
{
	if (error >= 0)
		return;
	errno = 0;
	die("%s: %s", what, bgt ? bgt_error(bgt) : bgt_strerror(error));
}

unsigned int parse_count(const char *argument)
{
	char *end = NULL;
	unsigned long count = argument ? strtoul(argument, &end, 10) : 0;

	if (!count || *end || count > 1000000000) {
		errno = 0;
		die("a number is expected, not \"%s\"", argument ? argument : "");
	}
	return (unsigned int)count;
}

uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void report(double value, const char *unit, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" %.7g %s\n", value, unit);
}

/*
 * Adds each CPU's own counts to the sums in /proc/meminfo, which the kernel does only now and then.
 */
static void add_up_memory(void)
{
	FILE *file = fopen("/proc/sys/vm/stat_refresh", "we");

	if (!file || fputs("1\n", file) < 0 || fclose(file))
		die("cannot write to stat_refresh");
}

double kernel_memory(void)
{
	unsigned long kilobytes, sum = 0;
	char line[128], key[64];
	FILE *file;

	add_up_memory();
	file = fopen("/proc/meminfo", "re");
	if (!file)
		die("cannot open /proc/meminfo");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %lu", key, &kilobytes) == 2 &&
		    (!strcmp(key, "Slab:") || !strcmp(key, "Percpu:")))
			sum += kilobytes;
	fclose(file);
	return sum * 1024.0;
}

void become_realtime(void)
{
	struct sched_param param = { .sched_priority = 50 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		die("cannot become a real-time process");
}

void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot stay on CPU %d", cpu);
}

const struct bgt_event *await_event(struct bgt *bgt)
{
	struct pollfd poller = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	int got;

	while (!(got = bgt_next_event(bgt, &event))) {
		if (!poll(&poller, 1, PATIENCE_MS)) {
			errno = 0;
			die("no event came in %d s", PATIENCE_MS / 1000);
		}
	}
	check(bgt, got, "events");
	return event;
}
