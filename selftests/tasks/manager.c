// SPDX-License-Identifier: GPL-2.0
/*
 * What the helper tells the service manager: that it is ready, that it is alive, and that it ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper.h"
#include "kselftest_harness.h"
#include "manager.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

/* How often the helper must say that it is alive; and how many times the test waits for. */
#define WATCHDOG	(6 * SEC)
#define BEATS		3

FIXTURE(manager) {
	struct bgt *bgt;
	int manager;
};

FIXTURE_SETUP(manager)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_kill();
}

FIXTURE_TEARDOWN_PARENT(manager)
{
	helper_end();
	scene_end();
}

/* The next notice; "" if none comes in this time. */
static const char *hear_within(int manager, uint64_t timeout)
{
	static struct notice notice;

	if (!manager_hear(manager, &notice, timeout))
		*notice.text = '\0';
	return notice.text;
}

static const char *hear(int manager)
{
	return hear_within(manager, DEADLINE);
}

/* The last notice, after all others were read. */
static const char *last(int manager)
{
	static struct notice notice;

	while (manager_hear(manager, &notice, 0))
		;
	return notice.text;
}

TEST_F_TIMEOUT(manager, watchdog, 120)
{
	struct pulse pulse = { 0 };
	uint64_t end;

	self->manager = manager_begin(WATCHDOG);
	helper_begin();
	/* The helper says first that it is alive, so that the watchdog begins. */
	EXPECT_STREQ("WATCHDOG=1", hear(self->manager));
	EXPECT_STREQ("READY=1", hear(self->manager));
	/* When the helper says that it is ready, it answers calls. */
	EXPECT_EQ(0, bgt_condition_get(self->bgt, NULL, NULL, NULL));

	for (end = now() + 2 * BEATS * WATCHDOG; pulse.beats < BEATS && now() < end;
	     usleep(10000))
		manager_feel(self->manager, &pulse);
	note("%u beats, %llu ms between two", pulse.beats,
	     (unsigned long long)(pulse.longest / MSEC));
	EXPECT_EQ(BEATS, pulse.beats);
	EXPECT_LT(pulse.longest, WATCHDOG);
	/* Nor does the helper say so much more often than needed, which would cost energy. */
	EXPECT_GT(pulse.longest, WATCHDOG / 4);

	EXPECT_EQ(0, helper_quit());
	EXPECT_STREQ("STOPPING=1", last(self->manager));
}

/* A helper that hangs does not say that it is alive. */
TEST_F_TIMEOUT(manager, hangs, 60)
{
	struct pulse pulse = { 0 };
	pid_t pid;

	self->manager = manager_begin(SEC);
	pid = helper_begin();
	EXPECT_STREQ("WATCHDOG=1", hear(self->manager));
	EXPECT_STREQ("READY=1", hear(self->manager));
	kill(pid, SIGSTOP);
	ASSERT_EQ(pid, waitpid(pid, NULL, WUNTRACED));
	manager_feel(self->manager, &pulse);
	EXPECT_STREQ("", hear_within(self->manager, 3 * SEC));
	kill(pid, SIGCONT);
	EXPECT_STREQ("WATCHDOG=1", hear(self->manager));
}

/*
 * A helper that is not the watched process, or is not watched at all, does not say that it is
 * alive.
 */
TEST_F_TIMEOUT(manager, not_watched, 60)
{
	self->manager = manager_begin(SEC);
	setenv("WATCHDOG_PID", "1", 1);
	helper_launch(self->bgt);
	EXPECT_EQ(0, helper_quit());
	EXPECT_STREQ("READY=1", hear(self->manager));
	EXPECT_STREQ("STOPPING=1", hear(self->manager));
	EXPECT_STREQ("", hear_within(self->manager, 0));
}

/* A helper that cannot start never says that it is ready. */
TEST_F_TIMEOUT(manager, refuses, 60)
{
	self->manager = manager_begin(WATCHDOG);
	helper_write("bgtaskd.conf", "[Helper]\nThis=is nothing\n");
	helper_begin();
	EXPECT_EQ(1, helper_wait());
	EXPECT_STREQ("", hear_within(self->manager, 0));
}

/* Tasks do not get the variables of the service manager, since no task may speak for the helper. */
TEST_F_TIMEOUT(manager, tasks, 60)
{
	self->manager = manager_begin(WATCHDOG);
	helper_launch(self->bgt);
	helper_install(self->bgt, APP, "Class=free\n[Task tells]\nEntryPoint=/bin/sh -c "
		       "'! env | grep -E \"^(NOTIFY_SOCKET|WATCHDOG_)\"'\nTriggers=application\n");
	helper_register_plain(self->bgt, "tells");
	helper_fire(self->bgt, "tells");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "tells", BGT_INSTANCE_COMPLETED));
}

TEST_HARNESS_MAIN
