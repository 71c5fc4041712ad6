// SPDX-License-Identifier: GPL-2.0
/* Registrations: how they end, are made again, and outlive the app that made them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define SOME	"Triggers=application internet-available servicing-complete\n"
#define TASKS									\
	"Class=free\n"								\
	"[Task ok]\nEntryPoint=/bin/true\n" SOME				\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" SOME			\
	"[Task done]\nEntryPoint=/bin/true\n" SOME
#define ABSENT	BGT_CONDITION_USER_NOT_PRESENT

FIXTURE(registration) {
	struct bgt *bgt;
};

FIXTURE_SETUP(registration)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
	if (bgt_condition_set(self->bgt, ABSENT, 0, false))
		fail("bgt_condition_set: %s", bgt_error(self->bgt));
}

FIXTURE_TEARDOWN(registration)
{
	helper_end();
}

static unsigned int registrations(struct bgt *bgt)
{
	struct bgt_task *list, *task;
	unsigned int count = 0;

	if (bgt_task_list(bgt, APP, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	for (task = list; task; task = task->next)
		count++;
	bgt_task_free(list);
	return count;
}

/* An instance by its id. */
static const struct bgt_instance *instance_of(struct bgt *bgt, uint32_t id)
{
	static struct bgt_instance *list;
	struct bgt_instance *instance;

	bgt_instance_free(list);
	list = NULL;
	if (bgt_instance_list(bgt, APP, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance && instance->id != id; instance = instance->next)
		;
	if (!instance)
		fail("instance %u is not in the history", id);
	return instance;
}

/* The state in which an instance has ended. */
static enum bgt_instance_state end_of(struct bgt *bgt, uint32_t id)
{
	uint64_t end = now() + DEADLINE;

	while (!instance_of(bgt, id)->ended && now() < end)
		look_later(end);
	return instance_of(bgt, id)->state;
}

/*
 * Lets "long" run, with one more firing latched. Returns the running instance, which is the last
 * but one.
 */
static uint32_t run_twice(struct bgt *bgt)
{
	const struct bgt_instance *instance;
	uint32_t id;

	helper_fire(bgt, "long");
	instance = instance_wait(bgt, APP, "long", BGT_INSTANCE_RUNNING);
	if (!instance)
		fail("it does not run");
	id = instance->id;
	helper_fire(bgt, "long");
	if (instance_look(bgt, APP, "long")->state != BGT_INSTANCE_LATCHED)
		fail("the second firing is not remembered");
	return id;
}

/* When a registration ends, a running instance goes on; a latched one is cancelled. */
TEST_F_TIMEOUT(registration, ended, 60)
{
	uint32_t task = helper_register_plain(self->bgt, "long"), latched, id, next;

	id = run_twice(self->bgt);
	next = instance_look(self->bgt, APP, "long")->id;
	helper_register(self->bgt, (struct wanted){ .name = "ok", .conditions = ABSENT });
	helper_fire(self->bgt, "ok");
	latched = instance_look(self->bgt, APP, "ok")->id;

	EXPECT_EQ(0, bgt_task_unregister(self->bgt, task, false));
	EXPECT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "ok", false));
	EXPECT_EQ(0, registrations(self->bgt));
	EXPECT_EQ(-ENOENT, bgt_task_unregister(self->bgt, task, false));
	EXPECT_EQ(-ENOENT, bgt_trigger_fire(self->bgt, APP, "long", BGT_TRIGGER_APPLICATION, NULL));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_of(self->bgt, id)->state);
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance_of(self->bgt, next)->state);
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance_of(self->bgt, latched)->state);
	EXPECT_EQ(BGT_CANCEL_ABORT, instance_of(self->bgt, latched)->reason);
	ASSERT_EQ(0, bgt_condition_set(self->bgt, ABSENT, ABSENT, false));
	EXPECT_EQ(3, instance_count(self->bgt, APP));

	/* The same for the next helper, which finds an instance without a registration. */
	helper_restart(self->bgt);
	EXPECT_EQ(0, registrations(self->bgt));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_of(self->bgt, id)->state);
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	EXPECT_EQ(BGT_INSTANCE_CANCELED, end_of(self->bgt, id));
	EXPECT_EQ(3, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(registration, ended_with_cancel, 60)
{
	uint32_t task = helper_register_plain(self->bgt, "long"), id, next;

	id = run_twice(self->bgt);
	next = instance_look(self->bgt, APP, "long")->id;
	EXPECT_EQ(0, bgt_task_unregister(self->bgt, task, true));
	EXPECT_EQ(0, registrations(self->bgt));
	EXPECT_EQ(BGT_INSTANCE_CANCELED, end_of(self->bgt, id));
	EXPECT_EQ(BGT_CANCEL_ABORT, instance_of(self->bgt, id)->reason);
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance_of(self->bgt, next)->state);
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/*
 * The name of an ended registration can be used again; a running instance belongs to the old
 * registration.
 */
TEST_F_TIMEOUT(registration, again, 60)
{
	uint32_t first = helper_register_plain(self->bgt, "long"), second = 0, id;
	const struct bgt_instance *instance;
	struct bgt_task *list;

	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	EXPECT_EQ(-EEXIST, helper_try_register(self->bgt, (struct wanted){ .name = "long" },
					       &second));
	EXPECT_STREQ("the app has a task of this name", bgt_error(self->bgt));
	EXPECT_EQ(0, bgt_task_unregister(self->bgt, first, false));
	second = helper_register(self->bgt, (struct wanted){
		.name = "long", .trigger = BGT_TRIGGER_INTERNET_AVAILABLE, .conditions = ABSENT });
	EXPECT_NE(first, second);

	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	ASSERT_NE(NULL, list);
	EXPECT_EQ(second, list->id);
	EXPECT_EQ(BGT_TRIGGER_INTERNET_AVAILABLE, list->trigger);
	EXPECT_EQ((uint32_t)ABSENT, list->conditions);
	bgt_task_free(list);

	/* The new registration has firings of its own, with this helper and the next. */
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "long", BGT_TRIGGER_INTERNET_AVAILABLE,
				      NULL));
	instance = instance_look(self->bgt, APP, "long");
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance->state);
	EXPECT_EQ(second, instance->task);
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_of(self->bgt, id)->state);
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	EXPECT_EQ(BGT_INSTANCE_CANCELED, end_of(self->bgt, id));
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "long")->state);
	ASSERT_EQ(0, bgt_condition_set(self->bgt, ABSENT, ABSENT, false));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(second, instance->task);
}

