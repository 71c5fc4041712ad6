// SPDX-License-Identifier: GPL-2.0
/*
 * Idle tasks, and tasks that are not idle. A task of another app, which does nothing at all, serves
 * as a clock: when the helper has cancelled it, the window has passed for each task that ran
 * before.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"
#include "wire.h"

#define OTHER	"org.example.Other"

#define ALL	"Triggers=application\n"
#define OPEN	"exec 3<>/dev/udp/" WIRE_FAR "/9; "
#define TASKS									\
	"[Task blocked]\nEntryPoint=/bin/bash -c \"" OPEN "read -u 3\"\n" ALL	\
	"[Task works]\nEntryPoint=/bin/sh -c \"while sleep 0.2; do :; done\"\n" ALL	\
	"[Task talks]\nEntryPoint=/bin/bash -c \"" OPEN "while sleep 0.2; do "	\
		"printf %01000d 0 >&3; done\"\n" ALL				\
	"[Task listens]\nEntryPoint=/bin/bash -c \"" OPEN "echo >&3; "		\
		"exec cat <&3 >/dev/null\"\n" ALL				\
	"[Task deaf]\nEntryPoint=/bin/bash -c \"trap : TERM; " OPEN		\
		"while :; do read -u 3; done\"\n" ALL				\
	"[Task burn]\nEntryPoint=/bin/sh -c \"while :; do :; done\"\n" ALL	\
	"[Task tires]\nEntryPoint=/bin/bash -c \"timeout 1 /bin/bash -c "	\
		"'while :; do :; done'; " OPEN "read -u 3\"\n" ALL

FIXTURE(idle) {
	struct bgt *bgt;
};

FIXTURE_SETUP(idle)
{
	scene_begin();
	self->bgt = mutex_connect();
	wire_begin();
}

FIXTURE_TEARDOWN(idle)
{
	helper_end();
	wire_end();
}

/* The helper needs to see 1 ms of CPU time in 2 s, unless a test changes that. */
static void begin_with(struct bgt *bgt, const struct helper_settings *settings, const char *class)
{
	char lines[2048];

	helper_start_with(bgt, settings);
	helper_change(bgt, "s/^IdleWindow=.*/IdleWindow=2s\\nIdleMinimumCpu=1ms/");
	snprintf(lines, sizeof(lines), "%s%s", class, TASKS);
	helper_install(bgt, APP, lines);
	helper_install(bgt, OTHER, "Class=free\n" TASKS);
	helper_register(bgt, (struct wanted){ .app = OTHER, .name = "blocked",
					      .trigger = BGT_TRIGGER_APPLICATION });
}

static void begin(struct bgt *bgt)
{
	const struct helper_settings settings = HELPER_SETTINGS;

	begin_with(bgt, &settings, "Class=free\n");
}

/* Lets the other app's task run until it is cancelled for being idle, so many times. */
static void wait_idle(struct bgt *bgt, int times)
{
	while (times--) {
		if (bgt_trigger_fire(bgt, OTHER, "blocked", BGT_TRIGGER_APPLICATION, NULL))
			fail("bgt_trigger_fire: %s", bgt_error(bgt));
		if (!instance_wait(bgt, OTHER, "blocked", BGT_INSTANCE_RUNNING) ||
		    !instance_wait(bgt, OTHER, "blocked", BGT_INSTANCE_CANCELED))
			fail("who is idle is not cancelled");
	}
}

static bool is_running(struct bgt *bgt, const char *name)
{
	return instance_look(bgt, APP, name)->state == BGT_INSTANCE_RUNNING;
}

static bool is_cancelled(struct bgt *bgt, const char *name)
{
	const struct bgt_instance *instance = instance_wait(bgt, APP, name, BGT_INSTANCE_CANCELED);

	return instance && instance->canceled && instance->reason == BGT_CANCEL_IDLE_TASK;
}

