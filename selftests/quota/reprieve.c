// SPDX-License-Identifier: GPL-2.0
/*
 * Reprieves: for a while, a container runs on although its budget is spent, and is charged for it.
 */
#include <errno.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

#define HOUR	(3600 * SEC)

FIXTURE(reprieve) {
	struct bgt *bgt;
	uint32_t id;
	struct burner burner;
};

FIXTURE_SETUP(reprieve)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, HOUR);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	self->burner = burner_start("a", 1);
}

FIXTURE_TEARDOWN_PARENT(reprieve)
{
	scene_end();
}

static int reprieve(struct bgt *bgt, uint32_t id, uint64_t time)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_REPRIEVE;
	policy.reprieve = time;
	return bgt_container_set(bgt, id, &policy);
}

/* Sets a quota that is spent already. */
static void spend(struct bgt *bgt, uint32_t id, uint64_t quota, uint64_t period)
{
	container_set_period(bgt, id, period);
	container_set_quota(bgt, id, quota);
	event_wait(bgt, BGT_EVENT_CONTAINER_STOPPED, id);
	cgroup_wait_frozen("a", true);
}

TEST_F_TIMEOUT(reprieve, thaws_and_charges, 120)
{
	const struct bgt_container *container;
	uint64_t spent, usage;

	spend(self->bgt, self->id, 50 * MSEC, HOUR);
	container = container_look(self->bgt, self->id);
	spent = container->spent;
	usage = container->usage;
	ASSERT_EQ(0, reprieve(self->bgt, self->id, BGT_REPRIEVE_MAX));
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	container = container_look(self->bgt, self->id);
	EXPECT_FALSE(container->throttled);
	EXPECT_GT(container->reprieve, HOUR - 60 * SEC);
	EXPECT_LE(container->reprieve, BGT_REPRIEVE_MAX);
	EXPECT_EQ(0, container->left);

	event_drain(self->bgt);
	ASSERT_EQ(0, reprieve(self->bgt, self->id, 0));
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(0, container->reprieve);
	EXPECT_TRUE(container->throttled);
	EXPECT_GT(container->spent, spent);
	EXPECT_GT(container->usage, usage);
	EXPECT_GE(container->spent, container->usage);
}

/* A reprieve ends by itself. */
TEST_F_TIMEOUT(reprieve, ends_by_itself, 120)
{
	uint64_t begun;

	spend(self->bgt, self->id, 50 * MSEC, HOUR);
	begun = now();
	ASSERT_EQ(0, reprieve(self->bgt, self->id, 300 * MSEC));
	event_drain(self->bgt);
	ASSERT_NE(NULL, event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id));
	EXPECT_GE(now() - begun, 300 * MSEC);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	EXPECT_EQ(0, container_look(self->bgt, self->id)->reprieve);
}

/* Later generations pay for the whole reprieve: what it overran is spent of them already. */
TEST_F_TIMEOUT(reprieve, is_paid_back, 120)
{
	const struct bgt_container *container;
	uint64_t usage, number, budgets;

	spend(self->bgt, self->id, 50 * MSEC, 500 * MSEC);
	ASSERT_EQ(0, reprieve(self->bgt, self->id, 300 * MSEC));
	for (container = container_look(self->bgt, self->id); container->spent < 250 * MSEC;
	     container = container_look(self->bgt, self->id))
		if (!container->reprieve) {
			/* On a busy machine the reprieve may end before much was used. */
			ASSERT_EQ(0, reprieve(self->bgt, self->id, 300 * MSEC));
		}
	ASSERT_EQ(0, reprieve(self->bgt, self->id, 0));
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	container = container_look(self->bgt, self->id);
	usage = container->usage;
	number = container->generation;
	/*
	 * So many budgets are spent, of this generation and later ones; each generation pays one.
	 */
	budgets = container->spent / container->quota;
	ASSERT_GE(budgets, 2);
	for (uint64_t end = now() + DEADLINE;
	     container->generation < number + budgets && now() < end;
	     container = container_look(self->bgt, self->id)) {
		EXPECT_TRUE(container->throttled);
		EXPECT_EQ(usage, container->usage);
		event_wait_until(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id,
				 now() + 50 * MSEC);
	}
	EXPECT_GE(container->overrun, 100 * MSEC);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
}

