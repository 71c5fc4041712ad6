// SPDX-License-Identifier: GPL-2.0
/*
 * time: oneshot and periodic tasks, over restarts of the helper, and whatever the clock is set to.
 * How late a task fires depends on the machine, but it must not fire too early: each firing is in
 * another interval since the registration. Where the clock is exact, each firing comes when it is
 * due, except one that makes up for others.
 */

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"
#include "wall.h"

#define HOUR	(3600 * SEC)

FIXTURE(time) {
	struct bgt *bgt;
	uint64_t clock;		/* real time at boot, before the test */
};

FIXTURE_SETUP(time)
{
	scene_begin();
	self->bgt = mutex_connect();
	self->clock = wall() - now();
	helper_start(self->bgt);
	firing_install(self->bgt, APP, "/bin/true");
}

FIXTURE_TEARDOWN(time)
{
	helper_end();
	wall_set(now() + self->clock);
}

/* Registers the task. Returns a moment just before that. */
static uint64_t begin(struct bgt *bgt, uint64_t interval, bool oneshot)
{
	uint64_t before = wall();

	if (firing_register(bgt, APP, BGT_TRIGGER_TIME,
			    (struct firing_wish){ .interval = interval, .oneshot = oneshot }))
		fail("cannot register: %s", bgt_error(bgt));
	return before;
}

static bool is_registered(struct bgt *bgt)
{
	struct bgt_task *list;
	bool registered;

	if (bgt_task_list(bgt, APP, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	registered = list;
	bgt_task_free(list);
	return registered;
}

TEST_F_TIMEOUT(time, periodic, 120)
{
	const uint64_t interval = SEC;
	uint64_t start, times[4];

	start = begin(self->bgt, interval, false);
	ASSERT_TRUE(firing_times(self->bgt, APP, times, 4));
	EXPECT_GE(times[0], start + interval);
	for (unsigned int i = 0; i < 4; i++)
		EXPECT_TRUE(firing_is_due(times[i], start, interval, i + 1));
	for (int i = 1; i < 4; i++)
		EXPECT_GT((times[i] - start) / interval, (times[i - 1] - start) / interval);
	EXPECT_TRUE(is_registered(self->bgt));
}

TEST_F_TIMEOUT(time, oneshot, 120)
{
	const uint64_t interval = SEC;
	uint64_t start, fired;

	start = begin(self->bgt, interval, true);
	EXPECT_TRUE(is_registered(self->bgt));
	ASSERT_TRUE(firing_times(self->bgt, APP, &fired, 1));
	EXPECT_GE(fired, start + interval);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	EXPECT_FALSE(is_registered(self->bgt));
	pause_for(2 * interval);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	helper_restart(self->bgt);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* A oneshot task that still runs does not fire again when the helper is restarted. */
TEST_F_TIMEOUT(time, oneshot_runs, 120)
{
	firing_install(self->bgt, APP, "/bin/sleep 1000");
	begin(self->bgt, INTERVAL_MIN, true);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_RUNNING));
	helper_restart(self->bgt);
	pause_for(2 * INTERVAL_MIN);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "task")->state);
}

/*
 * A task that takes longer than its interval fires when due and begins late; only one firing waits
 * at a time.
 */
TEST_F_TIMEOUT(time, overlong, 120)
{
	const uint64_t interval = 2 * SEC;
	const unsigned int due[] = { 1, 2, 3, 5 };
	uint64_t start, times[ARRAY_SIZE(due)];

	firing_install(self->bgt, APP, "/bin/sleep 3.5");
	start = begin(self->bgt, interval, false);
	ASSERT_TRUE(firing_times(self->bgt, APP, times, ARRAY_SIZE(due)));
	for (size_t i = 0; i < ARRAY_SIZE(due); i++)
		EXPECT_TRUE(firing_is_due(times[i], start, interval, due[i]));
}

/* A latched firing is launched when its condition holds, which does not move the next firing. */
TEST_F_TIMEOUT(time, latched, 120)
{
	const uint64_t interval = 2 * SEC;
	const unsigned int due[] = { 1, 3, 4 };
	uint64_t start, times[ARRAY_SIZE(due)];

	ASSERT_EQ(0, bgt_condition_set(self->bgt, BGT_CONDITION_USER_PRESENT, 0, false));
	start = wall();
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_TIME, (struct firing_wish){
			.interval = interval, .condition = BGT_CONDITION_USER_PRESENT }));
	pause_for(5 * interval / 2);
	ASSERT_EQ(0, bgt_condition_set(self->bgt, BGT_CONDITION_USER_PRESENT,
				       BGT_CONDITION_USER_PRESENT, false));
	ASSERT_TRUE(firing_times(self->bgt, APP, times, ARRAY_SIZE(due)));
	/* The second firing was dropped, since the first one was still latched. */
	for (size_t i = 0; i < ARRAY_SIZE(due); i++)
		EXPECT_TRUE(firing_is_due(times[i], start, interval, due[i]));
}

/*
 * Firings that were missed while the helper did not run are made up for once, when it starts. Then
 * the task fires at its usual times, also with the helper after that.
 */
