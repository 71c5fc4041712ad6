// SPDX-License-Identifier: GPL-2.0
/*
 * Begins and ends the surroundings of a test, also if the test before was broken off; and what
 * every test uses: failing, noting, the clock, looking again later, and random numbers that can be
 * repeated.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"

static void print(const char *format, va_list args)
{
	char text[512];

	/* In one write, since several processes may print. */
	vsnprintf(text, sizeof(text), format, args);
	dprintf(STDOUT_FILENO, "# %s\n", text);
}

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
	_exit(1);
}

void note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(format, args);
	va_end(args);
}

void scene_begin(void)
{
	scene_end();
	cgroup_make("");
	if (module_is_loaded())
		container_keep();
}

void scene_end(void)
{
	if (module_is_loaded())
		container_delete_all();
	cgroup_remove_all();
	if (module_is_loaded())
		mutex_sweep();
}

/*
 * Ends the surroundings of a test that has timed out. Children leave by _exit(), and do not get
 * here.
 */
static void __attribute__((destructor)) sweep(void)
{
	scene_end();
	if (module_is_loaded())
		container_keep_no_more();
}

uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec * SEC + (uint64_t)time.tv_nsec;
}

void look_later(uint64_t end)
{
	uint64_t waited = now() + DEADLINE - end, pause = waited / 8;

	if (pause < MSEC)
		pause = MSEC;
	else if (pause > 100 * MSEC)
		pause = 100 * MSEC;
	usleep((useconds_t)(pause / USEC));
}

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && !strcmp(value, "1");
}

bool soak(void)
{
	return is_set("SOAK");
}

bool exact_clock(void)
{
	const char *clock = getenv("CLOCK"), *kernel = getenv("KERNEL");

	return clock && strcmp(clock, "host") && kernel && strcmp(kernel, "debug");
}

uint64_t random_seed(void)
{
	const char *given = getenv("SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : now();

	note("SEED=%llu", (unsigned long long)seed);
	return seed;
}

/* splitmix64 */
uint64_t random_next(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

uint64_t median(uint64_t *values, unsigned int count)
{
	qsort(values, count, sizeof(*values), compare);
	return values[count / 2];
}
