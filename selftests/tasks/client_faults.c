// SPDX-License-Identifier: GPL-2.0
/*
 * Each call of the library that can fail fails once, in a program that makes all calls of the
 * library (see asker.c). The program learns whether its call was carried out; everything works when
 * it calls again, in the same process; and nothing is left open or allocated.
 */
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "giver.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define CGROUP	"/sys/fs/cgroup/bgtask-selftest-asker"

FIXTURE(client_faults) {
	struct bgt *bgt;
	char asker[PATH_MAX];
};

FIXTURE_SETUP(client_faults)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
	fault_program(self->asker, sizeof(self->asker), "tasks/asker");
}

FIXTURE_TEARDOWN_PARENT(client_faults)
{
	helper_end();
	fault_end();
	scene_end();
}

/* The helper is started before faults begin, so its calls do not fail. */
static void begin(struct bgt *bgt, const char *tasks)
{
	helper_start(bgt);
	fault_begin();
	helper_install(bgt, APP, tasks);
}

/* The program that makes the calls, and in which role. */
static const char *program, *kind;

static int be_asker(int asks, int answers)
{
	(void)asks;
	(void)answers;
	execl(program, program, kind, NULL);
	return 1;
}

static int be_app_asker(int asks, int answers)
{
	const struct passwd *user = getpwnam("nobody");

	if (!user || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		return 1;
	return be_asker(asks, answers);
}

/* Runs the program until each of its calls has failed once. */
static void ask(struct __test_metadata *_metadata, pid_t (*start)(void))
{
	unsigned int faults = 0;
	bool hit;

	do {
		fault_arm();
		EXPECT_EQ(0, task_wait(start()))
			note("after a fault in %s", fault_site());
		hit = fault_disarm();
		faults += hit;
		fault_check_left();
	} while (hit);
	note("%s: %u calls have failed", kind, faults);
	/* Fewer faults would mean that not all calls of the library were made. */
	EXPECT_LT(15, faults);
}

static pid_t start_administrator(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(be_asker(-1, -1));
	return pid;
}

static pid_t start_app(void)
{
	return start_in_app(be_app_asker, -1, -1);
}

TEST_F_TIMEOUT(client_faults, administrator, 600)
{
	program = self->asker;
	kind = "administrator";
	begin(self->bgt, "[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n");
	helper_register_plain(self->bgt, "ok");
	ASSERT_EQ(0, mkdir(CGROUP, 0755));
	ask(_metadata, start_administrator);
	EXPECT_EQ(0, rmdir(CGROUP));
}

TEST_F_TIMEOUT(client_faults, app, 600)
{
	struct app other;

	program = self->asker;
	kind = "app";
	begin(self->bgt, "[Task timed]\nEntryPoint=/bin/true\nTriggers=time\n"
	      "[Task socket]\nEntryPoint=/bin/true\nTriggers=control-channel\n");
	/* An app must be in the foreground to ask for an extension. */
	other = app_start();
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	ask(_metadata, start_app);
	app_end(&other);
}

TEST_F_TIMEOUT(client_faults, instance, 600)
{
	const struct bgt_instance *instance;
	char tasks[2 * PATH_MAX];
	unsigned int faults = 0;
	bool hit;

	helper_start(self->bgt);
	fault_begin();
	snprintf(tasks, sizeof(tasks),
		 "[Task asks]\nTriggers=application\n"
		 "EntryPoint=/usr/bin/env LD_PRELOAD=%s " FAULT_VARIABLE "=%s %s instance\n",
		 getenv("LD_PRELOAD"), getenv(FAULT_VARIABLE), self->asker);
	helper_install(self->bgt, APP, tasks);
	helper_register_plain(self->bgt, "asks");
	do {
		fault_arm();
		helper_fire(self->bgt, "asks");
		instance = instance_wait(self->bgt, APP, "asks", BGT_INSTANCE_FAILED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(7, instance->status);
		EXPECT_STREQ("it is done", instance->message);
		hit = fault_disarm();
		faults += hit;
		fault_check_left();
	} while (hit);
	note("%u calls have failed", faults);
	EXPECT_LT(5, faults);
}

TEST_HARNESS_MAIN
