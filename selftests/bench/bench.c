// SPDX-License-Identifier: GPL-2.0
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

void become_realtime(void)
{
	struct sched_param param = { .sched_priority = 50 };

	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		die("cannot become a real-time process");
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
