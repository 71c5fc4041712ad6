// SPDX-License-Identifier: GPL-2.0
/* What the helper tells the service manager: that it is ready, that it lives, and that it ends. */
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

/* So often it has to tell that it lives; and so often that is looked at. */
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

/* What it is told next; "" if that is nothing for so long. */
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

/* The last that it was told; once all has been. */
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
	/* The first one comes with the wish to be watched. */
	EXPECT_STREQ("WATCHDOG=1", hear(self->manager));
	EXPECT_STREQ("READY=1", hear(self->manager));
	/* That is not said too soon. */
	EXPECT_EQ(0, bgt_condition_get(self->bgt, NULL, NULL, NULL));

	for (end = now() + 2 * BEATS * WATCHDOG; pulse.beats < BEATS && now() < end;
	     usleep(10000))
		manager_feel(self->manager, &pulse);
	note("%u beats, %llu ms between two", pulse.beats,
	     (unsigned long long)(pulse.longest / MSEC));
	EXPECT_EQ(BEATS, pulse.beats);
	EXPECT_LT(pulse.longest, WATCHDOG);
	/* Nor so often that nothing could save energy. */
	EXPECT_GT(pulse.longest, WATCHDOG / 4);

	EXPECT_EQ(0, helper_quit());
	EXPECT_STREQ("STOPPING=1", last(self->manager));
}

/* One that hangs does not say that it lives. */
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

/* What is meant for another process, or is not asked for at all, is not told. */
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

/* One that cannot start is never ready. */
TEST_F_TIMEOUT(manager, refuses, 60)
{
	self->manager = manager_begin(WATCHDOG);
	helper_write("bgtaskd.conf", "[Helper]\nThis=is nothing\n");
	helper_begin();
	EXPECT_EQ(1, helper_wait());
	EXPECT_STREQ("", hear_within(self->manager, 0));
}

/* It is the helper that is watched: no task may speak for it. */
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
