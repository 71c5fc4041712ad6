// SPDX-License-Identifier: GPL-2.0
/* Tasks that run in the app's own process, while its UI thread stands still. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define ACTIVATED	"activated inside an argument"

FIXTURE(inside) {
	struct bgt *bgt;
};

FIXTURE_SETUP(inside)
{
	scene_begin();
	self->bgt = mutex_connect();
}

FIXTURE_TEARDOWN_PARENT(inside)
{
	helper_end();
	scene_end();
}

/* With so much time for tasks that are cancelled. */
static void begin(struct bgt *bgt, uint64_t timeout)
{
	struct helper_settings with = HELPER_SETTINGS;

	with.cancel_timeout = timeout;
	with.more = "SuspendTimeout=30s\n";
	/* An app that is started for its task has a lot to do before it begins with that. */
	with.quota = 3600 * SEC;
	helper_start_with(bgt, &with);
	actor_install(bgt, "inside");
	helper_register_plain(bgt, "inside");
}

static void set_quota(struct bgt *bgt, const char *quota)
{
	char script[64];

	snprintf(script, sizeof(script), "s/^Quota=[0-9].*/Quota=%s/", quota);
	helper_change(bgt, script);
}

/* So soon a task is idle. */
static void watch_idle(struct bgt *bgt, const char *window)
{
	char script[64];

	snprintf(script, sizeof(script), "s/^IdleWindow=.*/IdleWindow=%s/", window);
	helper_change(bgt, script);
}

static void begin_suspended(struct bgt *bgt, uint64_t timeout)
{
	begin(bgt, timeout);
	actor_launch(bgt, APP);
	actor_suspend(bgt, APP);
}

/* The task has begun; what was said before may have been said at its end. */
static bool is_activated(void)
{
	return actor_comes_to_say(APP, ACTIVATED);
}

static bool ui_is_still(struct bgt *bgt)
{
	uint64_t beats;

	/* It has been told to stop, which takes a moment. */
	if (!ui_stands(bgt, APP, true))
		return false;
	beats = actor_beats(APP);
	pause_for(300 * MSEC);
	return actor_beats(APP) == beats;
}

static bool ui_runs(void)
{
	uint64_t beats = actor_beats(APP), end = now() + DEADLINE;

	while (actor_beats(APP) == beats && now() < end)
		look_later(end);
	return actor_beats(APP) != beats;
}

