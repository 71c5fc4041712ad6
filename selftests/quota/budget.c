// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets: what is charged to them, when they are found to be spent, and how much a container gets
 * in total.
 */
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "budget.h"
#include "detection.h"
#include "task.h"

#define GENERATIONS	10

/*
 * The events of a generation have the state of the container when they are sent. Each state lasts
 * longer than the sending may take, so what the events say is certain.
 */
TEST_F_TIMEOUT(budget, events, 120)
{
	uint64_t quota = 300 * MSEC, detected, generation;
	struct burner burner;

	container_set_budget(self->bgt, self->id, quota, SEC);
	burner = burner_launch("a", 2);
	for (int i = 0; i < 3; i++) {
		const struct bgt_container *container;

		container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED,
				       self->id)->container;
		generation = container->generation;
		detected = container->detected;
		EXPECT_EQ(1, container->throttled);
		EXPECT_EQ(0, container->left);
		EXPECT_GE(container->spent, container->detected);
		EXPECT_EQ(i + 1, container->times_throttled);

		container = event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id)->container;
		EXPECT_EQ(generation, container->generation);
		EXPECT_EQ(detected, container->detected);
		/*
		 * If the host has stopped a CPU while it charged the time of a tick, the charge
		 * comes late.
		 */
		EXPECT_GE(container->stopped + 5 * MSEC, detected);
		EXPECT_TRUE(cgroup_is_frozen("a"));

		container = event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED,
				       self->id)->container;
		EXPECT_EQ(0, container->throttled);
		EXPECT_GT(container->generation, generation);
		cgroup_wait_frozen("a", false);
	}
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, detected_1_thread, 120)
{
	expect_detection_of(_metadata, self, 1);
}

/* Freezing begins earlier by the time that it has taken before. */
TEST_F_TIMEOUT(budget, anticipated, 120)
{
	uint64_t quota = 40 * MSEC;
	struct burner burner;

	module_anticipate(true);
	container_set_budget(self->bgt, self->id, quota, 150 * MSEC);
	burner = burner_start("a", 2);
	expect_detection(_metadata, self);
	EXPECT_GT(container_look(self->bgt, self->id)->lead, 0);
	EXPECT_LE(container_look(self->bgt, self->id)->lead, quota / 2);
	burner_end(&burner);
}

/* Freezing never begins before half of the budget is spent, however long freezing takes. */
TEST_F_TIMEOUT(budget, anticipated_by_half, 120)
{
	uint64_t quota = 30 * USEC, end = now() + DEADLINE;
	const struct bgt_container *container;
	struct burner burner;

	module_anticipate(true);
	container_set_budget(self->bgt, self->id, quota, 5 * MSEC);
	burner = burner_launch("a", 2);
	do {
		look_later(end);
		container = container_look(self->bgt, self->id);
		EXPECT_LE(container->lead, quota / 2);
	} while (container->times_throttled < 3 && now() < end);
	/* Slow machines overrun such a small budget by far, and then have to skip generations. */
	EXPECT_GE(container->times_throttled, 3);
	if (exact_clock())
		EXPECT_GT(container->lead, 0);
	burner_end(&burner);
}

/*
 * In the long run a container gets its quota and no more, since its overruns are deducted: after
 * ten generations it has used at most ten quotas and the last overrun.
 */
static void average(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self, uint64_t quota,
		    uint64_t period)
{
	const struct bgt_container *container;
	uint64_t usage, last, end, generations;
	struct burner burner;
	uint32_t id;

	cgroup_make("b");
	id = container_new(self->bgt, quota, period);
	member_add(self->bgt, id, BGT_ROLE_APP, "b");
	end = container_look(self->bgt, id)->generation_end + (GENERATIONS - 1) * period;
	burner = burner_start("b", 2);
	/* In the last generation, after the container has stopped. */
	pause_until(end - period / 4);
	cgroup_wait_frozen("b", true);
	usage = usage_read(self->bgt, id, "b").cgroup * USEC;
	container = container_look(self->bgt, id);
	/* A busy host may let us sleep longer, so count the generations. */
	generations = container->generation + 1;
	ASSERT_GE(generations, GENERATIONS);
	EXPECT_GE(container->times_throttled, GENERATIONS / 2);
	last = container->spent > quota ? container->spent - quota : 0;
	note("charged %llu us, overrun before %llu us, last overrun %llu us",
	     (unsigned long long)(usage / USEC), (unsigned long long)(container->overrun / USEC),
	     (unsigned long long)(last / USEC));

	EXPECT_LE(usage, generations * quota + last);
	/* The container does not get much less, either. */
	EXPECT_GE(usage, GENERATIONS * quota * 3 / 4);
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, ten_generations, 120)
{
	module_anticipate(true);
	average(_metadata, self, 100 * MSEC, SEC);
}

