/* SPDX-License-Identifier: GPL-2.0 */
/* What unit tests share: a directory for their files, and results as TAP. */
#ifndef BGTASKD_TEST_H
#define BGTASKD_TEST_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/array.h"

#define COUNT(array)	ARRAY_SIZE(array)

struct test {
	unsigned int number, failed;
	char directory[64];
	char path[128];
};

static inline void ok(struct test *test, int good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++test->number, what);
	fflush(stdout);
	test->failed += !good;
}

static inline void begin(struct test *test)
{
	*test = (struct test){ .directory = "/tmp/bgtaskd-test-XXXXXX" };
	if (!mkdtemp(test->directory)) {
		perror(test->directory);
		exit(1);
	}
}

/* Prints how many tests there were. Returns the value that main() is to return. */
static inline int end(struct test *test)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -r %s", test->directory);
	if (system(command))
		perror(command);
	printf("1..%u\n", test->number);
	return test->failed ? 1 : 0;
}

static inline void write_file(const char *path, const char *text, size_t size)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(text, 1, size, file) != size || fclose(file)) {
		perror(path);
		exit(1);
	}
	chmod(path, 0644);
}

/* Writes a file in the directory. Its path is in test->path afterwards. */
static inline void put(struct test *test, const char *name, const char *text)
{
	snprintf(test->path, sizeof(test->path), "%s/%s", test->directory, name);
	write_file(test->path, text, strlen(text));
}

#endif