TEST_F_TIMEOUT(time, missed, 120)
{
	const uint64_t interval = 6 * SEC;
	uint64_t start, restart, times[3];

	start = begin(self->bgt, interval, false);
	helper_kill();
	pause_for(5 * interval / 2);
	restart = wall();
	helper_restart(self->bgt);
	ASSERT_TRUE(firing_times(self->bgt, APP, times, 1));
	EXPECT_GE(times[0], restart);
	EXPECT_LT(times[0], restart + interval);
	helper_restart(self->bgt);
	ASSERT_TRUE(firing_times(self->bgt, APP, times, 3));
	for (unsigned int i = 1; i < 3; i++) {
		EXPECT_GT((times[i] - start) / interval, (times[i - 1] - start) / interval);
		EXPECT_TRUE(firing_is_due(times[i], start, interval, i + 2));
	}
}

TEST_F_TIMEOUT(time, missed_oneshot, 120)
{
	const uint64_t interval = 6 * SEC;
	const struct bgt_instance *instance;
	uint64_t restart;

	/* The helper is killed before the task is due. */
	begin(self->bgt, interval, true);
	helper_kill();
	pause_for(interval + SEC);
	restart = wall();
	helper_restart(self->bgt);
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_GE(instance->fired, restart);
	EXPECT_LT(instance->fired, restart + interval);
	EXPECT_FALSE(is_registered(self->bgt));
	helper_restart(self->bgt);
	pause_for(4 * INTERVAL_MIN);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

/* A restart of the helper does not begin the interval anew. */
TEST_F_TIMEOUT(time, restarts, 120)
{
	const uint64_t interval = 12 * SEC;
	uint64_t start, restart = 0, fired;

	start = begin(self->bgt, interval, false);
	for (int i = 0; i < 3; i++) {
		pause_for(interval / 4);
		restart = wall();
		helper_restart(self->bgt);
	}
	ASSERT_TRUE(firing_times(self->bgt, APP, &fired, 1));
	EXPECT_GE(fired, start + interval);
	EXPECT_LT(fired, restart + interval);
	EXPECT_TRUE(firing_is_due(fired, start, interval, 1));
}

TEST_F_TIMEOUT(time, refused, 120)
{
	static const struct firing_wish wishes[] = {
		{ .interval = INTERVAL_MIN - 1 },
		{ .interval = 1, .oneshot = true },
		{ .interval = 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		EXPECT_EQ(-ERANGE, firing_register(self->bgt, APP, BGT_TRIGGER_TIME, wishes[i]));
		EXPECT_EQ(-ERANGE, firing_register(self->bgt, APP, BGT_TRIGGER_MAINTENANCE,
						   wishes[i]));
	}
	EXPECT_FALSE(is_registered(self->bgt));
	/* An interval that ends after the last possible time never fires. */
	EXPECT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_TIME,
				     (struct firing_wish){ .interval = UINT64_MAX }));
	helper_restart(self->bgt);
	pause_for(2 * INTERVAL_MIN);
	EXPECT_EQ(0, instance_count(self->bgt, APP));
	ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "task", false));
	EXPECT_EQ(-EINVAL, firing_register(self->bgt, APP, BGT_TRIGGER_USER_AWAY,
					   (struct firing_wish){ .interval = SEC }));
}

/* Setting the clock neither hastens nor delays a firing. */
TEST_F_TIMEOUT(time, clock_set, 120)
{
	const uint64_t interval = 4 * SEC;
	const uint64_t steps[] = { -HOUR, HOUR + interval / 2, -HOUR - interval / 2, 0 };
	uint64_t start, times[ARRAY_SIZE(steps) + 1], clock[ARRAY_SIZE(steps) + 1];

	start = begin(self->bgt, interval, false) - self->clock;
	clock[0] = self->clock;
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		ASSERT_TRUE(firing_times(self->bgt, APP, times, (unsigned int)i + 1));
		clock[i + 1] = self->clock + steps[i];
		wall_set(now() + clock[i + 1]);
	}
	ASSERT_TRUE(firing_times(self->bgt, APP, times, ARRAY_SIZE(times)));
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		times[i] -= clock[i];
	EXPECT_GE(times[0], start + interval);
	for (unsigned int i = 0; i < ARRAY_SIZE(times); i++)
		EXPECT_TRUE(firing_is_due(times[i], start, interval, i + 1));
	for (size_t i = 1; i < ARRAY_SIZE(times); i++)
		EXPECT_GT((times[i] - start) / interval, (times[i - 1] - start) / interval);
}

/*
 * If the clock was set back while the helper did not run, the task waits no longer than an
 * interval.
 */
TEST_F_TIMEOUT(time, clock_set_back_while_off, 120)
{
	const uint64_t interval = 2 * SEC;
	uint64_t fired;

	begin(self->bgt, interval, false);
	helper_kill();
	wall_set(now() + self->clock - HOUR);
	helper_restart(self->bgt);
	EXPECT_TRUE(firing_times(self->bgt, APP, &fired, 1));
}

TEST_HARNESS_MAIN
