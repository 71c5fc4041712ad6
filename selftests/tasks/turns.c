// SPDX-License-Identifier: GPL-2.0
/* How many tasks of an app run at the same time; and that who waits runs once, whatever happens. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

#define OTHER	"org.example.Other"
#define TRACE	"/tmp/bgtask-selftest-trace"
#define SCRIPT	"/tmp/bgtask-selftest-run"
#define MANY	24

FIXTURE(turns) {
	struct bgt *bgt;
};

FIXTURE_SETUP(turns)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, "[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n");
}

FIXTURE_TEARDOWN_PARENT(turns)
{
	helper_end();
	scene_end();
}

static void many_tasks(char *text, size_t size, const char *entry_point)
{
	size_t used = 0;

	for (unsigned int i = 0; i < MANY; i++)
		used += (size_t)snprintf(text + used, size - used,
					 "[Task %u]\nEntryPoint=%s\nTriggers=push\n", i,
					 entry_point);
}

static void register_many(struct bgt *bgt)
{
	struct bgt_task_builder *builder;
	char name[16];

	for (unsigned int i = 0; i < MANY; i++) {
		builder = bgt_task_builder_new(bgt);
		if (!builder)
			fail("out of memory");
		snprintf(name, sizeof(name), "%u", i);
		bgt_task_builder_set_app(builder, OTHER);
		bgt_task_builder_set_name(builder, name);
		bgt_task_builder_set_trigger(builder, BGT_TRIGGER_PUSH);
		if (bgt_task_register(builder, NULL))
			fail("cannot register %s: %s", name, bgt_error(bgt));
		bgt_task_builder_free(builder);
	}
	if (bgt_app_set_access(bgt, OTHER, BGT_ACCESS_ALWAYS_ALLOWED))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
}

static unsigned int count_in_state(struct bgt *bgt, enum bgt_instance_state state)
{
	struct bgt_instance *list;
	unsigned int count = 0;

	if (bgt_instance_list(bgt, OTHER, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (struct bgt_instance *instance = list; instance; instance = instance->next)
		count += instance->state == state;
	bgt_instance_free(list);
	return count;
}

static bool wait_for_count(struct bgt *bgt, enum bgt_instance_state state, unsigned int count)
{
	uint64_t end = now() + DEADLINE;

	while (count_in_state(bgt, state) != count && now() < end)
		look_later(end);
	return count_in_state(bgt, state) == count;
}

/* So many of an app run at the same time; others, and what is before them, are not affected. */
TEST_F_TIMEOUT(turns, so_many, 180)
{
	char text[2048];

	many_tasks(text, sizeof(text), "/bin/sleep 1000");
	helper_install(self->bgt, OTHER, text);
	register_many(self->bgt);
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, NULL, NULL, BGT_TRIGGER_PUSH, NULL));
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, 16));
	EXPECT_EQ(MANY - 16, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
	/* Another app has its own turn. */
	helper_register_plain(self->bgt, "ok");
	helper_fire(self->bgt, "ok");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	/* It is the same for the next helper. */
	helper_restart(self->bgt);
	EXPECT_EQ(16, count_in_state(self->bgt, BGT_INSTANCE_RUNNING));
	EXPECT_EQ(MANY - 16, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
	/* One goes, one comes. */
	for (unsigned int i = 0; i < MANY; i++) {
		char name[16];
		const struct bgt_instance *instance;

		snprintf(name, sizeof(name), "%u", i);
		instance = instance_look(self->bgt, OTHER, name);
		if (!instance || instance->state != BGT_INSTANCE_RUNNING)
			continue;
		EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ABORT));
		break;
	}
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_CANCELED, 1));
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, 16));
	EXPECT_EQ(MANY - 17, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
}

/* Each run of a task leaves the number of its instance. Returns how many are there twice. */
static unsigned int count_doubles(unsigned int *runs)
{
	static unsigned char seen[100000];
	unsigned int id, doubles = 0;
	FILE *file = fopen(TRACE, "re");

	memset(seen, 0, sizeof(seen));
	*runs = 0;
	while (file && fscanf(file, "%u", &id) == 1) {
		++*runs;
		if (id < sizeof(seen) && seen[id]++)
			doubles++;
	}
	if (file)
		fclose(file);
	return doubles;
}

/* Killed at whatever moment, no firing is run twice, and nothing is left behind. */
TEST_F_TIMEOUT(turns, killed_while_it_launches, 3600)
{
	unsigned int rounds = soak() ? 200 : 5, runs, unfinished;
	uint64_t seed = random_seed(), end;
	struct bgt_container *container;
	char text[4096];

	unlink(TRACE);
	close(open(TRACE, O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
	chmod(TRACE, 0666);
	if (system("printf '#!/bin/sh\\necho $BGTASK_INSTANCE >>" TRACE "\\n' >" SCRIPT
		   " && chmod 755 " SCRIPT))
		fail("cannot write " SCRIPT);
	many_tasks(text, sizeof(text), SCRIPT);
	helper_install(self->bgt, OTHER, text);
	register_many(self->bgt);
	for (unsigned int i = 0; i < rounds; i++) {
		(void)bgt_trigger_fire(self->bgt, NULL, NULL, BGT_TRIGGER_PUSH, NULL);
		usleep((useconds_t)(random_next(&seed) % 100000));
		helper_restart(self->bgt);
	}
	end = now() + 10 * DEADLINE;
	do {
		unfinished = count_in_state(self->bgt, BGT_INSTANCE_LATCHED) +
			     count_in_state(self->bgt, BGT_INSTANCE_LAUNCHING) +
			     count_in_state(self->bgt, BGT_INSTANCE_RUNNING);
		usleep(10000);
	} while (unfinished && now() < end);
	EXPECT_EQ(0, unfinished);
	EXPECT_EQ(0, count_doubles(&runs));
	EXPECT_GE(runs, MANY);
	note("%u runs in %u rounds", runs, rounds);
	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, OTHER, &container));
	EXPECT_FALSE(container->exempt);
	bgt_container_free(container);
	/* Nor are there cgroups of what has ended. */
	EXPECT_EQ(0, system("for i in $(seq 1000); do [ -d " CGROUP_ROOT "/bgtask-selftest-apps/"
			    OTHER "/task ] || exit 1; ls -d " CGROUP_ROOT "/bgtask-selftest-apps/"
			    OTHER "/task/*/ 2>/dev/null | grep -q . || exit 0; sleep 0.02; done;"
			    " exit 1"));
	unlink(TRACE);
	unlink(SCRIPT);
}

TEST_HARNESS_MAIN
