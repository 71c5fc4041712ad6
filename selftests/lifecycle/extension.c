// SPDX-License-Identifier: GPL-2.0
/* Extensions: who gets one, how long, and how it ends. AC power is the kernel's test_power. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define OTHER	"org.example.Other"
#define PATIENT	"SuspendTimeout=30s\n"
/* The limit is passed when the test says so, or never. */
#define SHORT	PATIENT "ExtensionLimit=1s\n"
#define LONG	PATIENT "ExtensionLimit=1h\n"

FIXTURE(extension) {
	struct bgt *bgt;
};

FIXTURE_SETUP(extension)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
}

FIXTURE_TEARDOWN_PARENT(extension)
{
	/* As other tests expect it. */
	power_set("ac_online", "on");
	helper_end();
	scene_end();
}

TEST_F_TIMEOUT(extension, while_running, 60)
{
	actor_begin(self->bgt, SHORT);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	EXPECT_EQ(BGT_EXTENSION_UNSPECIFIED, app_look(self->bgt, APP)->extension);
	EXPECT_STREQ("a test", app_look(self->bgt, APP)->description);
	EXPECT_TRUE(actor_does(APP, "request unspecified", "request -16"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "request -16"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	/* Longer than on battery. */
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "close", "close -2"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* One that is given back in the foreground changes nothing. */
TEST_F_TIMEOUT(extension, closed_in_foreground, 60)
{
	actor_begin(self->bgt, SHORT);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	EXPECT_TRUE(actor_is_silent(APP));
}

TEST_F_TIMEOUT(extension, while_suspending, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "denied"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(actor_does(APP, "saved", "saved 0"));
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	actor_do(APP, "close");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* One that is closed before all is saved neither takes away the time for that, nor gives more. */
TEST_F_TIMEOUT(extension, closed_while_suspending, 60)
{
	actor_begin(self->bgt, "SuspendTimeout=3s\nExtensionLimit=1h\n");
	for (unsigned int i = 0; i < 2; i++) {
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		EXPECT_TRUE(actor_says(APP, "suspending"));
		ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
		/* Meanwhile it stands still. */
		pause_for(i ? SEC : 4 * SEC);
		EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
		EXPECT_TRUE(actor_does(APP, "close", "close 0"));
		EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
		if (!i)
			actor_do(APP, "saved");
		EXPECT_TRUE(app_is_suspended(self->bgt, APP));
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
		if (!i) {
			EXPECT_TRUE(actor_says(APP, "saved 0"));
		}
		EXPECT_TRUE(actor_says(APP, "resuming 1"));
	}
	EXPECT_TRUE(helper_logs(APP ": has not saved its state in time"));
}

/* Its time passes, and a moment more. */
TEST_F_TIMEOUT(extension, saving_takes_too_long, 60)
{
	uint64_t start, revoked;

	actor_begin(self->bgt, PATIENT "ExtensionLimit=500ms\nSavingTimeout=5s\n");
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	start = now();
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 500"));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	revoked = now();
	/* And no more of it. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	/* That is five seconds, however late it hears of it. */
	EXPECT_GE(now() - start, 5500 * MSEC);
	EXPECT_LT(now() - revoked, 10 * SEC);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 500"));
}

TEST_F_TIMEOUT(extension, resumed, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	/* And while it saves data. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
}

/* One that runs because nobody has suspended it gets no more time for it. */
TEST_F_TIMEOUT(extension, not_launched, 60)
{
	struct helper_settings with = HELPER_SETTINGS;
	char command[512];

	with.more = LONG;
	helper_start_with(self->bgt, &with);
	actor_install(self->bgt, "attached");
	snprintf(command, sizeof(command), "(echo 0 >%s; exec setpriv --reuid=65534 --clear-groups "
		 "env BGTASK_APP=" APP " " HELPER_TOP "/actor attached) &",
		 helper_cgroup(APP, "app/cgroup.procs"));
	ASSERT_EQ(0, system(command));
	ASSERT_TRUE(actor_comes_to_say(APP, "listening"));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
	ASSERT_EQ(0, bgt_app_resume(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "allowed"));
}

TEST_F_TIMEOUT(extension, location_tracking, 60)
{
	power_set("ac_online", "off");
	actor_begin(self->bgt, SHORT);
	actor_install_as(self->bgt, OTHER, "attached");
	actor_launch(self->bgt, OTHER);
	ASSERT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
	/* One on the machine. */
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "denied"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "allowed"));
	EXPECT_TRUE(actor_does(OTHER, "close", "close 0"));
	/* Only in the foreground. */
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, OTHER));
	EXPECT_TRUE(actor_says(OTHER, "suspending"));
	ASSERT_EQ(0, bgt_app_resume(self->bgt, OTHER));
	EXPECT_TRUE(actor_says(OTHER, "resuming 0"));
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "denied"));
}

TEST_F_TIMEOUT(extension, denied_by_user, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "denied"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	/* While it has one. */
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/* What it has had in the foreground it has once more when it ends. */
TEST_F_TIMEOUT(extension, denied_in_foreground, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
}

TEST_F_TIMEOUT(extension, suspended_by_force, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* The last of the jobs closes it. */
TEST_F_TIMEOUT(extension, shared, 60)
{
	actor_begin(self->bgt, LONG);
	EXPECT_TRUE(actor_does(APP, "share", "share -2"));
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	EXPECT_TRUE(actor_does(APP, "share", "share 0"));
	EXPECT_TRUE(actor_does(APP, "share", "share 0"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/* Who is late to finish does so, but does not close what others have asked for since. */
TEST_F_TIMEOUT(extension, shared_and_revoked, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	EXPECT_TRUE(actor_does(APP, "share", "share 0"));
	EXPECT_TRUE(actor_does(APP, "share", "share 0"));
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "share", "share -2"));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	/* There is nothing to be closed, and so nothing that could be refused. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
}

/* The app dies with it. */
TEST_F_TIMEOUT(extension, killed, 60)
{
	actor_begin(self->bgt, LONG);
	ASSERT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
	ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	actor_launch(self->bgt, APP);
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
}

/* The next helper knows of it, and for how long it has been. */
TEST_F_TIMEOUT(extension, helper_restarted, 60)
{
	actor_begin(self->bgt, SHORT);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	helper_restart(self->bgt);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_STREQ("a test", app_look(self->bgt, APP)->description);
	EXPECT_TRUE(actor_does(APP, "request unspecified", "request -16"));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_is_silent(APP));
	power_set("ac_online", "off");
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

TEST_HARNESS_MAIN
