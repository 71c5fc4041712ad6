// SPDX-License-Identifier: GPL-2.0
/*
 * The time of extensions does not pass while a debugger traces the app. The kernel's test_power
 * plays the power supply.
 */
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define PATIENT	"SuspendTimeout=1h\n"
#define LIMIT	(2 * SEC)

FIXTURE(traced) {
	struct bgt *bgt;
};

FIXTURE_SETUP(traced)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(false);
}

FIXTURE_TEARDOWN_PARENT(traced)
{
	power_set("ac_online", "on");
	helper_end();
	scene_end();
}

/* Starts the app, and traces it. */
static pid_t begin(struct bgt *bgt, const char *settings)
{
	pid_t pid = (pid_t)actor_begin(bgt, settings);

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		fail("cannot trace the app");
	return pid;
}

static void let_go(pid_t pid)
{
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) || waitpid(pid, NULL, __WALL) != pid ||
	    ptrace(PTRACE_DETACH, pid, NULL, NULL))
		fail("cannot let the app go");
}

static bool has_extension(struct bgt *bgt, enum bgt_app_state state)
{
	const struct bgt_app *app = app_look(bgt, APP);

	return app->state == state && app->extended && actor_is_silent(APP);
}

/*
 * The extension has lasted for its whole time since @start; the helper looks only from time to
 * time.
 */
static bool is_revoked_in_time(uint64_t start)
{
	bool revoked = actor_says(APP, "revoked system-policy");

	note("revoked after %llu ms", (unsigned long long)((now() - start) / MSEC));
	return revoked && now() - start >= LIMIT - LIMIT / 10;
}

TEST_F_TIMEOUT(traced, limit, 180)
{
	pid_t pid = begin(self->bgt, PATIENT "ExtensionLimit=2s\n");
	uint64_t start;

	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed 2000"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(3 * LIMIT);
	EXPECT_TRUE(has_extension(self->bgt, BGT_APP_RUNNING));
	start = now();
	let_go(pid);
	EXPECT_TRUE(is_revoked_in_time(start));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/* The next helper knows how much time is left. */
TEST_F_TIMEOUT(traced, helper_restarted, 180)
{
	pid_t pid = begin(self->bgt, PATIENT "ExtensionLimit=5s\n");

	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed 5000"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(6 * SEC);
	helper_restart(self->bgt);
	ASSERT_TRUE(actor_does(APP, "mark back", "mark back"));
	EXPECT_TRUE(has_extension(self->bgt, BGT_APP_RUNNING));
	let_go(pid);
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
}

/* An extension on AC power does not get older, either. */
TEST_F_TIMEOUT(traced, unplugged, 180)
{
	uint64_t start;
	pid_t pid;

	power_set("ac_online", "on");
	pid = begin(self->bgt, PATIENT "ExtensionLimit=2s\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(2 * LIMIT);
	power_set("ac_online", "off");
	pause_for(2 * LIMIT);
	EXPECT_TRUE(has_extension(self->bgt, BGT_APP_RUNNING));
	start = now();
	let_go(pid);
	EXPECT_TRUE(is_revoked_in_time(start));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

TEST_F_TIMEOUT(traced, saving, 180)
{
	pid_t pid = begin(self->bgt, PATIENT "ExtensionLimit=2s\nSavingTimeout=3s\n");
	uint64_t start;

	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 2000"));
	pause_for(3 * LIMIT);
	EXPECT_TRUE(has_extension(self->bgt, BGT_APP_SUSPENDING));
	start = now();
	let_go(pid);
	EXPECT_TRUE(is_revoked_in_time(start));
	/* When the extension is over, the time to finish saving passes, too. */
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
}

/*
 * The time to finish saving does not pass, for the helper that has revoked the extension, and for
 * the next.
 */
TEST_F_TIMEOUT(traced, saving_over, 180)
{
	pid_t pid = begin(self->bgt, PATIENT "ExtensionLimit=1h\nSavingTimeout=1s\n");

	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	pause_for(2 * SEC);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	helper_restart(self->bgt);
	pause_for(2 * SEC);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	let_go(pid);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
}

/* An extension uses nothing of the day's budget. */
TEST_F_TIMEOUT(traced, energy, 180)
{
	static const char *const reasons[] = { "unspecified", "location-tracking" };
	pid_t pid = begin(self->bgt, PATIENT "ExtensionLimit=10s\nExtensionBudget=10s\n");

	for (unsigned int i = 0; i < ARRAY_SIZE(reasons); i++) {
		char command[64];

		snprintf(command, sizeof(command), "request %s", reasons[i]);
		ASSERT_TRUE(actor_does(APP, command, i ? "allowed" : "allowed 10000"));
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		pause_for(2 * SEC);
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
		EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	}
	EXPECT_TRUE(actor_does(APP, "request unspecified", "allowed 10000"));
	let_go(pid);
}

TEST_HARNESS_MAIN
