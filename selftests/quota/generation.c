// SPDX-License-Identifier: GPL-2.0
/* Generations: when a budget is replenished, and what is carried over. */
#include <unistd.h>

#include "budget.h"
#include "task.h"

/*
 * The usage once no task of the container is on a CPU any more: the last thread still runs for a
 * moment when the container is reported to have stopped.
 */
static uint64_t spent_at_rest(struct bgt *bgt, uint32_t id)
{
	uint64_t end = now() + DEADLINE, before, spent = container_look(bgt, id)->spent;

	do {
		if (now() > end)
			fail("it does not come to rest");
		before = spent;
		pause_for(20 * MSEC);
		spent = container_look(bgt, id)->spent;
	} while (spent != before);
	return spent;
}

/* What a generation overran is spent at the beginning of the next one. */
TEST_F_TIMEOUT(budget, overrun_is_deducted, 120)
{
	uint64_t quota = 30 * MSEC, spent, rest, total, first;
	const struct bgt_container *container;
	struct burner burner;

	/* Makes an overrun of any size: the quota becomes less than what is spent already. */
	container_set_budget(self->bgt, self->id, 100 * MSEC, 3600 * SEC);
	burner = burner_launch("a", 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	spent = spent_at_rest(self->bgt, self->id);
	EXPECT_GE(spent, 100 * MSEC);
	container_set_quota(self->bgt, self->id, quota);
	container = container_look(self->bgt, self->id);
	first = container->generation;
	/* However long the first part has taken, the generation ends now. */
	container_set_period(self->bgt, self->id,
			     now() - container->generation_start + 500 * MSEC);

	/* Paying takes as many generations as there are quotas in the overrun. */
	do {
		pause_until(container_look(self->bgt, self->id)->generation_end + 20 * MSEC);
		container = container_look(self->bgt, self->id);
		total = (container->generation - first) * quota;
		rest = total < spent ? spent - total : 0;
		if (rest >= quota) {
			EXPECT_EQ(rest, container->spent);
			EXPECT_EQ(0, container->left);
			EXPECT_TRUE(container->throttled);
		}
		/* When the debt is paid, later generations can be overrun, too. */
		if (total <= spent) {
			EXPECT_EQ(total < spent - quota ? total : spent - quota,
				  container->overrun);
		} else {
			EXPECT_GE(container->overrun, spent - quota);
		}
	} while (rest >= quota);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

static int burn_20_ms(void *data)
{
	burn(20 * MSEC);
	return 0;
}

/* What a generation did not spend is lost. */
TEST_F_TIMEOUT(budget, unused_is_lost, 120)
{
	const struct bgt_container *container;
	struct burner burner;

	container_set_budget(self->bgt, self->id, 300 * MSEC, 500 * MSEC);
	task_wait(task_start("a", burn_20_ms, NULL));
	container = container_look(self->bgt, self->id);
	if (!container->generation)
		EXPECT_GE(container->spent, 20 * MSEC);
	EXPECT_LT(container->spent, 300 * MSEC);
	EXPECT_EQ(300 * MSEC - container->spent, container->left);
	/* Three generations pass without usage. */
	pause_until(container->generation_end + 1100 * MSEC);
	container = container_look(self->bgt, self->id);
	EXPECT_GE(container->generation, 3);
	EXPECT_EQ(0, container->spent);
	EXPECT_EQ(300 * MSEC, container->left);
	EXPECT_EQ(0, container->overrun);

	burner = burner_launch("a", 2);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	/* If budgets were kept, the container could spend 1200 ms. */
	EXPECT_LE(container->detected, 900 * MSEC);
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, numbered, 120)
{
	uint64_t period = 100 * MSEC, before = now(), after, start, first_end;
	uint32_t id = container_new(self->bgt, SEC, period);
	const struct bgt_container *container = container_look(self->bgt, id);

	after = now();
	EXPECT_EQ(0, container->generation);
	EXPECT_GE(container->generation_start, before);
	EXPECT_LE(container->generation_start, after);
	start = container->generation_start;
	first_end = container->generation_end;
	EXPECT_GE(first_end, start + period);
	EXPECT_LE(first_end, start + period * 9 / 8);

	for (int i = 0; i < 20; i++) {
		uint64_t number;

		pause_for(37 * MSEC);
		before = now();
		container = container_look(self->bgt, id);
		after = now();
		/* Skips a look at which the first generation may have ended. */
		if (before < first_end)
			continue;
		number = container->generation;
		EXPECT_EQ(first_end + (number - 1) * period, container->generation_start);
		EXPECT_EQ(first_end + number * period, container->generation_end);
		EXPECT_LE(container->generation_start, after);
		EXPECT_GT(container->generation_end, before);
	}
	EXPECT_GE(container->generation, 5);
}

/* Containers that are made together are not thawed together. */
TEST_F_TIMEOUT(budget, spread, 120)
{
	uint64_t period = 80 * SEC, smallest = UINT64_MAX, largest = 0;

	for (int i = 0; i < 16; i++) {
		uint32_t id = container_new(self->bgt, SEC, period);
		const struct bgt_container *container = container_look(self->bgt, id);
		uint64_t first = container->generation_end - container->generation_start;

		EXPECT_GE(first, period);
		EXPECT_LE(first, period * 9 / 8);
		if (first < smallest)
			smallest = first;
		if (first > largest)
			largest = first;
	}
	EXPECT_GE(largest - smallest, period / 16);
}

/*
 * A task that runs when a generation ends goes on in the next one, which has its whole budget and
 * no more, even though much was left of the old one.
 */
TEST_F_TIMEOUT(budget, runs_into_the_next, 120)
{
	uint64_t nr_cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN), quota = nr_cpus * 600 * MSEC;
	const struct bgt_container *container;
	uint64_t begin, end, before;
	struct burner burner;

	container_set_budget(self->bgt, self->id, quota, 2 * quota);
	/* Repeats this if a busy machine has slept for too long. */
	do {
		end = container_look(self->bgt, self->id)->generation_end;
		pause_until(end - 300 * MSEC);
		begin = now();
	} while (begin >= end);
	event_drain(self->bgt);
	burner = burner_launch("a", 1);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id)->container;
	EXPECT_EQ(end, container->generation_start);
	EXPECT_GE(container->detected, quota);
	/* What is not charged to this generation was used before its beginning, by one thread. */
	before = container->usage - container->spent;
	note("%llu us until the end, %llu us of them used",
	     (unsigned long long)((end - begin) / USEC), (unsigned long long)(before / USEC));
	EXPECT_GT(before, 0);
	if (exact_clock())
		EXPECT_LE(before, end - begin + MSEC);
	burner_end(&burner);
}

/* The longest and the shortest period. */
TEST_F_TIMEOUT(budget, period_limits, 120)
{
	uint32_t week = container_new(self->bgt, SEC, BGT_PERIOD_MAX);
	uint64_t end = now() + DEADLINE;
	struct burner burner;
	uint32_t ms;

	EXPECT_EQ(BGT_PERIOD_MAX, container_look(self->bgt, week)->period);
	EXPECT_GE(container_look(self->bgt, week)->generation_end,
		  now() + BGT_PERIOD_MAX - DEADLINE);

	cgroup_make("b");
	ms = container_new(self->bgt, 100 * USEC, BGT_PERIOD_MIN);
	member_add(self->bgt, ms, BGT_ROLE_APP, "b");
	burner = burner_launch("b", 2);
	burner_wait_ready(&burner);
	/* Each overrun takes many generations to pay, the more the slower the freezing is. */
	while (container_look(self->bgt, ms)->times_throttled < 5 && now() < end)
		look_later(end);
	EXPECT_GE(container_look(self->bgt, ms)->times_throttled, 5);
	container_set_exempt(self->bgt, ms, true);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

TEST_HARNESS_MAIN