/* A oneshot registration ends with its first run, also if the run is cancelled. */
TEST_F_TIMEOUT(registration, oneshot, 60)
{
	const struct bgt_instance *instance;

	helper_register(self->bgt, (struct wanted){ .name = "long", .oneshot = true });
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(1, registrations(self->bgt));
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(0, registrations(self->bgt));
}

/* A list that does not fit into one message is read in several: complete, once, and in order. */
TEST_F_TIMEOUT(registration, many_tasks, 120)
{
	static char manifest[100000];
	struct bgt_task *list, *task;
	char name[32], entry_point[512];
	unsigned int count = 0;
	uint32_t last = 0;
	size_t size = 0;

	memset(entry_point, 'x', sizeof(entry_point) - 1);
	entry_point[sizeof(entry_point) - 1] = '\0';
	memcpy(entry_point, "/bin/true ", strlen("/bin/true "));
	for (unsigned int i = 0; i < 100; i++)
		size += (size_t)snprintf(manifest + size, sizeof(manifest) - size,
					 "[Task many-%u]\nEntryPoint=%s\nTriggers=application\n", i,
					 entry_point);
	helper_install(self->bgt, APP, manifest);
	for (unsigned int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "many-%u", i);
		helper_register_plain(self->bgt, name);
	}
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	for (task = list; task; task = task->next) {
		snprintf(name, sizeof(name), "many-%u", count);
		EXPECT_STREQ(name, task->name);
		EXPECT_STREQ(entry_point, task->entry_point);
		EXPECT_LT(last, task->id);
		last = task->id;
		count++;
	}
	EXPECT_EQ(100, count);
	bgt_task_free(list);
}

