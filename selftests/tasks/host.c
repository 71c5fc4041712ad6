// SPDX-License-Identifier: GPL-2.0
/* Tasks that are plugins, and bgtask-host, which runs them. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define APP	"org.example.App"
#define PLUGIN	HELPER_TOP "/plugin.so"
#define TASK	"plugin"

FIXTURE(host) {
	struct bgt *bgt;
};

/*
 * Copies a file to where the app's user can read it, since this program's directory may be closed
 * to him.
 */
static void put_here(const char *file)
{
	char program[PATH_MAX] = "", command[2 * PATH_MAX];

	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(command, sizeof(command), "install -m 755 '%s/%s' " HELPER_TOP, dirname(program),
		 file);
	if (system(command))
		fail("cannot install %s", file);
}

FIXTURE_SETUP(host)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	put_here("plugin.so");
	put_here("bgtask-host");
	/* A large budget, since loading takes long on an emulated debug kernel. */
	helper_change(self->bgt, "s|^.Helper.|&\\nPluginHost=" HELPER_TOP "/bgtask-host|;"
		      "s/^Quota=.*/Quota=100s/; s/^Period=.*/Period=200s/");
	helper_install(self->bgt, APP, "[Task " TASK "]\nEntryPoint=" PLUGIN ":Quiet\n"
		       "Triggers=application\n");
	if (bgt_task_associate(self->bgt, APP))
		fail("bgt_task_associate: %s", bgt_error(self->bgt));
}

FIXTURE_TEARDOWN(host)
{
	helper_end();
}

static int try_register(struct bgt *bgt, const char *entry_point)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, TASK);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	if (entry_point)
		bgt_task_builder_set_entry_point(builder, entry_point);
	error = bgt_task_register(builder, NULL);
	bgt_task_builder_free(builder);
	return error;
}

/* Registers the entry point in place of the one before, and fires the task. */
static void start(struct bgt *bgt, const char *entry_point)
{
	int error = bgt_task_unregister_by_name(bgt, APP, TASK, true);

	if (error && error != -ENOENT)
		fail("cannot unregister: %s", bgt_error(bgt));
	if (try_register(bgt, entry_point))
		fail("cannot register %s: %s", entry_point, bgt_error(bgt));
	if (bgt_trigger_fire(bgt, APP, TASK, BGT_TRIGGER_APPLICATION, "an argument"))
		fail("cannot fire: %s", bgt_error(bgt));
}

static const struct bgt_instance *run(struct bgt *bgt, const char *entry_point,
				      enum bgt_instance_state state)
{
	start(bgt, entry_point);
	return instance_wait(bgt, APP, TASK, state);
}

/* Waits until the plugin reports this progress; false if the deadline passes. */
static bool wait_progress(struct bgt *bgt, uint32_t progress)
{
	struct pollfd polled = { .fd = bgt_fd(bgt), .events = POLLIN };
	const struct bgt_event *event;
	uint64_t end = now() + DEADLINE;

	while (now() < end) {
		while (bgt_next_event(bgt, &event) > 0) {
			if (event->type == BGT_EVENT_INSTANCE_PROGRESS &&
			    event->instance->progress == progress)
				return true;
		}
		poll(&polled, 1, 100);
	}
	return false;
}

/* Cancels the running instance, and waits until it is in this state. */
static const struct bgt_instance *cancel(struct bgt *bgt, enum bgt_cancel_reason reason,
					 enum bgt_instance_state state)
{
	const struct bgt_instance *instance;

	instance = instance_wait(bgt, APP, TASK, BGT_INSTANCE_RUNNING);
	if (!instance)
		return NULL;
	if (bgt_instance_cancel(bgt, instance->id, reason))
		fail("cannot cancel: %s", bgt_error(bgt));
	return instance_wait(bgt, APP, TASK, state);
}

