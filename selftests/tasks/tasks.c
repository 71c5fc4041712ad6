// SPDX-License-Identifier: GPL-2.0
/* The helper: apps, registrations, firings, latching, running, cancelling, and being killed. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define APP	"org.example.App"
#define ALL	"Triggers=application time maintenance internet-available servicing-complete\n"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\n" ALL					\
	"[Task bad]\nEntryPoint=/bin/sh -c 'exit 7'\n" ALL			\
	"[Task none]\nEntryPoint=/nowhere/at/all\n" ALL				\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" ALL				\
	"[Task deaf]\nEntryPoint=/bin/sh -c \"trap : TERM; while :; do sleep 1; done\"\n" ALL \
	"[Task burn]\nEntryPoint=/bin/sh -c \"while :; do :; done\"\n" ALL	\
	"[Task mark]\nEntryPoint=/bin/sh -c \"echo ran >" HELPER_TOP "/mark\"\n" ALL	\
	"[Task only]\nEntryPoint=/bin/true\nTriggers=application\n"

FIXTURE(tasks) {
	struct bgt *bgt;
};

FIXTURE_SETUP(tasks)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(tasks)
{
	helper_end();
}

struct wish {
	enum bgt_trigger trigger;
	uint64_t interval;
	bool oneshot;
	uint32_t condition;
	bool cancel;
};

static int try_register(struct bgt *bgt, const char *name, struct wish wish, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, wish.trigger);
	if (wish.interval)
		bgt_task_builder_set_interval(builder, wish.interval);
	if (wish.oneshot)
		bgt_task_builder_set_oneshot(builder, true);
	if (wish.condition)
		bgt_task_builder_add_condition(builder, (enum bgt_condition)wish.condition);
	if (wish.cancel)
		bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

static uint32_t task_register(struct bgt *bgt, const char *name, struct wish wish)
{
	uint32_t id = 0;

	if (try_register(bgt, name, wish, &id))
		fail("cannot register %s: %s", name, bgt_error(bgt));
	return id;
}

static void fire(struct bgt *bgt, const char *name)
{
	if (bgt_trigger_fire(bgt, APP, name, BGT_TRIGGER_APPLICATION, "an argument"))
		fail("cannot fire %s: %s", name, bgt_error(bgt));
}

static const struct wish application = { .trigger = BGT_TRIGGER_APPLICATION };

TEST_F_TIMEOUT(tasks, completed, 60)
{
	const struct bgt_instance *instance;
	struct bgt_task *list;
	uint32_t id;

	id = task_register(self->bgt, "ok", application);
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	ASSERT_NE(NULL, list);
	EXPECT_EQ(NULL, list->next);
	EXPECT_EQ(id, list->id);
	EXPECT_STREQ("ok", list->name);
	EXPECT_STREQ("/bin/true", list->entry_point);
	bgt_task_free(list);

	fire(self->bgt, "ok");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->task);
	EXPECT_EQ(0, instance->status);
	EXPECT_STREQ("an argument", instance->argument);
	EXPECT_GE(instance->started, instance->fired);
	EXPECT_GE(instance->ended, instance->started);
	EXPECT_EQ(0, instance->pid);
}

TEST_F_TIMEOUT(tasks, failed, 60)
{
	const struct bgt_instance *instance;

	task_register(self->bgt, "bad", application);
	fire(self->bgt, "bad");
	instance = instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(7, instance->status);

	task_register(self->bgt, "none", application);
	fire(self->bgt, "none");
	instance = instance_wait(self->bgt, APP, "none", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("cannot be run: No such file or directory", instance->message);
}

TEST_F_TIMEOUT(tasks, refused, 60)
{
	uint32_t id;

	EXPECT_EQ(-EACCES, try_register(self->bgt, "unknown", application, &id));
	EXPECT_STREQ("the manifest has no task \"unknown\"", bgt_error(self->bgt));
	EXPECT_EQ(-EACCES, try_register(self->bgt, "only",
					(struct wish){ .trigger = BGT_TRIGGER_TIME,
						       .interval = SEC }, &id));
	EXPECT_STREQ("the manifest does not allow this trigger", bgt_error(self->bgt));
	EXPECT_EQ(-ERANGE, try_register(self->bgt, "ok",
					(struct wish){ .trigger = BGT_TRIGGER_TIME,
						       .interval = INTERVAL_MIN - 1 }, &id));
	task_register(self->bgt, "ok", application);
	EXPECT_EQ(-EEXIST, try_register(self->bgt, "ok", application, &id));
	EXPECT_EQ(-ENOENT, bgt_task_unregister(self->bgt, 4711, false));
	EXPECT_EQ(-ENOENT, bgt_trigger_fire(self->bgt, APP, "bad", BGT_TRIGGER_APPLICATION, NULL));
	EXPECT_EQ(-ENOENT, bgt_trigger_fire(self->bgt, "org.example.None", "ok",
					    BGT_TRIGGER_APPLICATION, NULL));
	EXPECT_EQ(0, instance_count(self->bgt, APP));
}

/* Not before the condition holds; and once, however often it fired. */
TEST_F_TIMEOUT(tasks, latched, 60)
{
	const uint32_t pair = BGT_CONDITION_INTERNET_AVAILABLE | BGT_CONDITION_INTERNET_NOT_AVAILABLE;

	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_INTERNET_NOT_AVAILABLE, false));
	task_register(self->bgt, "ok", (struct wish){ .trigger = BGT_TRIGGER_APPLICATION,
			.condition = BGT_CONDITION_INTERNET_AVAILABLE });
	fire(self->bgt, "ok");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_LATCHED));
	/* Also over the end of the helper. */
	helper_restart(self->bgt);
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_INTERNET_NOT_AVAILABLE, false));
	pause_for(200 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "ok")->state);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_INTERNET_AVAILABLE, false));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	/* It holds already. */
	fire(self->bgt, "ok");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(tasks, remembered_once, 60)
{
	uint32_t id = task_register(self->bgt, "long", application);
	const struct bgt_instance *instance;

	fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	for (int i = 0; i < 5; i++)
		fire(self->bgt, "long");
	EXPECT_EQ(2, instance_count(self->bgt, APP));
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_SYSTEM_POLICY));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_NE(id, instance->id);
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(tasks, canceled, 60)
{
	const struct bgt_instance *instance;
	uint32_t id = task_register(self->bgt, "long", application);

	fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	/* The registration goes, and what runs with it. */
	EXPECT_EQ(0, bgt_task_unregister(self->bgt, id, true));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(instance->canceled);
	EXPECT_EQ(BGT_CANCEL_ABORT, instance->reason);
}