/* The task waits on a socket, where nothing ever arrives. */
TEST_F_TIMEOUT(idle, blocked, 120)
{
	const struct bgt_instance *instance;

	begin(self->bgt);
	helper_run(self->bgt, "blocked");
	EXPECT_TRUE(helper_container(self->bgt)->count_traffic);
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
	instance = instance_look(self->bgt, APP, "blocked");
	/* Not before the window was over. */
	EXPECT_GE(instance->ended - instance->started, 2 * SEC);
	EXPECT_TRUE(helper_logs(APP ": task blocked is idle: "));
	EXPECT_TRUE(helper_uncounted(self->bgt));
}

/* A task that works little goes on, although another task of the same app is cancelled. */
TEST_F_TIMEOUT(idle, works, 120)
{
	begin(self->bgt);
	helper_run(self->bgt, "works");
	helper_run(self->bgt, "blocked");
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
	wait_idle(self->bgt, 2);
	EXPECT_TRUE(is_running(self->bgt, "works"));
}

/* The task uses too little CPU time, but it uses the network. */
TEST_F_TIMEOUT(idle, talks, 120)
{
	uint64_t end = now() + DEADLINE;

	begin(self->bgt);
	helper_change(self->bgt, "s/^IdleMinimumCpu=.*/IdleMinimumCpu=1h/; "
		      "s/^IdleWindow=.*/IdleWindow=1h/");
	helper_run(self->bgt, "talks");
	/* Waits until the task has sent something, however long it takes to begin. */
	while (!helper_container(self->bgt)->sent && now() < end)
		look_later(end);
	helper_change(self->bgt, "s/^IdleWindow=.*/IdleWindow=2s/");
	wait_idle(self->bgt, 2);
	EXPECT_TRUE(is_running(self->bgt, "talks"));
	EXPECT_GT(helper_container(self->bgt)->sent, 0);

	/* With a higher minimum of traffic the task is idle. */
	helper_change(self->bgt, "/^IdleMinimumCpu=/a IdleMinimumTraffic=1GB");
	EXPECT_TRUE(is_cancelled(self->bgt, "talks"));
}

/* Receiving counts like sending. */
TEST_F_TIMEOUT(idle, listens, 120)
{
	uint64_t end = now() + DEADLINE;

	wire_begin_fountain();
	begin(self->bgt);
	helper_change(self->bgt, "s/^IdleMinimumCpu=.*/IdleMinimumCpu=1h/; "
		      "s/^IdleWindow=.*/IdleWindow=1h/");
	helper_run(self->bgt, "listens");
	while (!helper_container(self->bgt)->received && now() < end)
		look_later(end);
	helper_change(self->bgt, "s/^IdleWindow=.*/IdleWindow=2s/");
	wait_idle(self->bgt, 2);
	EXPECT_TRUE(is_running(self->bgt, "listens"));
	/* The task itself has sent less than the minimum. */
	EXPECT_LT(helper_container(self->bgt)->sent, 1024);
}

/* The shorter window of standby counts as soon as no user is present. */
TEST_F_TIMEOUT(idle, standby, 120)
{
	begin(self->bgt);
	helper_change(self->bgt, "s/^IdleWindow=.*/IdleWindow=1h/; "
		      "s/^IdleWindowStandby=.*/IdleWindowStandby=1s/");
	ASSERT_EQ(0, bgt_condition_set(self->bgt, BGT_CONDITION_USER_PRESENT,
				       BGT_CONDITION_USER_PRESENT, false));
	helper_run(self->bgt, "blocked");
	pause_for(4 * SEC);
	EXPECT_TRUE(is_running(self->bgt, "blocked"));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, BGT_CONDITION_USER_PRESENT, 0, false));
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
}

/* A task that stands still because the budget is spent is not idle. */
TEST_F_TIMEOUT(idle, throttled, 120)
{
	struct helper_settings settings = HELPER_SETTINGS;
	struct bgt *events;
	uint32_t id;

	settings.period = 3600 * SEC;
	begin_with(self->bgt, &settings, "");
	events = container_connect();
	helper_run(self->bgt, "burn");
	id = helper_container(self->bgt)->id;
	ASSERT_NE(NULL, event_wait(events, BGT_EVENT_CONTAINER_STOPPED, id));
	bgt_close(events);
	wait_idle(self->bgt, 3);
	EXPECT_TRUE(is_running(self->bgt, "burn"));
	EXPECT_TRUE(helper_container(self->bgt)->throttled);
}

