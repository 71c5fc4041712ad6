// SPDX-License-Identifier: GPL-2.0
/*
 * The machine goes down and comes up: latched instances are still latched, running ones have ended
 * and do not run again, and work that became due meanwhile is done once. ../vm/power-cut tests that
 * the database survives.
 */
#include <errno.h>
#include <signal.h>

#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define INTERNET								\
	(BGT_CONDITION_INTERNET_AVAILABLE | BGT_CONDITION_INTERNET_NOT_AVAILABLE)
#define ALL	"Triggers=application time\n"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\n" ALL					\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" ALL				\
	"[Task deaf]\nEntryPoint=/bin/sh -c \"trap : TERM; : >" HELPER_SAID "/ready; "	\
		"while :; do sleep 1000; done\"\n" ALL				\
	"[Task inside]\nEntryPoint=inside\nHost=app\nTriggers=application\n"

FIXTURE(reboot) {
	struct bgt *bgt;
};

FIXTURE_SETUP(reboot)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, "Exec=/bin/sleep 1000\nClass=free\n" TASKS);
}

FIXTURE_TEARDOWN(reboot)
{
	helper_end();
}

static void set_internet(struct bgt *bgt, uint32_t value)
{
	if (bgt_condition_set(bgt, INTERNET, value, false))
		fail("bgt_condition_set: %s", bgt_error(bgt));
}

static void reboot(struct bgt *bgt)
{
	helper_go_down();
	helper_come_up(bgt);
}

static unsigned int count_tasks(struct bgt *bgt)
{
	struct bgt_task *list;
	unsigned int count = 0;

	if (bgt_task_list(bgt, APP, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	for (const struct bgt_task *task = list; task; task = task->next)
		count++;
	bgt_task_free(list);
	return count;
}

TEST_F_TIMEOUT(reboot, latched, 60)
{
	const struct bgt_instance *instance;
	uint32_t id;

	set_internet(self->bgt, BGT_CONDITION_INTERNET_NOT_AVAILABLE);
	helper_register(self->bgt, (struct wanted){ .name = "ok", .oneshot = true,
			.trigger = BGT_TRIGGER_APPLICATION,
			.conditions = BGT_CONDITION_INTERNET_AVAILABLE });
	helper_fire(self->bgt, "ok");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_LATCHED);
	ASSERT_NE(NULL, instance);
	id = instance->id;

	reboot(self->bgt);
	instance = instance_look(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(1, count_tasks(self->bgt));
	set_internet(self->bgt, BGT_CONDITION_INTERNET_AVAILABLE);
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(0, count_tasks(self->bgt));
}

/* The instance has failed, as its end is unknown; the registration goes on. */
TEST_F_TIMEOUT(reboot, running, 60)
{
	const struct bgt_instance *instance;
	uint32_t id, pid;

	instance = helper_run(self->bgt, "long");
	id = instance->id;
	pid = instance->pid;
	reboot(self->bgt);
	/* Waits until the process that has inherited this one has reaped it. */
	for (uint64_t end = now() + DEADLINE; !kill((pid_t)pid, 0) && now() < end;)
		look_later(end);
	EXPECT_EQ(-1, kill((pid_t)pid, 0));
	EXPECT_EQ(ESRCH, errno);
	instance = instance_look(self->bgt, APP, "long");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(BGT_INSTANCE_FAILED, instance->state);
	EXPECT_EQ(1, instance_count(self->bgt, APP));

	EXPECT_EQ(1, count_tasks(self->bgt));
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_NE(id, instance->id);
}

TEST_F_TIMEOUT(reboot, cancelling, 60)
{
	const struct bgt_instance *instance;
	uint32_t id = helper_run(self->bgt, "deaf")->id;

	helper_wait_file("said/ready");
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_SYSTEM_POLICY));
	reboot(self->bgt);
	instance = instance_look(self->bgt, APP, "deaf");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance->state);
	EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* A task that runs in the app's process. */
TEST_F_TIMEOUT(reboot, inside, 60)
{
	const struct bgt_instance *instance;
	uint32_t id;

	helper_register_plain(self->bgt, "inside");
	helper_fire(self->bgt, "inside");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	reboot(self->bgt);
	instance = instance_look(self->bgt, APP, "inside");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(BGT_INSTANCE_FAILED, instance->state);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* A task that became due while the machine was off runs once and at once, not an interval later. */
TEST_F_TIMEOUT(reboot, missed, 60)
{
	const uint64_t interval = 8 * SEC;
	uint64_t due, up;

	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	helper_register(self->bgt, (struct wanted){ .name = "ok", .oneshot = true,
			.trigger = BGT_TRIGGER_TIME, .interval = interval });
	due = now() + interval;
	helper_go_down();
	while (now() <= due)
		pause_for(due + MSEC - now());
	up = now();
	helper_come_up(self->bgt);
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_LT(now(), up + interval);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(0, count_tasks(self->bgt));
	reboot(self->bgt);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

TEST_HARNESS_MAIN