/*
 * A generation without usage during a reprieve pays for nothing, as ever, even if nobody looks at
 * the container until the end.
 */
TEST_F_TIMEOUT(reprieve, unused_is_lost, 120)
{
	const uint64_t quota = 10 * MSEC, period = 300 * MSEC;
	const struct bgt_container *container;
	uint64_t before, begun, burnt, paid;

	burner_sleep(&self->burner, true);
	ASSERT_EQ(0, reprieve(self->bgt, self->id, BGT_REPRIEVE_MAX));
	container_set_period(self->bgt, self->id, period);
	container_set_quota(self->bgt, self->id, quota);
	pause_for(15 * period);

	begun = now();
	before = cgroup_usage("a") * USEC;
	burner_sleep(&self->burner, false);
	do
		burnt = cgroup_usage("a") * USEC - before;
	while (burnt < 12 * quota && now() - begun < DEADLINE);
	container = container_look(self->bgt, self->id);
	paid = ((now() - begun) / period + 1) * quota;
	note("%llu ms burnt, at most %llu paid, %llu spent", (unsigned long long)(burnt / MSEC),
	     (unsigned long long)(paid / MSEC), (unsigned long long)(container->spent / MSEC));
	EXPECT_GE(burnt, 12 * quota);
	EXPECT_GE(container->spent + paid, burnt);
}

/* A reprieve that begins while there is budget left has its effect when the budget is spent. */
TEST_F_TIMEOUT(reprieve, begins_early, 120)
{
	const struct bgt_container *container;
	uint64_t end = now() + DEADLINE;

	ASSERT_EQ(0, reprieve(self->bgt, self->id, BGT_REPRIEVE_MAX));
	container_set_quota(self->bgt, self->id,
			    container_look(self->bgt, self->id)->spent + 100 * MSEC);
	event_drain(self->bgt);
	do
		container = container_look(self->bgt, self->id);
	while (container->spent < container->quota + 50 * MSEC && now() < end);
	EXPECT_GE(container->spent, container->quota + 50 * MSEC);
	EXPECT_FALSE(container->throttled);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	EXPECT_EQ(NULL, event_wait_until(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id,
					 now() + 50 * MSEC));
	ASSERT_EQ(0, reprieve(self->bgt, self->id, 0));
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
}

/* A held member stays frozen during a reprieve, and an exempt container is not charged for it. */
TEST_F_TIMEOUT(reprieve, others_are_stronger, 120)
{
	struct bgt_member *member;
	uint64_t spent;

	ASSERT_EQ(0, bgt_member_list(self->bgt, self->id, &member));
	ASSERT_EQ(0, reprieve(self->bgt, self->id, BGT_REPRIEVE_MAX));
	member_hold(self->bgt, member->id, true);
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	member_hold(self->bgt, member->id, false);
	bgt_member_free(member);
	container_set_exempt(self->bgt, self->id, true);
	spent = container_look(self->bgt, self->id)->spent;
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	EXPECT_EQ(spent, container_look(self->bgt, self->id)->spent);
}

TEST_F(reprieve, refused)
{
	EXPECT_EQ(-ERANGE, reprieve(self->bgt, self->id, BGT_REPRIEVE_MAX + 1));
	EXPECT_STREQ("reprieve must be at most 1 h", bgt_error(self->bgt));
	EXPECT_EQ(0, container_look(self->bgt, self->id)->reprieve);
	EXPECT_EQ(-ENOENT, reprieve(self->bgt, 999999, SEC));
}

TEST_HARNESS_MAIN