TEST_F_TIMEOUT(host, run, 120)
{
	const struct bgt_instance *instance;

	instance = run(self->bgt, PLUGIN ":Details", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(0, instance->status);
	EXPECT_STREQ(APP " " TASK " application \"an argument\" some left not canceled",
		     instance->message);
	EXPECT_EQ(100, instance->progress);
	EXPECT_TRUE(wait_progress(self->bgt, 30));
	EXPECT_TRUE(wait_progress(self->bgt, 100));

	/* A plugin that reports no result has succeeded. */
	instance = run(self->bgt, NULL, BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(0, instance->status);
	EXPECT_STREQ("", instance->message);
}

TEST_F_TIMEOUT(host, failed, 120)
{
	const struct bgt_instance *instance;

	instance = run(self->bgt, PLUGIN ":Fail", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-EIO, instance->status);
	EXPECT_EQ(1023, strlen(instance->message));
	instance = run(self->bgt, PLUGIN ":Surplus", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-EINVAL, instance->status);
}

/* run() returns at once, and the plugin reports its result later, or never. */
TEST_F_TIMEOUT(host, deferred, 120)
{
	const struct bgt_instance *instance;

	start(self->bgt, PLUGIN ":Deferred");
	EXPECT_TRUE(wait_progress(self->bgt, 99));
	instance = instance_wait(self->bgt, APP, TASK, BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("all is done", instance->message);
	EXPECT_EQ(99, instance->progress);
}

TEST_F_TIMEOUT(host, canceled, 120)
{
	static const char *const entry_points[] = { PLUGIN ":Patient", PLUGIN ":Handed" };
	const struct bgt_instance *instance;

	for (int i = 0; i < 2; i++) {
		start(self->bgt, entry_points[i]);
		ASSERT_TRUE(wait_progress(self->bgt, 1));
		instance = cancel(self->bgt, BGT_CANCEL_ENERGY_SAVER, BGT_INSTANCE_CANCELED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(BGT_CANCEL_ENERGY_SAVER, instance->reason);
		EXPECT_STREQ("told energy-saver", instance->message);
	}
}

/* The plugin has ended by itself, whatever its status is. */
TEST_F_TIMEOUT(host, canceled_out_of_time, 120)
{
	const struct bgt_instance *instance;

	start(self->bgt, PLUGIN ":Overdue");
	ASSERT_TRUE(wait_progress(self->bgt, 1));
	instance = cancel(self->bgt, BGT_CANCEL_ABORT, BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-ETIME, instance->status);
	EXPECT_STREQ("no time left", instance->message);
}

/* A plugin that lacks a function is not called there, and ends all the same. */
TEST_F_TIMEOUT(host, no_handler, 120)
{
	const struct bgt_instance *instance;

	start(self->bgt, PLUGIN ":Careless");
	ASSERT_TRUE(wait_progress(self->bgt, 1));
	instance = cancel(self->bgt, BGT_CANCEL_IDLE_TASK, BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("has no function for cancellations", instance->message);
}

TEST_F_TIMEOUT(host, never_returns, 120)
{
	const struct bgt_instance *instance;

	helper_change(self->bgt, "s/^CancelTimeout=.*/CancelTimeout=1s/");
	if (bgt_task_associate(self->bgt, APP))
		fail("bgt_task_associate: %s", bgt_error(self->bgt));
	start(self->bgt, PLUGIN ":Never");
	ASSERT_TRUE(wait_progress(self->bgt, 1));
	instance = cancel(self->bgt, BGT_CANCEL_IDLE_TASK, BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("did not end when it was cancelled", instance->message);
}

/* A signal from outside cancels a plugin, too; the reason is unknown then. */
TEST_F_TIMEOUT(host, signaled, 120)
{
	const struct bgt_instance *instance;

	start(self->bgt, PLUGIN ":Patient");
	ASSERT_TRUE(wait_progress(self->bgt, 1));
	instance = instance_wait(self->bgt, APP, TASK, BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	ASSERT_EQ(0, kill((pid_t)instance->pid, SIGTERM));
	instance = instance_wait(self->bgt, APP, TASK, BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("told terminating", instance->message);
}

/*
 * After a restart the next helper is told of the plugin, and gives the reason: once by a signal,
 * and once when the plugin asks.
 */
TEST_F_TIMEOUT(host, helper_killed, 120)
{
	const struct bgt_instance *instance;

	start(self->bgt, PLUGIN ":Patient");
	ASSERT_TRUE(wait_progress(self->bgt, 1));
	helper_restart(self->bgt);
	instance = cancel(self->bgt, BGT_CANCEL_QUIET_HOURS_ENTERED, BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("told quiet-hours-entered", instance->message);

	start(self->bgt, PLUGIN ":Deferred");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, TASK, BGT_INSTANCE_RUNNING));
	helper_restart(self->bgt);
	instance = instance_wait(self->bgt, APP, TASK, BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("all is done", instance->message);
}

TEST_F_TIMEOUT(host, crashed, 120)
{
	const struct bgt_instance *instance;

	instance = run(self->bgt, PLUGIN ":Crash", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(SIGSEGV, instance->status);
	EXPECT_STREQ("killed by signal 11 (Segmentation fault)", instance->message);
}

/* A plugin must not exit; if it does, the task fails even with status 0. */
TEST_F_TIMEOUT(host, exited, 120)
{
	const struct bgt_instance *instance;

	instance = run(self->bgt, PLUGIN ":Exit", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-EPROTO, instance->status);
	EXPECT_STREQ("the plugin has ended its process, with status 0", instance->message);
	instance = run(self->bgt, PLUGIN ":Leave", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(3, instance->status);
	EXPECT_STREQ("the plugin has ended its process, with status 3", instance->message);
}

TEST_F_TIMEOUT(host, not_loaded, 120)
{
	static const struct {
		const char *entry_point;
		int status;
		const char *message;
	} cases[] = {
		{ HELPER_TOP "/none.so:Quiet", -ENOENT, "No such file or directory" },
		{ HELPER_TOP "/secret.so:Quiet", -EACCES, "Permission denied" },
		{ HELPER_TOP "/text.so:Quiet", -ELIBBAD, "file too short" },
		{ PLUGIN ":None", -ENOENT, "undefined symbol: None" },
		{ PLUGIN ":Function", -EINVAL, "Function is no struct bgt_plugin" },
		{ PLUGIN ":Text", -EINVAL, "Text is no struct bgt_plugin" },
		{ PLUGIN ":Small", -EINVAL, "Small has too small a size" },
		{ PLUGIN ":Idle", -EINVAL, "Idle has no function to run" },
	};
	const struct bgt_instance *instance;

	ASSERT_EQ(0, system("install -m 600 " PLUGIN " " HELPER_TOP "/secret.so && echo text >"
			    HELPER_TOP "/text.so"));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		instance = run(self->bgt, cases[i].entry_point, BGT_INSTANCE_FAILED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(cases[i].status, instance->status);
		EXPECT_NE(NULL, strstr(instance->message, cases[i].message)) {
			note("%s: %s", cases[i].entry_point, instance->message);
		}
	}
}

/* Entry points that are refused without a look at any file. */
TEST_F_TIMEOUT(host, refused, 120)
{
	EXPECT_EQ(-EINVAL, try_register(self->bgt, "plugin.so:Quiet"));
	EXPECT_STREQ("the entry point is a plugin without an absolute path", bgt_error(self->bgt));
	EXPECT_EQ(-EINVAL, try_register(self->bgt, PLUGIN ":"));
	EXPECT_STREQ("the entry point is a plugin without a symbol", bgt_error(self->bgt));
	EXPECT_EQ(-EINVAL, try_register(self->bgt, PLUGIN ":Quiet --once"));
	EXPECT_STREQ("the entry point is a plugin, which cannot have arguments",
		     bgt_error(self->bgt));
	EXPECT_EQ(-EINVAL, try_register(self->bgt, "/bin/sh -c 'true"));
	EXPECT_STREQ("the entry point has a quote that does not end", bgt_error(self->bgt));
	EXPECT_EQ(-EINVAL, try_register(self->bgt, "  "));
	EXPECT_STREQ("the entry point is empty", bgt_error(self->bgt));
}

/* The arguments of a program may look like anything. */
TEST_F_TIMEOUT(host, program, 120)
{
	EXPECT_NE(NULL, run(self->bgt, "/bin/sh -c 'test $0 = a.so:b' a.so:b",
			    BGT_INSTANCE_COMPLETED));
}

TEST_F_TIMEOUT(host, no_host, 120)
{
	const struct bgt_instance *instance;

	ASSERT_EQ(0, unlink(HELPER_TOP "/bgtask-host"));
	instance = run(self->bgt, PLUGIN ":Quiet", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_STREQ("bgtask-host cannot be run: No such file or directory", instance->message);
}

TEST_HARNESS_MAIN
