// SPDX-License-Identifier: GPL-2.0
/*
 * How many tasks of an app run at the same time; and that a waiting task runs once, whatever
 * happens.
 */
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
#define THIRD	"org.example.Third"
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

static const char *name_of(unsigned int number)
{
	static char name[16];

	snprintf(name, sizeof(name), "%u", number);
	return name;
}

/* Registers so many tasks of an app, which are launched only while the conditions hold. */
static void register_many(struct bgt *bgt, const char *app, unsigned int count, uint32_t conditions)
{
	for (unsigned int i = 0; i < count; i++)
		helper_register(bgt, (struct wanted){ .app = app, .name = name_of(i),
						      .trigger = BGT_TRIGGER_PUSH,
						      .conditions = conditions });
	if (bgt_app_set_access(bgt, app, BGT_ACCESS_ALWAYS_ALLOWED))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
}

/* How many instances of all apps are in this state. */
static unsigned int count_in_state(struct bgt *bgt, enum bgt_instance_state state)
{
	struct bgt_instance *list;
	unsigned int count = 0;

	if (bgt_instance_list(bgt, NULL, &list))
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

/* Cancels a running instance of the app OTHER, if there is one. */
static bool cancel_one(struct bgt *bgt)
{
	const struct bgt_instance *instance;

	for (unsigned int i = 0; i < MANY; i++) {
		instance = instance_look(bgt, OTHER, name_of(i));
		if (instance && instance->state == BGT_INSTANCE_RUNNING)
			return !bgt_instance_cancel(bgt, instance->id, BGT_CANCEL_ABORT);
	}
	return false;
}

/* A limited number of tasks of an app run at the same time; other apps are not affected. */
TEST_F_TIMEOUT(turns, so_many, 180)
{
	char text[2048];

	many_tasks(text, sizeof(text), "/bin/sleep 1000");
	helper_install(self->bgt, OTHER, text);
	register_many(self->bgt, OTHER, MANY, 0);
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, NULL, NULL, BGT_TRIGGER_PUSH, NULL));
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, 16));
	EXPECT_EQ(MANY - 16, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
	/* The limit of one app does not hold up another app. */
	helper_register_plain(self->bgt, "ok");
	helper_fire(self->bgt, "ok");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	/* The next helper counts the same tasks. */
	helper_restart(self->bgt);
	EXPECT_EQ(16, count_in_state(self->bgt, BGT_INSTANCE_RUNNING));
	EXPECT_EQ(MANY - 16, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
	/* When one task ends, another one is launched. */
	EXPECT_TRUE(cancel_one(self->bgt));
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_CANCELED, 1));
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, 16));
	EXPECT_EQ(MANY - 17, count_in_state(self->bgt, BGT_INSTANCE_LATCHED));
}

static void set_present(struct bgt *bgt, bool present)
{
	if (bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT,
			      present ? BGT_CONDITION_USER_PRESENT : 0, false))
		fail("bgt_condition_set: %s", bgt_error(bgt));
}

static void install_many(struct bgt *bgt, const char *app, unsigned int count)
{
	char text[2048];

	many_tasks(text, sizeof(text), "/bin/sleep 1000");
	helper_install(bgt, app, text);
	register_many(bgt, app, count, BGT_CONDITION_USER_PRESENT);
}

/* All tasks fire and are latched; then their condition begins to hold. */
static void fire_latched(struct bgt *bgt, unsigned int count)
{
	set_present(bgt, false);
	if (bgt_trigger_fire(bgt, NULL, NULL, BGT_TRIGGER_PUSH, NULL))
		fail("bgt_trigger_fire: %s", bgt_error(bgt));
	if (count_in_state(bgt, BGT_INSTANCE_LATCHED) != count)
		fail("not all are latched");
	set_present(bgt, true);
}

/*
 * While there is room, all tasks are launched one after the other, even more than are launched at
 * once.
 */
TEST_F_TIMEOUT(turns, room_for_all, 180)
{
	install_many(self->bgt, OTHER, 12);
	install_many(self->bgt, THIRD, 12);
	fire_latched(self->bgt, 24);
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, 24));
}

/*
 * A task that waits for room is launched when another one ends, and a new firing does not overtake
 * it.
 */
TEST_F_TIMEOUT(turns, room_for_some, 180)
{
	const unsigned int limit = 3, count = 6;

	helper_change(self->bgt, "s/^History/ConcurrentInstances=3\\n&/");
	install_many(self->bgt, OTHER, count);
	fire_latched(self->bgt, count);
	EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING, limit));
	helper_register(self->bgt, (struct wanted){ .app = OTHER, .name = name_of(count),
						    .trigger = BGT_TRIGGER_PUSH });
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, OTHER, name_of(count), BGT_TRIGGER_PUSH, NULL));
	EXPECT_EQ(limit, count_in_state(self->bgt, BGT_INSTANCE_RUNNING));
	for (unsigned int ended = 1, left = count; ended <= count + 1; ended++, left--) {
		ASSERT_TRUE(cancel_one(self->bgt));
		EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_CANCELED, ended));
		EXPECT_TRUE(wait_for_count(self->bgt, BGT_INSTANCE_RUNNING,
					   left < limit ? left : limit));
	}
}

/* Each run writes the number of its instance. Returns how many numbers occur again. */
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

/*
 * Whenever the helper is killed during launches, no firing runs twice, and nothing is left behind.
 */
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
	register_many(self->bgt, OTHER, MANY, 0);
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
	/* No cgroups of ended instances are left. */
	EXPECT_EQ(0, system("for i in $(seq 1000); do [ -d " CGROUP_ROOT "/bgtask-selftest-apps/"
			    OTHER "/task ] || exit 1; ls -d " CGROUP_ROOT "/bgtask-selftest-apps/"
			    OTHER "/task/*/ 2>/dev/null | grep -q . || exit 0; sleep 0.02; done;"
			    " exit 1"));
	unlink(TRACE);
	unlink(SCRIPT);
}

TEST_HARNESS_MAIN
