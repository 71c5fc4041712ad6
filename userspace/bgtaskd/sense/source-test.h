/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of sources share: an event loop, and a sink that takes down what the sources say.
 */
#ifndef BGTASKD_SOURCE_TEST_H
#define BGTASKD_SOURCE_TEST_H

#include <bgtask.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source-internal.h"

/* Longer than a source waits for changes to cease, us. */
#define WAIT_USEC	(300 * UINT64_C(1000))
/* How long a source may take on a busy machine, us. */
#define DEADLINE_USEC	(10 * UINT64_C(1000000))

/* A run of tests. */
struct test {
	sd_event *event;
	struct source_sink sink;
	char said[1024];		/* by the sources since the last check */
	int number;
	int failures;
};

static inline void append(struct test *test, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline void append(struct test *test, const char *format, ...)
{
	size_t used = strlen(test->said);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(test->said + used, sizeof(test->said) - used, format, arguments);
	va_end(arguments);
}

static inline void on_fire(void *data, enum bgtask_trigger trigger, const char *argument)
{
	append(data, "%s%s ", bgt_trigger_name((enum bgt_trigger)trigger), argument);
}

static inline void on_condition(void *data, uint32_t first, bool holds)
{
	append(data, "%u=%d ", first, holds);
}

static inline void on_power(void *data, bool ac, int capacity)
{
	append(data, "ac=%d ", ac);
	if (capacity >= 0)
		append(data, "%d%% ", capacity);
}

static inline void on_note(void *data, const char *text)
{
	append(data, "(%s) ", text);
}

static inline void result(struct test *test, bool good, const char *what)
{
	test->number++;
	test->failures += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", test->number, what);
}

static inline void skip(struct test *test, const char *what, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++test->number, what, why);
}

/* Checks what the sources have said since the last check. */
static inline void said(struct test *test, const char *expected, const char *what)
{
	bool good = !strcmp(test->said, expected);

	result(test, good, what);
	if (!good)
		printf("# said \"%s\", not \"%s\"\n", test->said, expected);
	test->said[0] = '\0';
	fflush(stdout);
}

static inline void wait_usec(struct test *test, uint64_t usec)
{
	uint64_t start, now;

	sd_event_now(test->event, CLOCK_MONOTONIC, &now);
	for (start = now; now < start + usec; sd_event_now(test->event, CLOCK_MONOTONIC, &now))
		if (sd_event_run(test->event, start + usec - now) < 0)
			break;
}

/* Waits until the sources have said what is expected, and checks it. */
static inline void after(struct test *test, const char *expected, const char *what)
{
	for (uint64_t waited = 0; waited < DEADLINE_USEC; waited += WAIT_USEC) {
		wait_usec(test, WAIT_USEC);
		if (!strcmp(test->said, expected))
			break;
	}
	said(test, expected, what);
}

/* Runs a command of the shell, which must succeed. */
static inline void run(struct test *test, const char *command)
{
	fflush(stdout);
	if (system(command))
		result(test, false, command);
}

static inline void begin(struct test *test, char *directory)
{
	*test = (struct test){ .sink = { .data = test, .fire = on_fire, .condition = on_condition,
					 .power = on_power, .note = on_note } };
	if (!mkdtemp(directory) || sd_event_new(&test->event) < 0)
		abort();
}

/* Returns what main() is to return. */
static inline int end(struct test *test, const char *directory)
{
	char command[64];

	printf("1..%d\n", test->number);
	sd_event_unref(test->event);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command) || test->failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
