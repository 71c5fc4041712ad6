// SPDX-License-Identifier: GPL-2.0
/*
 * The states of an app, and every way from one to another, with a helper that is killed in each
 * state.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

/* PATIENT leaves an app time to save its state, also on a busy machine. */
#define PATIENT	"SuspendTimeout=30s\n"
#define HASTY	"SuspendTimeout=300ms\n"

FIXTURE(states) {
	struct bgt *bgt;
};

FIXTURE_SETUP(states)
{
	scene_begin();
	self->bgt = mutex_connect();
}

FIXTURE_TEARDOWN_PARENT(states)
{
	helper_end();
	scene_end();
}

static void begin(struct bgt *bgt, const char *settings, const char *kind)
{
	struct helper_settings with = HELPER_SETTINGS;

	with.more = settings;
	helper_start_with(bgt, &with);
	actor_install(bgt, kind);
}

TEST_F_TIMEOUT(states, launch, 180)
{
	uint32_t pid;

	begin(self->bgt, PATIENT, "attached");
	EXPECT_EQ(BGT_APP_NOT_RUNNING, app_look(self->bgt, APP)->state);
	pid = actor_launch(self->bgt, APP);
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	EXPECT_EQ(pid, app_look(self->bgt, APP)->pid);
	EXPECT_EQ(0, kill((pid_t)pid, 0));
	EXPECT_EQ(-EALREADY, bgt_app_launch(self->bgt, APP, NULL));
	/* An app may not bring itself to the foreground, where it has no budget. */
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "foreground", "foreground -1"));
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(actor_is_silent(APP));
	actor_do(APP, "exit");
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	EXPECT_EQ(0, app_look(self->bgt, APP)->pid);
	actor_launch(self->bgt, APP);
}

TEST_F_TIMEOUT(states, refusals, 180)
{
	begin(self->bgt, PATIENT, "attached");
	EXPECT_EQ(-ENOENT, bgt_app_launch(self->bgt, "org.example.None", NULL));
	EXPECT_EQ(-ESRCH, bgt_app_foreground(self->bgt, APP));
	EXPECT_EQ(-ESRCH, bgt_app_background(self->bgt, APP));
	EXPECT_EQ(-ESRCH, bgt_app_suspend(self->bgt, APP));
	EXPECT_EQ(-ESRCH, bgt_app_resume(self->bgt, APP));
	EXPECT_EQ(-ESRCH, bgt_app_terminate(self->bgt, APP));
	/* The test is no app. */
	EXPECT_EQ(-EPERM, bgt_app_attach(self->bgt));
	EXPECT_EQ(-EPERM, bgt_app_saved(self->bgt));
	helper_install(self->bgt, "org.example.Tasks", "[Task task]\nEntryPoint=/bin/true\n"
		       "Triggers=application\n");
	EXPECT_EQ(-ENOEXEC, bgt_app_launch(self->bgt, "org.example.Tasks", NULL));
	helper_install(self->bgt, "org.example.Wrong", "Exec=/nonexistent\n");
	EXPECT_EQ(0, bgt_app_launch(self->bgt, "org.example.Wrong", NULL));
	EXPECT_TRUE(helper_logs("org.example.Wrong: cannot run /nonexistent: No such file"));
	EXPECT_TRUE(app_becomes(self->bgt, "org.example.Wrong", BGT_APP_NOT_RUNNING));
}

