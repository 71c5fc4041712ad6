// SPDX-License-Identifier: GPL-2.0
/* maintenance, and AC power. The kernel's test_power plays a battery and two chargers. */
#include <stdio.h>
#include <unistd.h>

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"
#include "wall.h"

#define PROBE	"org.example.Probe"

static const struct firing_wish once = { .interval = INTERVAL_MIN, .oneshot = true };

/*
 * Whether the helper knows that there is AC power, or none. Fires a maintenance task of an app of
 * its own, which runs with AC power, and stays latched without. It may be cancelled if the power is
 * lost while it runs.
 */
static bool ac_is(struct bgt *bgt, bool ac)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_instance_state state;

	do {
		if (bgt_trigger_fire(bgt, PROBE, "task", BGT_TRIGGER_MAINTENANCE, NULL))
			fail("bgt_trigger_fire: %s", bgt_error(bgt));
		if (ac)
			return instance_wait(bgt, PROBE, "task", BGT_INSTANCE_COMPLETED);
		/* A task that is about to be launched is latched for a moment, too. */
		pause_for(200 * MSEC);
		state = instance_look(bgt, PROBE, "task")->state;
	} while (state != BGT_INSTANCE_LATCHED && now() < end);
	return state == BGT_INSTANCE_LATCHED;
}

FIXTURE(power) {
	struct bgt *bgt;
};

FIXTURE_SETUP(power)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
	helper_start(self->bgt);
	firing_install(self->bgt, PROBE, "/bin/true");
	if (firing_register(self->bgt, PROBE, BGT_TRIGGER_MAINTENANCE,
			    (struct firing_wish){ .interval = 3600 * SEC }))
		fail("cannot register: %s", bgt_error(self->bgt));
}

FIXTURE_TEARDOWN(power)
{
	helper_end();
}

/* The helper learns of each supply by the kernel's messages. */
TEST_F_TIMEOUT(power, supplies, 120)
{
	EXPECT_TRUE(ac_is(self->bgt, true));
	power_set("ac_online", "off");
	EXPECT_TRUE(ac_is(self->bgt, false));
	power_set("usb_online", "on");
	EXPECT_TRUE(ac_is(self->bgt, true));
	power_set("usb_online", "off");
	EXPECT_TRUE(ac_is(self->bgt, false));
	power_set("battery_status", "charging");
	pause_for(300 * MSEC);
	EXPECT_TRUE(ac_is(self->bgt, false));
	power_set("battery_present", "false");
	EXPECT_TRUE(ac_is(self->bgt, true));
	power_set("battery_present", "true");
	EXPECT_TRUE(ac_is(self->bgt, false));
	helper_restart(self->bgt);
	EXPECT_TRUE(ac_is(self->bgt, false));
}

TEST_F_TIMEOUT(power, on_ac, 120)
{
	const struct bgt_instance *instance;

	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE, once));
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_TRIGGER_MAINTENANCE, instance->trigger);
}

/* maintenance needs no access to the lock screen, unlike time. */
TEST_F_TIMEOUT(power, access, 120)
{
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE, once));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
}

/* On battery the task waits, also over restarts of the helper, and runs when AC power comes. */
TEST_F_TIMEOUT(power, on_battery, 120)
{
	const struct bgt_instance *instance;
	uint64_t before;

	power_set("ac_online", "off");
	ASSERT_TRUE(ac_is(self->bgt, false));
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE, once));
	pause_for(4 * INTERVAL_MIN);
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	helper_restart(self->bgt);
	pause_for(4 * INTERVAL_MIN);
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	before = wall();
	power_set("ac_online", "on");
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_GE(instance->fired, before);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* AC power comes while the helper does not run. */
TEST_F_TIMEOUT(power, restart, 120)
{
	power_set("ac_online", "off");
	ASSERT_TRUE(ac_is(self->bgt, false));
	firing_install(self->bgt, APP, "/bin/true");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE, once));
	pause_for(2 * INTERVAL_MIN);
	helper_kill();
	power_set("ac_online", "on");
	helper_restart(self->bgt);
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/*
 * Of all firings missed on battery, one is made up for; then the task fires at its usual times
 * again.
 */
TEST_F_TIMEOUT(power, periodic, 120)
{
	const uint64_t interval = 4 * SEC;
	uint64_t before, on, times[3];

	power_set("ac_online", "off");
	ASSERT_TRUE(ac_is(self->bgt, false));
	firing_install(self->bgt, APP, "/bin/true");
	before = wall();
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE,
				     (struct firing_wish){ .interval = interval }));
	pause_for(5 * interval / 2);
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	on = wall();
	power_set("ac_online", "on");
	ASSERT_TRUE(firing_times(self->bgt, APP, times, 3));
	EXPECT_GE(times[0], on);
	for (int i = 1; i < 3; i++) {
		EXPECT_GT((times[i] - before) / interval, (times[i - 1] - before) / interval);
		EXPECT_TRUE(firing_is_due(times[i], before, interval, 2 + (unsigned int)i));
	}
}

/*
 * When AC power is lost, a running maintenance task is cancelled, and a latched one stays latched.
 */
TEST_F_TIMEOUT(power, lost, 120)
{
	const uint32_t pair = BGT_CONDITION_USER_PRESENT | BGT_CONDITION_USER_NOT_PRESENT;
	const struct bgt_instance *instance;

	firing_install(self->bgt, APP, "/bin/sleep 1000");
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_NOT_PRESENT, false));
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE, (struct firing_wish){
			.interval = INTERVAL_MIN, .oneshot = true,
			.condition = BGT_CONDITION_USER_PRESENT }));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_LATCHED));
	power_set("ac_online", "off");
	ASSERT_TRUE(ac_is(self->bgt, false));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_PRESENT, false));
	pause_for(2 * INTERVAL_MIN);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);
	power_set("ac_online", "on");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_RUNNING));

	ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "task", false));
	ASSERT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "task")->state);
	power_set("ac_online", "off");
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_ABORT, instance->reason);
}

/* Tasks with other triggers go on, on battery and when AC power is lost. */
TEST_F_TIMEOUT(power, others, 120)
{
	firing_install(self->bgt, APP, "/bin/sleep 1000");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_TIME, once));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_RUNNING));
	power_set("ac_online", "off");
	ASSERT_TRUE(ac_is(self->bgt, false));
	pause_for(300 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "task")->state);
}

/* The battery vanishes with its driver, as on a bus that is unplugged, and comes back. */
TEST_F_TIMEOUT(power, driver, 120)
{
	power_set("ac_online", "off");
	EXPECT_TRUE(ac_is(self->bgt, false));
	shell("rmmod test_power");
	EXPECT_TRUE(ac_is(self->bgt, true));
	power_load();
	power_set("usb_online", "off");
	power_set("ac_online", "off");
	EXPECT_TRUE(ac_is(self->bgt, false));
	shell("rmmod test_power");
	EXPECT_TRUE(ac_is(self->bgt, true));
}

TEST_HARNESS_MAIN
