// SPDX-License-Identifier: GPL-2.0
/* Apps that die in each state, by themselves or because they are terminated. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

FIXTURE(killed) {
	struct bgt *bgt;
};

FIXTURE_VARIANT(killed) {
	bool (*enter)(struct bgt *bgt);
	enum bgt_app_state state;
	bool extended;
};

static bool enter_foreground(struct bgt *bgt)
{
	return app_look(bgt, APP)->foreground;
}

FIXTURE_VARIANT_ADD(killed, foreground) {
	.enter = enter_foreground, .state = BGT_APP_RUNNING,
};

static bool enter_suspending(struct bgt *bgt)
{
	return !bgt_app_background(bgt, APP) && actor_says(APP, "suspending");
}

FIXTURE_VARIANT_ADD(killed, suspending) {
	.enter = enter_suspending, .state = BGT_APP_SUSPENDING,
};

static bool enter_saving(struct bgt *bgt)
{
	return enter_suspending(bgt) && actor_does(APP, "request saving-data", "allowed 3600000");
}

FIXTURE_VARIANT_ADD(killed, saving) {
	.enter = enter_saving, .state = BGT_APP_SUSPENDING, .extended = true,
};

static bool enter_extended(struct bgt *bgt)
{
	return actor_does(APP, "request location-tracking", "allowed") &&
	       !bgt_app_background(bgt, APP);
}

FIXTURE_VARIANT_ADD(killed, extended) {
	.enter = enter_extended, .state = BGT_APP_RUNNING, .extended = true,
};

static bool enter_resumed(struct bgt *bgt)
{
	return enter_suspending(bgt) && !bgt_app_resume(bgt, APP) && actor_says(APP, "resuming 0");
}

FIXTURE_VARIANT_ADD(killed, resumed) {
	.enter = enter_resumed, .state = BGT_APP_RUNNING,
};

static bool enter_suspended(struct bgt *bgt)
{
	actor_suspend(bgt, APP);
	return true;
}

FIXTURE_VARIANT_ADD(killed, suspended) {
	.enter = enter_suspended, .state = BGT_APP_SUSPENDED,
};

FIXTURE_SETUP(killed)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->bgt = mutex_connect();
	with.more = "SuspendTimeout=1h\nExtensionLimit=1h\n";
	helper_start_with(self->bgt, &with);
	actor_install(self->bgt, "attached");
}

FIXTURE_TEARDOWN_PARENT(killed)
{
	helper_end();
	scene_end();
}

/* The app dies in each state, and is launched again as if nothing had happened. */
TEST_F_TIMEOUT(killed, each, 120)
{
	for (unsigned int i = 0; i < 2; i++) {
		uint32_t pid = actor_launch(self->bgt, APP);

		ASSERT_TRUE(variant->enter(self->bgt));
		EXPECT_EQ(variant->state, app_look(self->bgt, APP)->state);
		EXPECT_EQ(variant->extended, app_look(self->bgt, APP)->extended);
		ASSERT_EQ(0, i ? bgt_app_terminate(self->bgt, APP) : kill((pid_t)pid, SIGKILL));
		EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
		EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
		EXPECT_FALSE(app_look(self->bgt, APP)->extended);
		EXPECT_FALSE(helper_container(self->bgt)->exempt);
		EXPECT_EQ(-ESRCH, bgt_app_terminate(self->bgt, APP));
	}
	actor_launch(self->bgt, APP);
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	/*
	 * No extension of the app that died is left: the app gets the only one for location
	 * tracking.
	 */
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
}

TEST_HARNESS_MAIN