TEST_F_TIMEOUT(inside, suspended, 180)
{
	const struct bgt_instance *instance;
	uint64_t beats;

	begin_suspended(self->bgt, 30 * SEC);
	EXPECT_TRUE(ui_is_still(self->bgt));
	beats = actor_beats(APP);
	for (unsigned int i = 0; i < 3; i++) {
		helper_fire(self->bgt, "inside");
		ASSERT_TRUE(is_activated());
		EXPECT_TRUE(app_stands(self->bgt, APP, false));
		EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
		instance = instance_look(self->bgt, APP, "inside");
		EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
		EXPECT_EQ(app_look(self->bgt, APP)->pid, instance->pid);
		EXPECT_TRUE(ui_is_still(self->bgt));
		actor_do(APP, i == 1 ? "complete 7" : "complete 0");
		instance = instance_wait(self->bgt, APP, "inside", i == 1 ? BGT_INSTANCE_FAILED :
					 BGT_INSTANCE_COMPLETED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(i == 1 ? 7 : 0, instance->status);
		EXPECT_STREQ("inside", instance->message);
		EXPECT_TRUE(app_stands(self->bgt, APP, true));
	}
	/* For the whole time. */
	EXPECT_EQ(beats, actor_beats(APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(ui_runs());
}

/* In the foreground nothing stands still. */
TEST_F_TIMEOUT(inside, in_foreground, 180)
{
	begin(self->bgt, 30 * SEC);
	actor_launch(self->bgt, APP);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(actor_says(APP, ACTIVATED));
	EXPECT_TRUE(ui_runs());
	/* It is suspended meanwhile: but for the task. */
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "saved", "saved 0"));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	EXPECT_TRUE(ui_is_still(self->bgt));
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	/* And comes back before it has ended. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(ui_runs());
	EXPECT_TRUE(actor_does(APP, "complete 0", "complete 0"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(ui_runs());
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
}

/* It is started for the task, and does not come to the foreground. */
TEST_F_TIMEOUT(inside, not_running, 180)
{
	begin(self->bgt, 30 * SEC);
	for (unsigned int i = 0; i < 2; i++) {
		helper_fire(self->bgt, "inside");
		ASSERT_TRUE(is_activated());
		EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
		EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
		EXPECT_TRUE(ui_is_still(self->bgt));
		actor_do(APP, "complete 0");
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
		EXPECT_TRUE(app_stands(self->bgt, APP, true));
		ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
		EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	}
}

/* Nobody has to tell that it hangs. */
TEST_F_TIMEOUT(inside, hangs, 180)
{
	const struct bgt_instance *instance;

	/* Which is also the time for its connection to come back to the helper. */
	begin_suspended(self->bgt, 5 * SEC);
	watch_idle(self->bgt, "2s");
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	actor_do(APP, "lock");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, instance->reason);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
}

/* Unless a debugger looks at it. */
TEST_F_TIMEOUT(inside, traced, 180)
{
	const struct bgt_instance *instance;
	pid_t pid;

	begin_suspended(self->bgt, 30 * SEC);
	watch_idle(self->bgt, "1s");
	pid = (pid_t)app_look(self->bgt, APP)->pid;
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	pause_for(3 * SEC);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "inside")->state);
	/* Its UI thread, which is frozen, is let go by the end of this process only. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, __WALL));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, NULL, NULL));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	actor_do(APP, "saved");
	EXPECT_TRUE(actor_comes_to_say(APP, "instance-canceled"));
	actor_do(APP, "complete 0");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, instance->reason);
}

/* What it does is on the app's budget, and goes on in the next generation. */
TEST_F_TIMEOUT(inside, budget, 180)
{
	const struct bgt_event *event;
	bool told = false;
	uint64_t usage, beats;

	begin_suspended(self->bgt, 30 * SEC);
	set_quota(self->bgt, "300ms");
	beats = actor_beats(APP);
	ASSERT_EQ(0, bgt_task_associate(self->bgt, APP));
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	usage = helper_container(self->bgt)->usage;
	EXPECT_TRUE(actor_does(APP, "progress 40", "progress 0"));
	/* More than two budgets, as there is another one if the generation ends meanwhile. */
	EXPECT_TRUE(actor_does(APP, "burn 700", "burnt"));
	EXPECT_GE(helper_container(self->bgt)->usage, usage + 700 * MSEC);
	EXPECT_GE(helper_container(self->bgt)->times_throttled, 1);
	EXPECT_TRUE(helper_logs(APP ": task inside (inside) is throttled: "));
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_EQ(beats, actor_beats(APP));
	while (bgt_next_event(self->bgt, &event) > 0)
		told |= event->type == BGT_EVENT_INSTANCE_PROGRESS &&
			event->instance->progress == 40;
	EXPECT_TRUE(told);
}

/* An app that has no budget left cannot attach in time, and is waited for. */
TEST_F_TIMEOUT(inside, throttled, 180)
{
	uint64_t end = now() + DEADLINE;

	begin(self->bgt, SEC);
	/* Which is gone again before the time is that it has for that. */
	set_quota(self->bgt, "600ms");
	helper_install(self->bgt, APP, actor_manifest("inside", "[Task burns]\n"
		       "EntryPoint=/bin/sh -c \"while :; do :; done\"\nTriggers=application\n"));
	helper_run(self->bgt, "burns");
	while (!helper_container(self->bgt)->throttled && now() < end)
		look_later(end);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
}