TEST_F_TIMEOUT(budget, ten_generations_unanticipated, 120)
{
	average(_metadata, self, 60 * MSEC, 400 * MSEC);
}

/*
 * The usage is known exactly at any moment, between ticks, too: the only task in a container
 * compares it with its own clock, which stands still in interrupts just as the kernel's charging
 * does. What an interrupt has taken since the last tick is known only at the next tick: that is
 * little, unless an emulator's host pauses there.
 */
#define SPENT_SLACK	(20 * USEC)
#define SPENT_LOOKS	100

static uint64_t own_time(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * SEC + (uint64_t)time.tv_nsec;
}

static int compare_clocks(void *data)
{
	struct bgt_container *container;
	uint64_t errors[SPENT_LOOKS], error;
	struct bgt *bgt;

	if (bgt_open(&bgt))
		return 2;
	for (int i = 0; i < SPENT_LOOKS; i++) {
		uint64_t before, after;

		burn(3 * MSEC);
		before = own_time();
		if (bgt_self_get(bgt, &container))
			return 3;
		after = own_time();
		errors[i] = 0;
		if (container->spent < before)
			errors[i] = before - container->spent;
		if (container->spent > after)
			errors[i] = container->spent - after;
		bgt_container_free(container);
	}
	error = median(errors, SPENT_LOOKS);
	note("off by %llu ns (median), %llu ns (worst)", (unsigned long long)error,
	     (unsigned long long)errors[SPENT_LOOKS - 1]);
	return error > SPENT_SLACK || (exact_clock() && errors[SPENT_LOOKS - 1] > SPENT_SLACK);
}

TEST_F_TIMEOUT(budget, spent_to_the_moment, 120)
{
	container_set_period(self->bgt, self->id, 3600 * SEC);
	container_set_quota(self->bgt, self->id, 3600 * SEC);
	EXPECT_EQ(0, task_wait(task_start("a", compare_clocks, NULL)));
}

/* Time that tasks wait is not charged. */
TEST_F_TIMEOUT(budget, waiting_is_free, 120)
{
	uint64_t quota = 2 * SEC, end = now() + DEADLINE, spent, used;
	const struct bgt_container *container;
	struct burner burner;

	container_set_period(self->bgt, self->id, 3600 * SEC);
	burner = burner_start("a", 2);
	burner_sleep(&burner, true);
	while (!burner_stands(&burner, 0) || !burner_stands(&burner, 1))
		ASSERT_LT(now(), end);
	used = cgroup_usage("a");
	spent = container_look(self->bgt, self->id)->spent;
	container_set_quota(self->bgt, self->id, spent + quota);
	/* Far longer than the budget; the threads wake up 100 times a second. */
	pause_for(2 * quota);
	container = container_look(self->bgt, self->id);
	used = cgroup_usage("a") - used;
	note("%llu ms were used", (unsigned long long)(used * USEC / MSEC));
	EXPECT_FALSE(container->throttled);
	EXPECT_LT(container->spent, container->quota);
	EXPECT_EQ(0, container->times_throttled);
	/*
	 * Only the CPU time of the wakeups was charged, which is more on a slow machine, and a
	 * tick.
	 */
	EXPECT_LE(container->spent - spent, used * USEC + 50 * MSEC);
	burner_end(&burner);
}

/* Real-time tasks and tasks of the idle class are charged, too. */
static void by_policy(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self, int policy)
{
	struct sched_param param = { .sched_priority = policy == SCHED_FIFO ? 1 : 0 };
	uint64_t quota = 20 * MSEC;
	struct burner burner;

	container_set_budget(self->bgt, self->id, quota, 100 * MSEC);
	burner = burner_start("a", 1);
	ASSERT_EQ(0, sched_setscheduler(burner.pid, policy, &param));
	expect_detection(_metadata, self);
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, policy_fifo, 120)
{
	by_policy(_metadata, self, SCHED_FIFO);
}

TEST_F_TIMEOUT(budget, policy_idle, 120)
{
	by_policy(_metadata, self, SCHED_IDLE);
}

static int ping(void *data)
{
	const int *ends = data;
	char byte = 0;

	while (write(ends[0], &byte, 1) == 1 && read(ends[1], &byte, 1) == 1)
		;
	return 1;
}

/* Tasks that run only for moments, each time on some CPU. */
TEST_F_TIMEOUT(budget, short_runs, 120)
{
	uint64_t quota = 20 * MSEC;
	int pipes[2][2];

	container_set_budget(self->bgt, self->id, quota, 150 * MSEC);
	ASSERT_EQ(0, pipe(pipes[0]));
	ASSERT_EQ(0, pipe(pipes[1]));
	for (int side = 0; side < 2; side++) {
		int ends[2] = { pipes[side][1], pipes[!side][0] };

		task_start("a", ping, ends);
	}
	expect_detection(_metadata, self);
}

TEST_HARNESS_MAIN
