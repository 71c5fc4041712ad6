// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions on battery, and when AC power comes and goes. The kernel's test_power plays the power
 * supply.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define PATIENT	"SuspendTimeout=30s\n"
/* So short that the limit passes during a test. */
#define SHORT	PATIENT "ExtensionLimit=1s\n"

FIXTURE(battery) {
	struct bgt *bgt;
};

FIXTURE_SETUP(battery)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
}

FIXTURE_TEARDOWN_PARENT(battery)
{
	/* Other tests expect AC power. */
	power_set("ac_online", "on");
	helper_end();
	scene_end();
}

/* AC power goes when the extension is older than the limit on battery: it is revoked at once. */
TEST_F_TIMEOUT(battery, unplugged, 60)
{
	actor_begin(self->bgt, SHORT);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	power_set("ac_online", "off");
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* The same for an app that does not react to the events. */
TEST_F_TIMEOUT(battery, ignored, 60)
{
	uint64_t start;

	actor_begin(self->bgt, "SuspendTimeout=1s\nExtensionLimit=1s\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	start = now();
	power_set("ac_online", "off");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	EXPECT_GE(now() - start, SEC);
	EXPECT_TRUE(helper_logs(APP ": has not saved its state in time"));
	/* The app may have been frozen before it could say this. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
}

/*
 * AC power goes when the extension is younger than the limit: it lasts until the limit, which
 * counts from the moment when the app went to the background.
 */
TEST_F_TIMEOUT(battery, unplugged_early, 60)
{
	uint64_t begun, start;

	actor_begin(self->bgt, PATIENT "ExtensionLimit=6s\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	begun = now();
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	start = now();
	pause_for(3 * SEC);
	power_set("ac_online", "off");
	pause_for(SEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	note("revoked when it was %llu ms old", (unsigned long long)((now() - start) / MSEC));
	EXPECT_GE(now() - begun, 6 * SEC);
	EXPECT_LT(now() - start, 8500 * MSEC);
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/* On battery the extension ends after the limit. */
TEST_F_TIMEOUT(battery, on_battery, 60)
{
	power_set("ac_online", "off");
	actor_begin(self->bgt, SHORT);
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed 1000"));
	/* The limit does not count in the foreground. */
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_look(self->bgt, APP)->extended);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

/* AC power comes before the limit: the extension goes on. */
TEST_F_TIMEOUT(battery, plugged_in, 60)
{
	power_set("ac_online", "off");
	actor_begin(self->bgt, PATIENT "ExtensionLimit=10s\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed 10000"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	power_set("ac_online", "on");
	pause_for(11 * SEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	EXPECT_TRUE(actor_is_silent(APP));
}

/*
 * Asks for an extension until it is allowed without a limit, as the helper hears of AC power a
 * little later.
 */
static bool becomes_allowed(const char *id)
{
	uint64_t end = now() + DEADLINE;

	for (; now() < end; look_later(end)) {
		actor_do(id, "request unspecified");
		if (!strcmp(actor_next(id), "allowed"))
			return true;
	}
	return false;
}

TEST_F_TIMEOUT(battery, energy, 60)
{
	unsigned int limit;

	power_set("ac_online", "off");
	actor_begin(self->bgt, PATIENT "ExtensionLimit=2s\nExtensionBudget=3s\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed 2000"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	/* Two of three seconds of the day's budget are used; the next helper knows this, too. */
	helper_restart(self->bgt);
	actor_do(APP, "request unspecified");
	ASSERT_EQ(1, sscanf(actor_next(APP), "allowed %u", &limit));
	EXPECT_LE(limit, 1000);
	EXPECT_GT(limit, 0);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(actor_does(APP, "request unspecified", "denied"));
	/* On AC power extensions use none of the day's budget. */
	power_set("ac_online", "on");
	EXPECT_TRUE(becomes_allowed(APP));
}

/* An app that the user always allows to run has no limit on battery. */
TEST_F_TIMEOUT(battery, always_allowed, 60)
{
	power_set("ac_online", "off");
	actor_begin(self->bgt, SHORT);
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	pause_for(1500 * MSEC);
	EXPECT_TRUE(app_goes_on(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
}

TEST_HARNESS_MAIN