TEST_F_TIMEOUT(inside, cancelled, 180)
{
	const struct bgt_instance *instance;
	uint64_t beats;

	begin_suspended(self->bgt, 30 * SEC);
	beats = actor_beats(APP);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	instance = instance_look(self->bgt, APP, "inside");
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_SYSTEM_POLICY));
	EXPECT_TRUE(actor_says(APP, "instance-canceled"));
	actor_do(APP, "complete 0");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_EQ(beats, actor_beats(APP));
}

/* Who ends, when it is told that a task in it is cancelled, does what it is told. */
TEST_F_TIMEOUT(inside, exits, 180)
{
	const struct bgt_instance *instance;

	begin_suspended(self->bgt, 30 * SEC);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	instance = instance_look(self->bgt, APP, "inside");
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_SYSTEM_POLICY));
	EXPECT_TRUE(actor_says(APP, "instance-canceled"));
	actor_do(APP, "exit");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
}

TEST_F_TIMEOUT(inside, killed, 180)
{
	const struct bgt_instance *instance;

	begin_suspended(self->bgt, 30 * SEC);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	instance = instance_look(self->bgt, APP, "inside");
	EXPECT_TRUE(instance->state == BGT_INSTANCE_TERMINATED ||
		    instance->state == BGT_INSTANCE_FAILED);
	EXPECT_EQ(-ECONNRESET, instance->status);
	actor_launch(self->bgt, APP);
	EXPECT_TRUE(ui_runs());
}

/* The next helper knows of it, and the app is not told twice. */
TEST_F_TIMEOUT(inside, helper_restarted, 180)
{
	begin_suspended(self->bgt, 30 * SEC);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "inside")->state);
	EXPECT_TRUE(ui_is_still(self->bgt));
	EXPECT_TRUE(actor_is_silent(APP));
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* Nor is it when it stands still, and has to come back first. */
TEST_F_TIMEOUT(inside, helper_restarted_before, 180)
{
	begin_suspended(self->bgt, 30 * SEC);
	helper_restart(self->bgt);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	EXPECT_TRUE(ui_is_still(self->bgt));
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
}

/* The app dies while there is no helper; the next task starts it, and it stands still again. */
TEST_F_TIMEOUT(inside, killed_without_helper, 180)
{
	const struct bgt_instance *instance;
	pid_t pid;

	begin_suspended(self->bgt, 30 * SEC);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	pid = (pid_t)app_look(self->bgt, APP)->pid;
	helper_kill();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	helper_launch(self->bgt);
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	for (unsigned int i = 0; i < 2; i++) {
		helper_fire(self->bgt, "inside");
		ASSERT_TRUE(is_activated());
		actor_do(APP, "complete 0");
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
		EXPECT_TRUE(app_stands(self->bgt, APP, true));
	}
}

/* A full disk does not keep it from ending, which is in the books when there is room again. */
TEST_F_TIMEOUT(inside, disk_full, 180)
{
	begin(self->bgt, 30 * SEC);
	helper_move_to_disk(self->bgt);
	helper_register_plain(self->bgt, "inside");
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	helper_fill_disk();
	actor_do(APP, "complete 0");
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "inside")->state);
	helper_empty_disk();
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	/* And another one can run. */
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/* Where it cannot run, that is said. */
TEST_F_TIMEOUT(inside, refused, 180)
{
	const struct bgt_instance *instance;

	begin(self->bgt, SEC);
	helper_install(self->bgt, APP, "[Task inside]\nEntryPoint=inside\nHost=app\n"
		       "Triggers=application\n");
	helper_fire(self->bgt, "inside");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("the app does not run, and its manifest has no Exec", instance->message);

	/* One that never attaches, started for it or not. */
	helper_install(self->bgt, APP, "Exec=/bin/sleep 1000\n[Task inside]\nEntryPoint=inside\n"
		       "Host=app\nTriggers=application\n");
	helper_fire(self->bgt, "inside");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-ETIMEDOUT, instance->status);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	helper_fire(self->bgt, "inside");
	instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(3, instance_count(self->bgt, APP));
}

TEST_HARNESS_MAIN
