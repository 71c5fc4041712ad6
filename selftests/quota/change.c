// SPDX-License-Identifier: GPL-2.0
/*
 * Changes while a budget is being spent: of the quota, the period, the exemption, and of who spends
 * it.
 */
#include <unistd.h>

#include "budget.h"
#include "task.h"
#include "trace.h"

/* How many records are looked at, at most. */
#define RECORDS		10

/* Begins to record what excused() needs. */
static void begin_excuses(void)
{
	trace_clear();
	trace_begin("bgtask/container_throttled", NULL);
}

/*
 * How much may have been spent because the timer that should have found it was late, the last time.
 */
static uint64_t excused(void)
{
	static const char *const fields[] = { "late" };
	uint64_t late[RECORDS];
	unsigned int count;

	count = trace_read("container_throttled", fields, ARRAY_SIZE(fields), late, RECORDS);
	if (!count)
		fail("there is no record of it");
	return (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) * late[count - 1];
}

/* A container without a budget never runs, not even the first instruction of a new process. */
TEST_F_TIMEOUT(budget, quota_zero, 120)
{
	struct burner burner;

	container_set_period(self->bgt, self->id, 100 * MSEC);
	container_set_quota(self->bgt, self->id, 0);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	cgroup_wait_frozen("a", true);
	burner = burner_launch("a", 1);
	/* During several generations. */
	pause_for(500 * MSEC);
	EXPECT_EQ(0, burner.state->counts[0]);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_EQ(0, container_look(self->bgt, self->id)->left);

	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

/* A running cgroup that is added to such a container is frozen at once. */
TEST_F_TIMEOUT(budget, quota_zero_freezes_at_once, 120)
{
	struct burner burner;
	uint32_t zero;

	cgroup_make("b");
	burner = burner_start("b", 2);
	zero = container_new(self->bgt, 0, SEC);
	member_add(self->bgt, zero, BGT_ROLE_TASK, "b");
	cgroup_wait_frozen("b", true);
	EXPECT_TRUE(burner_stands(&burner, 0));
	EXPECT_TRUE(burner_stands(&burner, 1));
	container_delete(self->bgt, zero);
	EXPECT_TRUE(burner_runs(&burner, 0));
	EXPECT_TRUE(burner_runs(&burner, 1));
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, unlimited, 120)
{
	const struct bgt_container *container;
	struct burner burner;

	container_set_period(self->bgt, self->id, 50 * MSEC);
	burner = burner_start("a", 2);
	pause_for(500 * MSEC);
	burner_end(&burner);
	cgroup_wait_empty("a");
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(0, container->times_throttled);
	EXPECT_FALSE(container->throttled);
	EXPECT_EQ(BGT_QUOTA_UNLIMITED, container->quota);
	EXPECT_GT(container->usage, 100 * MSEC);
	EXPECT_GE(container->generation, 8);
}

TEST_F_TIMEOUT(budget, quota_changes_at_once, 120)
{
	const struct bgt_container *container;
	struct burner burner;
	uint64_t quota;

	container_set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
	burner = burner_launch("a", 2);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&burner, 0));

	/* A higher quota thaws; what was spent before still counts. */
	begin_excuses();
	quota = container_look(self->bgt, self->id)->spent + 350 * MSEC;
	container_set_quota(self->bgt, self->id, quota);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	EXPECT_TRUE(burner_runs(&burner, 0));
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	EXPECT_EQ(0, container->generation);
	EXPECT_GE(container->detected, quota);
	EXPECT_LE(container->detected, quota + 200 * MSEC + excused());
	trace_end("bgtask/container_throttled");
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);

	/* A lower quota throttles. */
	container_set_quota(self->bgt, self->id, 3600 * SEC);
	EXPECT_TRUE(burner_runs(&burner, 0));
	event_drain(self->bgt);
	container_set_quota(self->bgt, self->id, 100 * MSEC);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&burner, 0));
	EXPECT_EQ(0, container_look(self->bgt, self->id)->left);
	burner_end(&burner);
}

/*
 * A budget that was found spent stays so until the generation ends: a change of something else
 * thaws nothing, even if freezing would not need to begin yet by what is known now.
 */