TEST_F_TIMEOUT(states, background_and_back, 180)
{
	begin(self->bgt, PATIENT, "attached");
	actor_launch(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	/* Another call changes nothing. */
	EXPECT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
}

/* An app that does not answer in time is suspended anyway. */
TEST_F_TIMEOUT(states, deadline, 180)
{
	uint64_t start;

	begin(self->bgt, HASTY, "attached");
	actor_launch(self->bgt, APP);
	start = now();
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	EXPECT_GE(now() - start, 300 * MSEC);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_TRUE(helper_logs(APP ": has not saved its state in time"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	/* The app says too late that its state is saved. */
	EXPECT_TRUE(actor_does(APP, "saved", "saved -22"));
}

/* In real time: the default is 5 s. The test is repeated if the machine was late. */
TEST_F_TIMEOUT(states, five_seconds, 180)
{
	uint64_t start, took;
	int tries = 3;

	begin(self->bgt, "", "attached");
	actor_launch(self->bgt, APP);
	do {
		start = now();
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
		took = now() - start;
		note("it was suspended after %llu ms", (unsigned long long)(took / MSEC));
		EXPECT_GE(took, 4500 * MSEC);
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	} while (took > 5500 * MSEC && --tries);
	EXPECT_LE(took, 5500 * MSEC);
}

/* The time to save the state does not pass while a debugger traces the app. */
TEST_F_TIMEOUT(states, traced, 180)
{
	pid_t pid;

	begin(self->bgt, HASTY, "attached");
	pid = (pid_t)actor_launch(self->bgt, APP);
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	/* Three times as long as the timeout. */
	pause_for(900 * MSEC);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, __WALL));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, NULL, NULL));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
}

