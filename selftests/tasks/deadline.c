// SPDX-License-Identifier: GPL-2.0
/*
 * The deadline of a cancellation: a task that has not ended by then is killed, with the rest of its
 * app.
 */
#include <errno.h>
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
#include "wall.h"

#define ALL	"Triggers=application\n"
/* Creates a file once it ignores SIGTERM. */
#define DEAF	"trap : TERM; : >" HELPER_SAID "/ready-$BGTASK_TASK; "
#define TASKS									\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" ALL				\
	"[Task burn]\nEntryPoint=/bin/sh -c \"while :; do :; done\"\n" ALL	\
	"[Task deaf]\nEntryPoint=/bin/sh -c \"" DEAF				\
		"while :; do sleep 1000; done\"\n" ALL				\
	"[Task deaf-burn]\nEntryPoint=/bin/sh -c \"" DEAF			\
		"while :; do :; done\"\n" ALL

/* Shorter than the default, but for the test that measures the default. */
#define TIMEOUT	(700 * MSEC)

FIXTURE(deadline) {
	struct bgt *bgt;
};

FIXTURE_SETUP(deadline)
{
	scene_begin();
	self->bgt = mutex_connect();
}

FIXTURE_TEARDOWN(deadline)
{
	helper_end();
}

static void begin(struct bgt *bgt, uint64_t timeout)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.cancel_timeout = timeout;
	helper_start_with(bgt, &settings);
	helper_install(bgt, APP, "Class=free\n" TASKS);
}

/*
 * Starts the helper with a budget that, once it is spent, does not come back before the test is
 * over.
 */
static void begin_poor(struct bgt *bgt, uint64_t timeout)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.cancel_timeout = timeout;
	settings.quota = SEC;
	settings.period = 3600 * SEC;
	helper_start_with(bgt, &settings);
	helper_install(bgt, APP, TASKS);
}

/* Runs a task, waits until it has created its file, and returns the instance. */
static const struct bgt_instance *run_ready(struct bgt *bgt, const char *name)
{
	char file[128];

	helper_run(bgt, name);
	snprintf(file, sizeof(file), "said/ready-%s", name);
	helper_wait_file(file);
	return instance_look(bgt, APP, name);
}

static void cancel(struct bgt *bgt, uint32_t id, enum bgt_cancel_reason reason)
{
	if (bgt_instance_cancel(bgt, id, reason))
		fail("bgt_instance_cancel: %s", bgt_error(bgt));
}

/* Starts a process of the app itself and a child of it; both ignore SIGTERM. */
static pid_t start_app(void)
{
	char path[4096], self[16];
	FILE *procs;
	pid_t pid;

	snprintf(path, sizeof(path), "%s", helper_cgroup(APP, "app/cgroup.procs"));
	pid = fork();
	if (pid)
		return pid;
	signal(SIGTERM, SIG_IGN);
	snprintf(self, sizeof(self), "%d\n", getpid());
	procs = fopen(path, "w");
	if (!procs || fputs(self, procs) < 0 || fclose(procs))
		_exit(1);
	(void)!fork();
	for (;;)
		pause();
}

/* Whether a cgroup of the app has processes. */
static bool is_populated(const char *below)
{
	char text[128] = "", file[128];
	FILE *events;
	size_t size;

	snprintf(file, sizeof(file), "%s/cgroup.events", below);
	events = fopen(helper_cgroup(APP, file), "r");
	if (!events)
		return false;
	size = fread(text, 1, sizeof(text) - 1, events);
	fclose(events);
	text[size] = '\0';
	return strstr(text, "populated 1");
}

static bool is_left(const char *below)
{
	uint64_t end = now() + DEADLINE;

	while (is_populated(below) && now() < end)
		look_later(end);
	return !is_populated(below);
}

