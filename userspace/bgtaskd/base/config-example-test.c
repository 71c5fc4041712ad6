// SPDX-License-Identifier: GPL-2.0
/*
 * Tests that the configuration and its documentation agree. The example configuration has the
 * defaults as comments, and above each default a comment with the bounds, such as "1ms to 1w". The
 * test tries values on both sides of each bound, and compares the manual with the defaults.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>

#include "common/duration.h"

#include "config.h"
#include "problem.h"
#include "size.h"
#include "test.h"

#define EXAMPLE	"bgtaskd/bgtaskd.conf"
#define MANUAL	"bgtaskd/bgtaskd.8"
#define MINUTE	(60 * NSEC_PER_SEC)

/* Keys of the example that have no bounds: paths and a number of bytes. */
static const char *const unbounded[] = {
	"StateDirectory", "RuntimeDirectory", "Cgroup", "ManifestDirectories", "PluginHost",
	"Quota",
};

/* The state of reading the example. */
struct example {
	char section[256], comment[1024], from[32], to[32];
	bool has_bounds;	/* of the comments since the last section began */
	unsigned int bounded;
};

static bool loads(struct test *test, const char *section, const char *key, const char *value)
{
	struct problem problem;
	struct config config;
	char text[512];

	snprintf(text, sizeof(text), "%s\n%s=%s\n", section, key, value);
	put(test, "c.conf", text);
	if (config_load(&config, test->path, &problem))
		return false;
	config_free(&config);
	return true;
}

/* Writes the bound, and the closest value beyond the bound: a number, a duration, or bytes. */
static bool step(const char *bound, bool duration, bool up, char *beyond, size_t size)
{
	uint64_t value = 0;
	bool bytes = strchr(bound, 'B');

	if (bytes ? size_parse(bound, &value) : duration ? duration_parse(bound, &value) :
	    sscanf(bound, "%" SCNu64, &value) != 1)
		return false;
	/* There is no value below zero. */
	if (!value && !up)
		snprintf(beyond, size, "-1");
	else
		snprintf(beyond, size, "%" PRIu64 "%s", up ? value + 1 : value - 1,
			 bytes ? "B" : duration ? "ns" : "");
	return true;
}

static void test_bounds(struct test *test, const struct example *example, const char *key)
{
	/* A range of durations has a unit at one of its ends. */
	bool duration = isalpha((unsigned char)example->to[strlen(example->to) - 1]);
	char below[64], above[64], line[512];

	snprintf(line, sizeof(line), "example: %s %s is %s to %s", example->section, key,
		 example->from, example->to);
	ok(test, step(example->from, duration, false, below, sizeof(below)) &&
	   step(example->to, duration, true, above, sizeof(above)) &&
	   loads(test, example->section, key, example->from) &&
	   loads(test, example->section, key, example->to) &&
	   !loads(test, example->section, key, below) &&
	   !loads(test, example->section, key, above), line);
}

/* Finds the last range in the comment. */
static bool find_bounds(struct example *example)
{
	const char *to = example->comment, *from;
	bool found = false;

	for (to = strstr(to, " to "); to; to = strstr(to + 1, " to ")) {
		for (from = to; from > example->comment && from[-1] != ' '; from--)
			;
		if (!isdigit((unsigned char)*from) || !isdigit((unsigned char)to[4]))
			continue;
		snprintf(example->from, sizeof(example->from), "%.*s", (int)(to - from), from);
		snprintf(example->to, sizeof(example->to), "%.*s",
			 (int)strcspn(to + 4, " .,;"), to + 4);
		found = true;
	}
	return found;
}

static bool has_no_bounds(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(unbounded); i++)
		if (!strcmp(key, unbounded[i]))
			return true;
	return false;
}

static void take_key(struct test *test, struct example *example, const char *line)
{
	char key[64] = "", what[512];

	sscanf(line, "#%63[A-Za-z]", key);
	if (*example->comment)
		example->has_bounds = find_bounds(example);
	*example->comment = '\0';
	if (has_no_bounds(key))
		return;
	/* If several classes have the key, only the first has a comment with bounds. */
	if (example->has_bounds)
		test_bounds(test, example, key);
	snprintf(what, sizeof(what), "example: %s %s has bounds", example->section, key);
	ok(test, example->has_bounds || !strcmp(example->section, "[Class standard]"), what);
	example->bounded += example->has_bounds;
}

static void take_line(struct test *test, struct example *example, char *line)
{
	size_t used = strlen(example->comment);

	line[strcspn(line, "\n")] = '\0';
	if (*line == '[') {
		snprintf(example->section, sizeof(example->section), "%s", line);
		*example->comment = '\0';
		example->has_bounds = false;
	} else if (*line == '#' && isupper((unsigned char)line[1])) {
		take_key(test, example, line);
	} else if (*line == '#') {
		snprintf(example->comment + used, sizeof(example->comment) - used, "%s", line + 1);
	} else {
		*example->comment = '\0';
	}
}

static void test_example(struct test *test)
{
	FILE *file = fopen(EXAMPLE, "re");
	struct example example = { 0 };
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		take_line(test, &example, line);
	if (file)
		fclose(file);
	ok(test, example.bounded == 16, "example: 16 keys have bounds");
}

/* Returns the manual in one line, without macros. Valid until the next call. */
static const char *read_manual(void)
{
	static char text[65536];
	FILE *file = fopen(MANUAL, "re");
	char line[512];
	size_t used = 0;

	while (file && fgets(line, sizeof(line), file) && used < sizeof(text) - sizeof(line)) {
		line[strcspn(line, "\n")] = '\0';
		used += (size_t)sprintf(text + used, "%s ", !strncmp(line, ".Cm ", 4) ? line + 4 :
								line);
	}
	if (file)
		fclose(file);
	return text;
}

static void __attribute__((format(printf, 2, 3))) says(struct test *test, const char *format, ...)
{
	char text[128], what[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	snprintf(what, sizeof(what), "manual: \"%s\"", text);
	ok(test, strstr(read_manual(), text) != NULL, what);
}

static void test_manual(struct test *test)
{
	struct problem problem;
	struct config c;

	if (config_load(&c, "/nonexistent/file", &problem))
		exit(1);
	says(test, "Of each app, %u instances run at the same time", c.concurrent_instances);
	says(test, "less than IdleMinimumCpu (%g ms) of CPU time",
	     (double)c.idle_minimum_cpu / NSEC_PER_MSEC);
	says(test, "less than IdleMinimumTraffic (%g KiB) of the network",
	     (double)c.idle_minimum_traffic / 1024);
	says(test, "The window is %g min,", (double)c.idle_window / MINUTE);
	says(test, "it is IdleWindowStandby , %g min,", (double)c.idle_window_standby / MINUTE);
	says(test, "%g MB if it is of the class lock-screen",
	     (double)config_class(&c, "lock-screen")->network_budget / 1e6);
	says(test, "%g MB if it is of the class standard",
	     (double)config_class(&c, "standard")->network_budget / 1e6);
	says(test, ".Pa %s/ID in the cgroup2 mount", c.cgroup);
	config_free(&c);
}

int main(void)
{
	struct test test;

	begin(&test);
	test_example(&test);
	test_manual(&test);
	return end(&test);
}
