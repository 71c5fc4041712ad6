// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions: who gets one, how long it lasts, and how it ends. The kernel's test_power plays the
 * power supply.
 */
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
/* A limit that passes during a test, and one that does not. */
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
	/* Other tests expect AC power. */
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
	/* Longer than the limit, which is for extensions on battery. */
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "close", "close -2"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* An extension that the app closes in the foreground has no effect. */
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

/*
 * An app that closes its extension for saving data still has the rest of the time to save its
 * state, which did not pass during the extension, and no more.
 */
TEST_F_TIMEOUT(extension, closed_while_suspending, 60)
{
	actor_begin(self->bgt, "SuspendTimeout=3s\nExtensionLimit=1h\n");
	for (unsigned int i = 0; i < 2; i++) {
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		EXPECT_TRUE(actor_says(APP, "suspending"));
		ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
		/* The time to save the state stands still during the extension. */
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

/*
 * An extension for saving data ends after the limit; then the app has SavingTimeout before it is
 * suspended.
 */
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
	/* The app gets no second extension for saving data. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	/* SavingTimeout, whenever the app hears of the end of the extension. */
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
	/* An extension for saving data ends, too, when the app comes to the foreground. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
}

/* A process that the helper has not launched gets no extension until a call has resumed the app. */
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
	/* Only one app of the machine may track the location. */
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "denied"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "allowed"));
	EXPECT_TRUE(actor_does(OTHER, "close", "close 0"));
	/* An app in the background gets no extension, although it runs. */
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
	/* The user denies the app while it has an extension. */
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/*
 * An extension for saving data that was revoked in the foreground does not count: the app gets
 * another one.
 */
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

/* The extension ends when all of the jobs that share it have finished. */
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

/*
 * A job whose extension was revoked can finish, but does not close an extension that others have
 * requested.
 */
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
	/* No extension is open, so the last job has nothing to close, and no error. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_does(APP, "finish", "finish 0"));
}

/* The extension ends with the app's process. */
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

/* The next helper knows of the extension, and how old it is. */
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
