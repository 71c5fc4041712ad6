// SPDX-License-Identifier: GPL-2.0
/*
 * What an administrator does: sets conditions and fires triggers that have no other source, and
 * fires triggers by giving access to the lock screen and by upgrading apps.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define CONNECTED	BGT_CONDITION_SESSION_CONNECTED
#define DISCONNECTED	BGT_CONDITION_SESSION_DISCONNECTED

/* All triggers that an administrator can fire, except those by the clock. */
static const enum bgt_trigger triggers[] = {
	BGT_TRIGGER_APPLICATION, BGT_TRIGGER_INTERNET_AVAILABLE,
	BGT_TRIGGER_INTERNET_NOT_AVAILABLE, BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED,
	BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED,
	BGT_TRIGGER_NETWORK_NOTIFICATION_CHANNEL_RESET, BGT_TRIGGER_NETWORK_STATE_CHANGE,
	BGT_TRIGGER_PUSH, BGT_TRIGGER_SERVICING_COMPLETE, BGT_TRIGGER_SESSION_CONNECTED,
	BGT_TRIGGER_SESSION_DISCONNECTED, BGT_TRIGGER_SESSION_START, BGT_TRIGGER_SMS_RECEIVED,
	BGT_TRIGGER_TIME_ZONE_CHANGE, BGT_TRIGGER_USER_AWAY, BGT_TRIGGER_USER_PRESENT,
};

static const struct firing_wish plain;

FIXTURE(administrator) {
	struct bgt *bgt;
};

FIXTURE_SETUP(administrator)
{
	uint32_t all = 0;

	scene_begin();
	self->bgt = mutex_connect();
	for (size_t i = 0; i < ARRAY_SIZE(triggers); i++)
		all |= 1u << triggers[i];
	firing_begin(self->bgt, all);
}

FIXTURE_TEARDOWN(administrator)
{
	helper_end();
}

/* Each trigger is fired for all apps that have it, and for one app only. */
TEST_F_TIMEOUT(administrator, fires, 240)
{
	unsigned int fired = 0;

	firing_install(self->bgt, APP, "/bin/true");
	for (size_t i = 0; i < ARRAY_SIZE(triggers); i++) {
		const char *name = bgt_trigger_name(triggers[i]);
		const struct bgt_instance *instance;

		ASSERT_EQ(0, firing_register(self->bgt, APP, triggers[i], plain));
		ASSERT_EQ(0, bgt_trigger_fire(self->bgt, NULL, NULL, triggers[i], "an argument"));
		EXPECT_TRUE(firing_is(self->bgt, name));
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
		fired++;
		EXPECT_EQ(fired, instance_count(self->bgt, APP));

		ASSERT_EQ(0, bgt_trigger_fire(self->bgt, FIRING_APP, NULL, triggers[i],
					      "a message"));
		EXPECT_TRUE(firing_is(self->bgt, name));
		EXPECT_EQ(fired, instance_count(self->bgt, APP));
		instance = instance_look(self->bgt, FIRING_APP, name);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(triggers[i], instance->trigger);
		EXPECT_STREQ("a message", instance->argument);
		ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "task", false));
	}
	EXPECT_TRUE(firing_is(self->bgt, ""));
}

/* A task gets a push message in its environment. */
TEST_F_TIMEOUT(administrator, push, 120)
{
	firing_install(self->bgt, APP,
		       "/bin/sh -c \"test $BGTASK_TRIGGER = push -a $BGTASK_ARGUMENT = raw\"");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_PUSH, plain));
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, NULL, BGT_TRIGGER_PUSH, "raw"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
}

TEST_F_TIMEOUT(administrator, sets_conditions, 120)
{
	const uint32_t pair = CONNECTED | DISCONNECTED;

	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, DISCONNECTED, false));
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_SMS_RECEIVED,
				     (struct firing_wish){ .condition = CONNECTED }));
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, NULL, BGT_TRIGGER_SMS_RECEIVED, "+1"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_LATCHED));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);
	/* Setting one condition of a pair sets the other one, too. */
	ASSERT_EQ(0, bgt_condition_set(self->bgt, CONNECTED, CONNECTED, false));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(-EINVAL, bgt_condition_set(self->bgt, pair, pair, false));
	EXPECT_EQ(-EINVAL, bgt_condition_set(self->bgt, pair, 0, false));
}

/* Only the app that gets access, or loses it, is told. */
TEST_F_TIMEOUT(administrator, lock_screen, 120)
{
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED,
				     plain));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, FIRING_APP, BGT_ACCESS_LOCK_SCREEN));
	EXPECT_TRUE(firing_is(self->bgt, "lock-screen-application-added"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, FIRING_APP, BGT_ACCESS_LOCK_SCREEN));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, FIRING_APP, BGT_ACCESS_UNSPECIFIED));
	EXPECT_TRUE(firing_is(self->bgt, "lock-screen-application-removed"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, FIRING_APP, BGT_ACCESS_ALWAYS_ALLOWED));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(firing_is(self->bgt, ""));
}

TEST_F_TIMEOUT(administrator, upgrade, 120)
{
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_SERVICING_COMPLETE, plain));
	ASSERT_EQ(0, bgt_app_upgraded(self->bgt, FIRING_APP));
	EXPECT_TRUE(firing_is(self->bgt, "servicing-complete"));
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_upgraded(self->bgt, APP));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(firing_is(self->bgt, ""));
}

static int try_as_nobody(void)
{
	struct bgt *bgt;

	if (setgid(65534) || setuid(65534) || bgt_open(&bgt))
		return 1;
	if (bgt_trigger_fire(bgt, FIRING_APP, NULL, BGT_TRIGGER_PUSH, NULL) != -EPERM)
		return 2;
	if (bgt_trigger_fire(bgt, NULL, NULL, BGT_TRIGGER_USER_PRESENT, NULL) != -EPERM)
		return 3;
	return bgt_condition_set(bgt, CONNECTED, CONNECTED, false) == -EPERM ? 0 : 4;
}

TEST_F_TIMEOUT(administrator, nobody_else, 120)
{
	pid_t pid = fork();

	if (!pid)
		_exit(try_as_nobody());
	EXPECT_EQ(0, task_wait(pid));
	EXPECT_TRUE(firing_is(self->bgt, ""));
}

TEST_HARNESS_MAIN
