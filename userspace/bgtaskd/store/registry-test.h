/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the registry share: directories, and records for the registry. */
#ifndef BGTASKD_REGISTRY_TEST_H
#define BGTASKD_REGISTRY_TEST_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry-internal.h"

struct test {
	unsigned int number, failed;
	char base[64];
	char directory[96];	/* the directory of the registry */
	char path[128];		/* the database */
	struct registry *registry;
	struct problem problem;
};

static inline void ok(struct test *test, int good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++test->number, what);
	fflush(stdout);
	test->failed += !good;
}

/* Starts a test with a directory of its own. */
static inline void begin(struct test *test, const char *name)
{
	snprintf(test->directory, sizeof(test->directory), "%s/%s", test->base, name);
	snprintf(test->path, sizeof(test->path), "%s/registry.db", test->directory);
}

static inline int reopen(struct test *test)
{
	registry_close(test->registry);
	test->registry = NULL;
	test->problem.text[0] = '\0';
	return registry_open(&test->registry, test->directory, &test->problem);
}

static inline void end(struct test *test)
{
	registry_close(test->registry);
	test->registry = NULL;
}

/* Returns the record of a task with a name of its own. The name is valid for eight calls. */
static inline struct task_record make_task(const char *app, unsigned int number)
{
	static char names[8][32], entry_point[TEXT_MAX + 1];
	static unsigned int next;
	char *name = names[next++ % 8];

	snprintf(name, sizeof(names[0]), "task %u", number);
	memset(entry_point, 'e', TEXT_MAX);
	return (struct task_record){
		.app = app, .name = name, .entry_point = entry_point,
		.trigger = BGTASK_TRIGGER_USER_PRESENT, .interval = UINT64_MAX, .oneshot = true,
		.conditions = 0x3f, .cancel_on_condition_loss = true, .due = 1234567890123456789,
	};
}

static inline struct instance_record make_instance(const char *app)
{
	return (struct instance_record){
		.app = app, .name = "name", .argument = "argument", .message = "message",
		.task = 4000000000, .trigger = BGTASK_TRIGGER_PUSH, .cancelled = true,
		.state = BGTASK_INSTANCE_STATE_RUNNING,
		.reason = BGTASK_CANCEL_REASON_ENERGY_SAVER, .progress = 99, .status = -5,
		.fired = 1, .started = 2, .pid = 77, .start_time = UINT64_MAX,
		.reported = true, .has_cgroup = true,
	};
}

static inline int count_task(void *data, const struct task_record *task)
{
	unsigned int *count = data;

	(void)task;
	++*count;
	return 0;
}

static inline unsigned int count_tasks(struct test *test, const char *app)
{
	unsigned int count = 0;

	return registry_task_each(test->registry, app, 0, count_task, &count) ? -1u : count;
}

static inline int remove_file(const char *path, const struct stat *status, int type,
			      struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Prints how many tests there were. Returns the value that main() is to return. */
static inline int conclude(struct test *test)
{
	nftw(test->base, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	printf("1..%u\n", test->number);
	return test->failed ? 1 : 0;
}

#endif