/* Who does not end is ended, when its time is over. */
TEST_F_TIMEOUT(tasks, terminated, 60)
{
	const struct bgt_instance *instance;
	uint64_t before;

	task_register(self->bgt, "deaf", application);
	fire(self->bgt, "deaf");
	instance = instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	/* Until the shell has set its trap, it would hear. */
	pause_for(500 * MSEC);
	before = now();
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_IDLE_TASK));
	instance = instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_GE(now() - before, CANCEL_TIMEOUT);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, instance->reason);
	EXPECT_STREQ("did not end when it was cancelled", instance->message);
}

/* All tasks of an app have one budget, and one that has spent it can be told to end. */
TEST_F_TIMEOUT(tasks, throttled, 60)
{
	const struct bgt_instance *instance;
	struct bgt_container *container;
	uint64_t end = now() + DEADLINE;

	task_register(self->bgt, "burn", application);
	fire(self->bgt, "burn");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "burn", BGT_INSTANCE_RUNNING));
	do {
		ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, APP, &container));
		if (container->times_throttled)
			break;
		bgt_container_free(container);
		usleep(5000);
	} while (now() < end);
	EXPECT_EQ(300 * MSEC, container->quota);
	EXPECT_GE(container->times_throttled, 1);
	bgt_container_free(container);
	instance = instance_look(self->bgt, APP, "burn");
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "burn", BGT_INSTANCE_CANCELED));
	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, APP, &container));
	EXPECT_FALSE(container->exempt);
	bgt_container_free(container);
}

/* Whether a process has not come to execute the program that it is for. */
static bool is_helpers(uint32_t pid)
{
	char path[64], program[256] = "";

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	return readlink(path, program, sizeof(program) - 1) > 0 && strstr(program, "bgtaskd");
}

/*
 * A process that is started in a frozen cgroup shares the helper's memory until it is thawed. The
 * helper does not wait for it, and may end.
 */
TEST_F_TIMEOUT(tasks, begins_frozen, 60)
{
	const struct bgt_instance *instance;
	struct bgt_container *container;
	enum bgt_work_cost cost;
	uint32_t holding, set;
	char text[8] = "";
	int file;

	task_register(self->bgt, "ok", application);
	task_register(self->bgt, "mark", application);
	fire(self->bgt, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	file = open(HELPER_TOP "/mark", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, fchmod(file, 0666));

	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, APP, &container));
	container_set_quota(self->bgt, container->id, 0);
	fire(self->bgt, "ok");
	fire(self->bgt, "mark");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(is_helpers(instance->pid));
	EXPECT_EQ(0, bgt_condition_get(self->bgt, &holding, &set, &cost));
	container_set_quota(self->bgt, container->id, BGT_QUOTA_UNLIMITED);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(4, pread(file, text, sizeof(text), 0));
	ASSERT_EQ(0, ftruncate(file, 0));

	/* The next helper puts the app on its budget again, which is not spent. */
	container_set_quota(self->bgt, container->id, 0);
	fire(self->bgt, "mark");
	instance = instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(is_helpers(instance->pid));
	helper_quit();
	helper_restart(self->bgt);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_FAILED));
	EXPECT_EQ(4, pread(file, text, sizeof(text), 0));
	bgt_container_free(container);
	close(file);
}