/* Cancels a task that hangs, with the default timeout. Returns how long the task had, ns. */
static uint64_t hang(struct __test_metadata *_metadata, struct bgt *bgt)
{
	const struct bgt_instance *instance;
	uint64_t begun, took;
	char text[256];
	uint32_t pid;
	pid_t app;

	begin(bgt, 0);
	instance = run_ready(bgt, "deaf");
	pid = instance->pid;
	helper_run(bgt, "long");
	app = start_app();
	while (!is_populated("app"))
		usleep(1000);

	instance = instance_look(bgt, APP, "deaf");
	begun = wall();
	cancel(bgt, instance->id, BGT_CANCEL_EXECUTION_TIME_EXCEEDED);
	EXPECT_EQ(BGT_INSTANCE_CANCELLING, instance_look(bgt, APP, "deaf")->state);
	EXPECT_TRUE(is_populated("app"));
	EXPECT_EQ(128 + SIGKILL, task_wait(app));
	instance = instance_wait(bgt, APP, "deaf", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	took = instance->ended - begun;
	note("it was over after %llu ms", (unsigned long long)(took / MSEC));
	EXPECT_GE(took, 4500 * MSEC);
	EXPECT_EQ(BGT_CANCEL_EXECUTION_TIME_EXCEEDED, instance->reason);
	EXPECT_STREQ("did not end when it was cancelled", instance->message);

	/*
	 * The task's child and the other task are killed, too; the other task was not told to end.
	 */
	EXPECT_TRUE(is_left("app"));
	EXPECT_TRUE(is_left("task"));
	instance = instance_wait(bgt, APP, "long", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(instance->canceled);
	EXPECT_EQ(BGT_CANCEL_TERMINATING, instance->reason);

	EXPECT_TRUE(helper_logs(APP ": task deaf hangs, and has used "));
	snprintf(text, sizeof(text), APP ": task deaf hangs: thread %u (sh) waits in do_wait", pid);
	EXPECT_TRUE(helper_logs(text));
	EXPECT_TRUE(helper_logs("\n[<0>] do_wait"));
	EXPECT_TRUE(helper_logs("(sleep) waits in hrtimer_nanosleep"));
	EXPECT_TRUE(helper_logs("\n[<0>] hrtimer_nanosleep"));
	return took;
}

/*
 * In real time: the whole app ends after 5 s, and the log says which task hangs, and where. The
 * test is repeated if the machine was late.
 */
TEST_F_TIMEOUT(deadline, five_seconds, 180)
{
	uint64_t took;
	int tries = 3;

	do
		took = hang(_metadata, self->bgt);
	while (took > 5500 * MSEC && --tries);
	EXPECT_LE(took, 5500 * MSEC);
}

/* An app that was exempt before the cancellation stays exempt. */
TEST_F_TIMEOUT(deadline, exempt_before, 180)
{
	struct bgt_container *container;

	begin_poor(self->bgt, DEADLINE);
	helper_run(self->bgt, "burn");
	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, APP, &container));
	container_set_exempt(self->bgt, container->id, true);
	bgt_container_free(container);
	cancel(self->bgt, instance_look(self->bgt, APP, "burn")->id, BGT_CANCEL_ABORT);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "burn", BGT_INSTANCE_CANCELED));
	EXPECT_TRUE(helper_container(self->bgt)->exempt);
}

/*
 * The next helper completes the cancellation, also if the task has ended while there was no helper.
 */
TEST_F_TIMEOUT(deadline, helper_killed, 180)
{
	const struct bgt_instance *instance;
	uint32_t id, pid;

	begin_poor(self->bgt, TIMEOUT);
	instance = run_ready(self->bgt, "deaf-burn");
	id = instance->id;
	helper_wait_throttled(self->bgt);
	cancel(self->bgt, id, BGT_CANCEL_SYSTEM_POLICY);
	helper_restart(self->bgt);
	instance = instance_wait(self->bgt, APP, "deaf-burn", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->id);
	EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
	EXPECT_EQ(0, helper_container(self->bgt)->reprieve);

	/* This helper is killed before the timeout has passed. */
	helper_change(self->bgt, "s/^CancelTimeout=.*/CancelTimeout=30s/");
	instance = helper_run(self->bgt, "long");
	id = instance->id;
	pid = instance->pid;
	ASSERT_EQ(0, kill((pid_t)pid, SIGSTOP));
	cancel(self->bgt, id, BGT_CANCEL_SYSTEM_POLICY);
	EXPECT_GT(helper_container(self->bgt)->reprieve, 0);
	helper_kill();
	ASSERT_EQ(0, kill((pid_t)pid, SIGKILL));
	EXPECT_TRUE(is_left("task"));
	helper_launch(self->bgt);
	instance = instance_look(self->bgt, APP, "long");
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance->state);
	EXPECT_EQ(0, helper_container(self->bgt)->reprieve);
}

/* The time to end does not pass while a debugger traces the task. */
TEST_F_TIMEOUT(deadline, traced, 180)
{
	const uint64_t timeout = 2 * SEC;
	const struct bgt_instance *instance;
	uint64_t released;
	uint32_t id;
	int status;
	pid_t pid;

	begin(self->bgt, timeout);
	instance = run_ready(self->bgt, "deaf");
	pid = (pid_t)instance->pid;
	id = instance->id;
	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	cancel(self->bgt, id, BGT_CANCEL_ABORT);
	/* The tracer stops the task before the task gets the signal. */
	ASSERT_EQ(pid, waitpid(pid, &status, __WALL));
	ASSERT_TRUE(WIFSTOPPED(status));
	EXPECT_EQ(SIGTERM, WSTOPSIG(status));
	pause_for(timeout * 2 + timeout / 2);
	EXPECT_EQ(BGT_INSTANCE_CANCELLING, instance_look(self->bgt, APP, "deaf")->state);

	released = wall();
	ASSERT_EQ(0, ptrace(PTRACE_DETACH, pid, NULL, (void *)(uintptr_t)SIGTERM));
	instance = instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	note("it was over %llu ms after the debugger had gone",
	     (unsigned long long)((instance->ended - released) / MSEC));
	/* The whole time was left, but the helper looks only from time to time. */
	EXPECT_GE(instance->ended - released, timeout - timeout / 10);
}

TEST_HARNESS_MAIN