/* An app that has not attached is suspended at once. */
TEST_F_TIMEOUT(states, unattached, 180)
{
	begin(self->bgt, PATIENT, "unattached");
	actor_launch(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	EXPECT_TRUE(actor_does(APP, "saved", "saved -22"));
}

TEST_F_TIMEOUT(states, resume_during_suspending, 180)
{
	begin(self->bgt, PATIENT, "attached");
	actor_launch(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	ASSERT_EQ(0, bgt_app_resume(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 0"));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(actor_does(APP, "saved", "saved -22"));
	/* Suspended again, the app comes back to the foreground. */
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
}

TEST_F_TIMEOUT(states, resume_in_the_background, 180)
{
	begin(self->bgt, PATIENT, "attached");
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_resume(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 0"));
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(actor_is_silent(APP));
}

/* The app's tasks run on while it is suspended. */
TEST_F_TIMEOUT(states, tasks, 180)
{
	const struct bgt_instance *instance;

	begin(self->bgt, PATIENT, "attached");
	actor_launch(self->bgt, APP);
	helper_register_plain(self->bgt, "task");
	actor_suspend(self->bgt, APP);
	helper_fire(self->bgt, "task");
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED);
	EXPECT_NE(NULL, instance);
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	helper_fire(self->bgt, "task");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/* In the foreground the app has no budget. */
TEST_F_TIMEOUT(states, budget, 180)
{
	begin(self->bgt, PATIENT, "attached");
	EXPECT_FALSE(helper_container(self->bgt)->exempt);
	actor_launch(self->bgt, APP);
	EXPECT_TRUE(helper_container(self->bgt)->exempt);
	actor_suspend(self->bgt, APP);
	EXPECT_FALSE(helper_container(self->bgt)->exempt);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(helper_container(self->bgt)->exempt);
	ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	EXPECT_FALSE(helper_container(self->bgt)->exempt);
}

static bool becomes_throttled(struct bgt *bgt, bool throttled)
{
	uint64_t end = now() + DEADLINE;
	bool known;

	while ((known = helper_container(bgt)->throttled) != throttled && now() < end)
		look_later(end);
	return known == throttled;
}

/* In the foreground the tasks have no budget, either: they are thawed, and not cancelled. */
TEST_F_TIMEOUT(states, throttled, 180)
{
	uint64_t usage, end;

	begin(self->bgt, PATIENT, "attached");
	helper_install(self->bgt, APP, actor_manifest("attached", "[Task burns]\n"
		       "EntryPoint=/bin/sh -c \"while :; do :; done\"\nTriggers=application\n"));
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	helper_run(self->bgt, "burns");
	ASSERT_TRUE(becomes_throttled(self->bgt, true));
	usage = helper_container(self->bgt)->usage;
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_FALSE(helper_container(self->bgt)->throttled);
	/* Twice the budget. */
	end = now() + DEADLINE;
	while (helper_container(self->bgt)->usage < usage + 600 * MSEC && now() < end)
		look_later(end);
	EXPECT_GE(helper_container(self->bgt)->usage, usage + 600 * MSEC);
	EXPECT_FALSE(helper_container(self->bgt)->throttled);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "burns")->state);
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	actor_suspend(self->bgt, APP);
	EXPECT_TRUE(becomes_throttled(self->bgt, true));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "burns")->state);
}

/* A process that somebody else has started in the app's cgroup. */
TEST_F_TIMEOUT(states, started_by_another, 180)
{
	struct burner burner;
	char command[256];

	begin(self->bgt, PATIENT, "attached");
	burner = burner_start("", 1);
	snprintf(command, sizeof(command), "echo %d >%s", burner.pid,
		 helper_cgroup(APP, "app/cgroup.procs"));
	ASSERT_EQ(0, system(command));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_EQ(-EALREADY, bgt_app_launch(self->bgt, APP, NULL));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_TRUE(burner_stands(&burner, 0));
	burner_end(&burner);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
}

/* A connection that watches all apps is told of each change. */
TEST_F_TIMEOUT(states, watched, 180)
{
	static const enum bgt_app_state expected[] = {
		BGT_APP_RUNNING, BGT_APP_SUSPENDING, BGT_APP_SUSPENDED, BGT_APP_NOT_RUNNING,
	};
	const struct bgt_event *event;
	size_t count = 0;

	begin(self->bgt, PATIENT, "attached");
	ASSERT_EQ(0, bgt_task_associate(self->bgt, NULL));
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	while (bgt_next_event(self->bgt, &event) > 0) {
		ASSERT_EQ(BGT_EVENT_APP_CHANGED, event->type);
		ASSERT_LT(count, ARRAY_SIZE(expected));
		EXPECT_STREQ(APP, event->app->id);
		EXPECT_EQ(expected[count], event->app->state);
		EXPECT_EQ(!count, event->app->foreground);
		count++;
	}
	EXPECT_EQ(ARRAY_SIZE(expected), count);
}

/* The next helper goes on from each state. */
TEST_F_TIMEOUT(states, helper_restarted, 180)
{
	uint32_t pid;

	begin(self->bgt, PATIENT, "attached");
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_NOT_RUNNING, app_look(self->bgt, APP)->state);

	pid = actor_launch(self->bgt, APP);
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	EXPECT_EQ(pid, app_look(self->bgt, APP)->pid);
	EXPECT_TRUE(helper_container(self->bgt)->exempt);

	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(helper_container(self->bgt)->exempt);
	actor_do(APP, "saved");
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));

	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_FALSE(helper_container(self->bgt)->exempt);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	/* The app was frozen, and so could connect to the next helper only now; it is told. */
	EXPECT_TRUE(actor_says(APP, "resuming 1"));

	/* The app dies while there is no helper. */
	helper_kill();
	ASSERT_EQ(0, kill((pid_t)pid, SIGKILL));
	helper_launch(self->bgt);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	EXPECT_FALSE(helper_container(self->bgt)->exempt);
	actor_launch(self->bgt, APP);
}

/* Nothing is left of an app that is removed. */
TEST_F_TIMEOUT(states, removed, 180)
{
	uint32_t pid;

	begin(self->bgt, PATIENT, "attached");
	pid = actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	ASSERT_EQ(0, bgt_app_remove(self->bgt, APP));
	for (uint64_t end = now() + DEADLINE; !kill((pid_t)pid, 0) && now() < end;)
		look_later(end);
	EXPECT_EQ(-1, kill((pid_t)pid, 0));
	EXPECT_NE(0, access(helper_path("run/" APP), F_OK));
}

TEST_HARNESS_MAIN
