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

/* Starts the helper; cancelled tasks have @timeout to end. */
static void begin(struct bgt *bgt, uint64_t timeout)
{
	struct helper_settings with = HELPER_SETTINGS;

	with.cancel_timeout = timeout;
	with.more = "SuspendTimeout=30s\n";
	/*
	 * The app uses much CPU time before it begins the task that it is started for, so its quota
	 * is large.
	 */
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

/* Sets the time after which a task that does nothing counts as idle. */
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

/* Waits until the app says that the task has begun; skips what it has said before. */
static bool is_activated(void)
{
	return actor_comes_to_say(APP, ACTIVATED);
}

static bool ui_is_still(struct bgt *bgt)
{
	uint64_t beats;

	/* The thread stops a moment after it was told to. */
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
	/* The UI thread has not run at any time since the app was suspended. */
	EXPECT_EQ(beats, actor_beats(APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(ui_runs());
}

/* In the foreground the UI thread runs on during the task. */
TEST_F_TIMEOUT(inside, in_foreground, 180)
{
	begin(self->bgt, 30 * SEC);
	actor_launch(self->bgt, APP);
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(actor_says(APP, ACTIVATED));
	EXPECT_TRUE(ui_runs());
	/* The app is suspended during the task: all stand still but the task. */
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "saved", "saved 0"));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	EXPECT_TRUE(ui_is_still(self->bgt));
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	/* The app comes back to the foreground before the task has ended. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(ui_runs());
	EXPECT_TRUE(actor_does(APP, "complete 0", "complete 0"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(ui_runs());
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
}

/* A task starts the app, which does not come to the foreground. */
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

/* A task that hangs is found to be idle, and cancelled. */
TEST_F_TIMEOUT(inside, hangs, 180)
{
	const struct bgt_instance *instance;

	/* The timeout is also the time that the app has to connect to the helper again. */
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

/* A task is not idle while a debugger traces the app. */
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
	/* A tracer can detach from the UI thread only when the thread is not frozen. */
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

/* The task uses the app's budget, and goes on in the next generation. */
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
	/* More than two budgets, since the generation may end in between. */
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

/* An app without budget cannot attach in time, so the time does not pass while it is throttled. */
TEST_F_TIMEOUT(inside, throttled, 180)
{
	uint64_t end = now() + DEADLINE;

	begin(self->bgt, SEC);
	/* The other task uses up this budget before the app's time to attach is over. */
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

/* If the app exits when a task in it is cancelled, the task counts as cancelled, not as failed. */
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

/* The next helper knows of the task, and does not tell the app of it again. */
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

/*
 * The helper is restarted while the app is frozen: the app connects again, and is told of the task
 * once.
 */
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

/*
 * The app dies while there is no helper; the next task starts it, and it stands still afterwards.
 */
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

/* The task ends although the disk is full; its end is recorded when there is room again. */
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
	/* Another task can run in the app. */
	helper_fire(self->bgt, "inside");
	ASSERT_TRUE(is_activated());
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/* A task that cannot run fails with a reason. */
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

	/* An app that never attaches: once it is started for the task, once it runs already. */
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