TEST_F_TIMEOUT(budget, other_changes_leave_it, 120)
{
	uint64_t quota = 40 * MSEC, end = now() + DEADLINE, generation, times;
	const struct bgt_container *container;
	struct burner few, many;
	bool tried = false;

	container_set_budget(self->bgt, self->id, quota, SEC);
	few = burner_launch("a", 1);
	many = burner_launch("a", 8);
	/*
	 * One thread alone is frozen with budget left over, since freezing was learnt with all
	 * threads.
	 */
	for (unsigned int i = 0; i < 3; i++)
		event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	module_anticipate(true);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	burner_end(&many);
	while (!tried && now() < end) {
		module_anticipate(true);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
		container = container_look(self->bgt, self->id);
		generation = container->generation;
		times = container->times_throttled;
		/*
		 * The generation that this thread shared with the others may have no budget left.
		 */
		if (container->spent >= quota || !container->throttled)
			continue;
		module_anticipate(false);
		container_set_quota(self->bgt, self->id, quota);
		container_set_exempt(self->bgt, self->id, false);
		container = container_look(self->bgt, self->id);
		if (container->generation != generation)
			continue;
		EXPECT_TRUE(container->throttled);
		EXPECT_EQ(times, container->times_throttled);
		tried = true;
	}
	EXPECT_TRUE(tried);
	burner_end(&few);
}

TEST_F_TIMEOUT(budget, period_changes_at_once, 120)
{
	const struct bgt_container *container;
	struct burner burner;
	uint64_t start;

	container_set_budget(self->bgt, self->id, 30 * MSEC, 3600 * SEC);
	start = container_look(self->bgt, self->id)->generation_start;
	burner = burner_launch("a", 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);

	/* The generation began long ago, so it ends at once with a shorter period. */
	container_set_period(self->bgt, self->id, 200 * MSEC);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(200 * MSEC, container->period);
	EXPECT_EQ(0, (container->generation_start - start) % (200 * MSEC));
	EXPECT_EQ(container->generation_start + 200 * MSEC, container->generation_end);
	EXPECT_TRUE(burner_runs(&burner, 0));

	/* A longer period delays the next generation. */
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	container_set_period(self->bgt, self->id, 3600 * SEC);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(container->generation_start + 3600 * SEC, container->generation_end);
	/* On a busy machine the next generation may have begun before the change. */
	cgroup_wait_frozen("a", true);
	pause_for(300 * MSEC);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	burner_end(&burner);
}

/*
 * An exempt container is neither charged nor frozen; afterwards it is charged on top of what was
 * spent before.
 */
TEST_F_TIMEOUT(budget, exempt, 120)
{
	const struct bgt_container *container;
	uint64_t spent, usage, since;
	struct burner burner;

	container_set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
	burner = burner_launch("a", 2);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	cgroup_wait_frozen("a", true);

	container_set_exempt(self->bgt, self->id, true);
	container = container_look(self->bgt, self->id);
	EXPECT_TRUE(container->exempt);
	EXPECT_FALSE(container->throttled);
	spent = container->spent;
	usage = container->usage;
	EXPECT_TRUE(burner_runs(&burner, 0));
	EXPECT_TRUE(burner_runs(&burner, 1));
	pause_for(300 * MSEC);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(spent, container->spent);
	EXPECT_GT(container->usage, usage + 50 * MSEC);
	EXPECT_FALSE(container->throttled);
	EXPECT_FALSE(cgroup_is_frozen("a"));

	/* The rest of the budget can be spent again. */
	container_set_quota(self->bgt, self->id, spent + 200 * MSEC);
	event_drain(self->bgt);
	begin_excuses();
	since = now();
	container_set_exempt(self->bgt, self->id, false);
	container = container_look(self->bgt, self->id);
	/* Both threads have run since then. */
	EXPECT_LE(container->spent, spent + 100 * MSEC + 2 * (now() - since));
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	EXPECT_GE(container->detected, spent + 200 * MSEC);
	EXPECT_LE(container->detected, spent + 400 * MSEC + excused());
	trace_end("bgtask/container_throttled");
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&burner, 0));
	burner_end(&burner);
}

/* Tasks that are moved in, forked, or in new cgroups spend the same budget. */
TEST_F_TIMEOUT(budget, newcomers, 120)
{
	const struct bgt_container *container;
	struct burner burner;

	cgroup_make("outside");
	container_set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
	burner = burner_start("outside", 1);
	begin_excuses();
	ASSERT_EQ(0, cgroup_move("a", burner.pid));
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	EXPECT_LE(container->detected, 250 * MSEC + excused());
	cgroup_wait_frozen("a", true);
	burner_end(&burner);

	container_set_quota(self->bgt, self->id, 400 * MSEC);
	event_drain(self->bgt);
	cgroup_make("a/new");
	burner = burner_launch("a/new", 1);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	EXPECT_LE(container->detected, 600 * MSEC + excused());
	trace_end("bgtask/container_throttled");
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&burner, 0));
	burner_end(&burner);
}

TEST_HARNESS_MAIN