TEST_F_TIMEOUT(tasks, condition_lost, 60)
{
	const uint32_t pair = BGT_CONDITION_USER_PRESENT | BGT_CONDITION_USER_NOT_PRESENT;
	const struct bgt_instance *instance;

	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_NOT_PRESENT, false));
	task_register(self->bgt, "long", (struct wish){ .trigger = BGT_TRIGGER_APPLICATION,
			.condition = BGT_CONDITION_USER_NOT_PRESENT, .cancel = true });
	fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_PRESENT, false));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, instance->reason);
}

/* Only apps on the lock screen have tasks that go by the clock. */
TEST_F_TIMEOUT(tasks, access, 60)
{
	/* Long enough for one to be over before the next one comes. */
	task_register(self->bgt, "ok", (struct wish){ .trigger = BGT_TRIGGER_TIME,
						      .interval = 3 * SEC });
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_LATCHED));
	/* It fires again, which is one firing still. */
	pause_for(4 * SEC);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	/* There are so many slots. */
	helper_install(self->bgt, "org.example.B", "");
	helper_install(self->bgt, "org.example.C", "");
	EXPECT_EQ(0, bgt_app_set_access(self->bgt, "org.example.B", BGT_ACCESS_LOCK_SCREEN));
	EXPECT_EQ(0, bgt_app_set_access(self->bgt, "org.example.C", BGT_ACCESS_LOCK_SCREEN));
	EXPECT_EQ(-EBUSY, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN));
	EXPECT_STREQ("all 2 lock-screen slots are taken", bgt_error(self->bgt));
}

TEST_F_TIMEOUT(tasks, time, 60)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_task *list;

	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	task_register(self->bgt, "ok", (struct wish){ .trigger = BGT_TRIGGER_TIME,
						      .interval = INTERVAL_MIN });
	while (instance_count(self->bgt, APP) < 3 && now() < end)
		usleep(10000);
	EXPECT_GE(instance_count(self->bgt, APP), 3);
	EXPECT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "ok", true));

	/* Once; then the registration is gone. */
	task_register(self->bgt, "bad", (struct wish){ .trigger = BGT_TRIGGER_TIME,
						       .interval = INTERVAL_MIN, .oneshot = true });
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED));
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	EXPECT_EQ(NULL, list);
	bgt_task_free(list);
}

/* Killed at any moment, the helper comes back with what was registered and what runs. */
TEST_F_TIMEOUT(tasks, helper_killed, 120)
{
	const struct bgt_instance *instance;
	struct bgt_task *list;
	uint32_t id, pid;

	task_register(self->bgt, "long", application);
	task_register(self->bgt, "ok", application);
	fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	pid = instance->pid;
	for (int i = 0; i < 3; i++) {
		helper_restart(self->bgt);
		ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
		ASSERT_NE(NULL, list);
		ASSERT_NE(NULL, list->next);
		EXPECT_EQ(NULL, list->next->next);
		bgt_task_free(list);
		instance = instance_look(self->bgt, APP, "long");
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(id, instance->id);
		EXPECT_EQ(pid, instance->pid);
		EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
		EXPECT_EQ(0, kill((pid_t)pid, 0));
	}
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(tasks, app_removed, 60)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_container *container;
	struct bgt_app *list;
	int error;

	task_register(self->bgt, "long", application);
	fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	while ((error = bgt_app_remove(self->bgt, APP)) == -EAGAIN && now() < end)
		usleep(10000);
	EXPECT_EQ(0, error);
	ASSERT_EQ(0, bgt_app_list(self->bgt, &list));
	EXPECT_EQ(NULL, list);
	bgt_app_free(list);
	EXPECT_EQ(-ENOENT, bgt_container_get_by_name(self->bgt, APP, &container));
}

TEST_F_TIMEOUT(tasks, upgraded, 60)
{
	const struct bgt_instance *instance;

	task_register(self->bgt, "ok", (struct wish){ .trigger = BGT_TRIGGER_SERVICING_COMPLETE });
	task_register(self->bgt, "long", application);
	fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	EXPECT_EQ(0, bgt_app_upgraded(self->bgt, APP));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_SERVICING_UPDATE, instance->reason);
}

TEST_HARNESS_MAIN