TEST_F_TIMEOUT(registration, many_apps, 120)
{
	struct bgt_app *list, *app;
	unsigned int count = 0;
	char id[128], last[128] = "";

	for (unsigned int i = 0; i < 100; i++) {
		snprintf(id, sizeof(id), "org.example.a%050u", i);
		helper_install(self->bgt, id, "");
	}
	ASSERT_EQ(0, bgt_app_list(self->bgt, &list));
	for (app = list; app; app = app->next) {
		EXPECT_GT(strcmp(app->id, last), 0);
		snprintf(last, sizeof(last), "%s", app->id);
		count++;
	}
	/* APP and the 100 others. */
	EXPECT_EQ(101, count);
	bgt_app_free(list);
}

TEST_F_TIMEOUT(registration, app_upgraded, 60)
{
	const struct bgt_instance *instance;
	uint32_t ids[3], ended, latched;
	struct bgt_app *app;

	ids[0] = helper_register(self->bgt, (struct wanted){
		.name = "done", .trigger = BGT_TRIGGER_SERVICING_COMPLETE });
	ids[1] = helper_register_plain(self->bgt, "long");
	ids[2] = helper_register(self->bgt, (struct wanted){ .name = "ok", .conditions = ABSENT });
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	ended = instance->id;
	helper_fire(self->bgt, "ok");
	latched = instance_look(self->bgt, APP, "ok")->id;

	/* The helper reads a new manifest only when it is told of the upgrade. */
	helper_write("apps/" APP ".bgtask",
		     "[App]\nId=" APP "\nUser=nobody\n"
		     "[Task ok]\nEntryPoint=/bin/true\nTriggers=time\n"
		     "[Task long]\nEntryPoint=/bin/sleep 1000\n" SOME
		     "[Task done]\nEntryPoint=/bin/true\n" SOME);
	ASSERT_EQ(0, bgt_app_list(self->bgt, &app));
	EXPECT_STREQ("free", app->quota_class);
	bgt_app_free(app);
	EXPECT_EQ(0, bgt_app_upgraded(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_list(self->bgt, &app));
	EXPECT_STREQ("standard", app->quota_class);
	EXPECT_EQ(3, app->tasks);
	bgt_app_free(app);

	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "done", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(BGT_TRIGGER_SERVICING_COMPLETE, instance_look(self->bgt, APP, "done")->trigger);
	EXPECT_EQ(BGT_INSTANCE_CANCELED, end_of(self->bgt, ended));
	EXPECT_EQ(BGT_CANCEL_SERVICING_UPDATE, instance_of(self->bgt, ended)->reason);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_of(self->bgt, latched)->state);

	/* The registrations are the same ones, and work. */
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(ids[1], instance->task);
	ASSERT_EQ(0, bgt_condition_set(self->bgt, ABSENT, ABSENT, false));
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(latched, instance->id);
	EXPECT_EQ(ids[2], instance->task);
	/* New registrations must match the new manifest. */
	EXPECT_EQ(0, bgt_task_unregister(self->bgt, ids[2], false));
	EXPECT_EQ(-EACCES, helper_try_register(self->bgt, (struct wanted){ .name = "ok" }, ids));
}

/* An upgrade with a manifest that has mistakes changes nothing. */
TEST_F_TIMEOUT(registration, bad_upgrade, 60)
{
	helper_register(self->bgt, (struct wanted){
		.name = "done", .trigger = BGT_TRIGGER_SERVICING_COMPLETE });
	helper_register_plain(self->bgt, "long");
	helper_fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	helper_write("apps/" APP ".bgtask", "[App]\nId=" APP "\nUser=nobody\nColour=red\n");
	EXPECT_EQ(-EINVAL, bgt_app_upgraded(self->bgt, APP));
	EXPECT_STREQ("line 4: unknown key \"Colour\" in [App]", bgt_error(self->bgt));
	helper_write("apps/" APP ".bgtask", "[App]\nId=" APP "\nUser=nobody\nClass=none\n");
	EXPECT_EQ(-EINVAL, bgt_app_upgraded(self->bgt, APP));
	EXPECT_STREQ("there is no quota class \"none\"", bgt_error(self->bgt));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "long")->state);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(2, registrations(self->bgt));
	EXPECT_EQ(-ENOENT, bgt_app_upgraded(self->bgt, "org.example.None"));
}

TEST_HARNESS_MAIN