/*
 * The helper may not see that the budget was spent, if it is replenished before the next look: the
 * task is not idle, either. A task that does nothing is idle even though the app was throttled
 * before.
 */
TEST_F_TIMEOUT(idle, throttled_between, 120)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.quota = 70 * MSEC;
	settings.period = 100 * MSEC;
	begin_with(self->bgt, &settings, "");
	helper_change(self->bgt, "s/^IdleMinimumCpu=.*/IdleMinimumCpu=1h/");
	helper_run(self->bgt, "burn");
	wait_idle(self->bgt, 3);
	EXPECT_TRUE(is_running(self->bgt, "burn"));
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "burn")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "burn", BGT_INSTANCE_CANCELED));
	EXPECT_GT(helper_container(self->bgt)->times_throttled, 0);
	helper_run(self->bgt, "tires");
	EXPECT_TRUE(is_cancelled(self->bgt, "tires"));
}

/* A task is not idle while a debugger traces it. */
TEST_F_TIMEOUT(idle, traced, 120)
{
	pid_t pid;

	begin(self->bgt);
	pid = (pid_t)helper_run(self->bgt, "blocked")->pid;
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	wait_idle(self->bgt, 3);
	EXPECT_TRUE(is_running(self->bgt, "blocked"));
	ASSERT_EQ(0, ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	ASSERT_EQ(pid, waitpid(pid, NULL, __WALL));
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, NULL, NULL));
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
}

/* Tasks of an app that the user looks at are not idle. */
TEST_F_TIMEOUT(idle, foreground, 120)
{
	begin(self->bgt);
	helper_run(self->bgt, "blocked");
	container_set_exempt(self->bgt, helper_container(self->bgt)->id, true);
	wait_idle(self->bgt, 3);
	EXPECT_TRUE(is_running(self->bgt, "blocked"));
	container_set_exempt(self->bgt, helper_container(self->bgt)->id, false);
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
}

/* An idle task that ignores its cancellation is killed after the timeout. */
TEST_F_TIMEOUT(idle, deaf, 120)
{
	struct helper_settings settings = HELPER_SETTINGS;
	const struct bgt_instance *instance;

	settings.cancel_timeout = 700 * MSEC;
	begin_with(self->bgt, &settings, "Class=free\n");
	helper_run(self->bgt, "deaf");
	instance = instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(instance->canceled);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, instance->reason);
	EXPECT_TRUE(helper_logs(APP ": task deaf hangs, and has used "));
}

/* A task is found idle although the helper was restarted, or its container deleted, in between. */
TEST_F_TIMEOUT(idle, begun_anew, 120)
{
	const struct bgt_instance *instance;
	pid_t pid;

	begin(self->bgt);
	helper_run(self->bgt, "blocked");
	helper_restart(self->bgt);
	EXPECT_TRUE(helper_container(self->bgt)->count_traffic);
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));
	EXPECT_TRUE(helper_uncounted(self->bgt));

	helper_fire(self->bgt, "blocked");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "blocked", BGT_INSTANCE_RUNNING));
	ASSERT_EQ(0, bgt_container_del(self->bgt, helper_container(self->bgt)->id));
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked"));

	/* Traffic is not counted any more for a task that has ended while there was no helper. */
	helper_fire(self->bgt, "blocked");
	instance = instance_wait(self->bgt, APP, "blocked", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	pid = (pid_t)instance->pid;
	EXPECT_TRUE(helper_container(self->bgt)->count_traffic);
	helper_kill();
	ASSERT_EQ(0, kill(pid, SIGKILL));
	helper_launch(self->bgt);
	EXPECT_TRUE(helper_uncounted(self->bgt));
}

TEST_HARNESS_MAIN
