// SPDX-License-Identifier: GPL-2.0
/* Budgets: when they are found to be spent, what they carry over, and when they come back. */
#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"
#include "task.h"
#include "trace.h"

#define GENERATIONS	10

FIXTURE(budget) {
	struct bgt *bgt;
	uint32_t id;
	bool anticipated;
};

FIXTURE_SETUP(budget)
{
	scene_begin();
	self->anticipated = module_anticipate(false);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(budget)
{
	module_anticipate(self->anticipated);
	scene_end();
}

static void set_budget(struct bgt *bgt, uint32_t id, uint64_t quota, uint64_t period)
{
	container_set_period(bgt, id, period);
	container_set_quota(bgt, id, quota);
}

/* Where that has passed already, on a busy machine, there is nothing to wait for. */
static void pause_until(uint64_t time)
{
	uint64_t at = now();

	if (at < time)
		pause_for(time - at);
}

/*
 * What is spent when nothing of a container is on a CPU any more, as what is there spends on: the
 * last thread that stops is still on its way when that is told.
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

/*
 * A budget that is gone is noticed within 200 us of CPU time, in the median of ten generations, or
 * always where time is exact. Elsewhere, an emulator's virtual CPUs are stopped whenever its host
 * likes, while time passes in the guest: for as long as this kept the timer from expiring, each CPU
 * may have gone on.
 */
#define LATE	(200 * USEC)

static void expect_detection(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self)
{
	static const char *const fields[] = { "spent", "quota", "lead", "late" };
	uint64_t nr_cpus = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
	struct { uint64_t spent, quota, lead, late; } found[GENERATIONS];
	uint64_t errors[GENERATIONS], excused[GENERATIONS], error, rest;

	trace_clear();
	event_drain(self->bgt);
	trace_begin("bgtask/container_throttled", NULL);
	/* Some events may be of generations before this began. */
	while (trace_read("container_throttled", fields, ARRAY_SIZE(fields), &found[0].spent,
			  GENERATIONS) < GENERATIONS)
		event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id);
	trace_end("bgtask/container_throttled");

	for (int i = 0; i < GENERATIONS; i++) {
		uint64_t limit = found[i].quota - found[i].lead, late = nr_cpus * found[i].late;

		EXPECT_GE(found[i].spent, limit);
		errors[i] = found[i].spent - limit;
		excused[i] = errors[i] > late ? errors[i] - late : 0;
	}
	error = median(errors, GENERATIONS);
	rest = median(excused, GENERATIONS);
	note("found late by %llu ns (median), %llu ns (worst); "
	     "not by late timers: %llu ns, %llu ns",
	     (unsigned long long)error, (unsigned long long)errors[GENERATIONS - 1],
	     (unsigned long long)rest, (unsigned long long)excused[GENERATIONS - 1]);
	EXPECT_LE(rest, LATE);
	if (exact_clock())
		EXPECT_LE(errors[GENERATIONS - 1], LATE);
}

/* From here on records are kept for excused(). */
static void begin_excuses(void)
{
	trace_clear();
	trace_begin("bgtask/container_throttled", NULL);
}

/* How much may have been spent while the timer was late that should have found it the last time. */
static uint64_t excused(void)
{
	static const char *const fields[] = { "late" };
	uint64_t late[GENERATIONS];
	unsigned int count;

	count = trace_read("container_throttled", fields, ARRAY_SIZE(fields), late, GENERATIONS);
	if (!count)
		fail("there is no record of it");
	return (uint64_t)sysconf(_SC_NPROCESSORS_ONLN) * late[count - 1];
}

static void detection(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self,
		      unsigned int nr_threads)
{
	uint64_t quota = 20 * MSEC;
	struct burner burner;

	set_budget(self->bgt, self->id, quota, 100 * MSEC);
	burner = burner_start("a", nr_threads);
	expect_detection(_metadata, self);
	burner_end(&burner);
}

/*
 * What the events of a generation say, which is how things are when they are sent: each state lasts
 * for longer than that may take.
 */
TEST_F_TIMEOUT(budget, events, 120)
{
	uint64_t quota = 300 * MSEC, detected, generation;
	struct burner burner;

	set_budget(self->bgt, self->id, quota, SEC);
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
		/* A CPU that the host stopped while it charged a tick's time owes it still. */
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
	detection(_metadata, self, 1);
}

TEST_F_TIMEOUT(budget, detected_2_threads, 120)
{
	detection(_metadata, self, 2);
}

TEST_F_TIMEOUT(budget, detected_4_threads, 120)
{
	detection(_metadata, self, 4);
}

/* Freezing begins early by what it has taken before. */
TEST_F_TIMEOUT(budget, anticipated, 120)
{
	uint64_t quota = 40 * MSEC;
	struct burner burner;

	module_anticipate(true);
	set_budget(self->bgt, self->id, quota, 150 * MSEC);
	burner = burner_start("a", 2);
	expect_detection(_metadata, self);
	EXPECT_GT(container_look(self->bgt, self->id)->lead, 0);
	EXPECT_LE(container_look(self->bgt, self->id)->lead, quota / 2);
	burner_end(&burner);
}

/*
 * In the long run a container gets its quota and no more, as what it overran is taken back: after
 * ten generations it has had ten quotas and what the last one overran.
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
	/* In the last of them, when it stands still again. */
	pause_until(end - period / 4);
	cgroup_wait_frozen("b", true);
	usage = usage_read(self->bgt, id, "b").cgroup * USEC;
	container = container_look(self->bgt, id);
	/* A busy host may have let us sleep for longer: then there are as many more. */
	generations = container->generation + 1;
	ASSERT_GE(generations, GENERATIONS);
	EXPECT_GE(container->times_throttled, GENERATIONS / 2);
	last = container->spent > quota ? container->spent - quota : 0;
	note("charged %llu us, overrun before %llu us, last overrun %llu us",
	     (unsigned long long)(usage / USEC), (unsigned long long)(container->overrun / USEC),
	     (unsigned long long)(last / USEC));

	EXPECT_LE(usage, generations * quota + last);
	/* Nor does it get much less. */
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
 * What is spent is known to the moment, ticks or not: the only task in a container compares it with
 * its own clock, which stands still in interrupts just as the kernel's charging does. What an
 * interrupt took since the last tick is only known at the next one: that is little, unless an
 * emulator's host makes a pause there.
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

/* What a generation overran is there at the begin of the next. */
TEST_F_TIMEOUT(budget, overrun_is_deducted, 120)
{
	uint64_t quota = 30 * MSEC, spent, rest, total, first;
	const struct bgt_container *container;
	struct burner burner;

	/* Lower the quota under what is spent already: as large an overrun as one likes. */
	set_budget(self->bgt, self->id, 100 * MSEC, 3600 * SEC);
	burner = burner_launch("a", 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	spent = spent_at_rest(self->bgt, self->id);
	EXPECT_GE(spent, 100 * MSEC);
	container_set_quota(self->bgt, self->id, quota);
	container = container_look(self->bgt, self->id);
	first = container->generation;
	/* However long that has taken, the generation ends only now. */
	container_set_period(self->bgt, self->id,
			     now() - container->generation_start + 500 * MSEC);

	/* It takes as many generations as there are quotas in it. */
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
		/* When nothing is left of it, later ones can be overrun, too. */
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

	set_budget(self->bgt, self->id, 300 * MSEC, 500 * MSEC);
	task_wait(task_start("a", burn_20_ms, NULL));
	container = container_look(self->bgt, self->id);
	if (!container->generation)
		EXPECT_GE(container->spent, 20 * MSEC);
	EXPECT_LT(container->spent, 300 * MSEC);
	EXPECT_EQ(300 * MSEC - container->spent, container->left);
	/* Three generations pass unused. */
	pause_until(container->generation_end + 1100 * MSEC);
	container = container_look(self->bgt, self->id);
	EXPECT_GE(container->generation, 3);
	EXPECT_EQ(0, container->spent);
	EXPECT_EQ(300 * MSEC, container->left);
	EXPECT_EQ(0, container->overrun);

	burner = burner_launch("a", 2);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id)->container;
	/* Had it been kept, there would be 1200 ms. */
	EXPECT_LE(container->detected, 900 * MSEC);
	burner_end(&burner);
}

/* Only CPU time counts. */
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
	/* Far more time than the budget has; the threads look up 100 times a second. */
	pause_for(2 * quota);
	container = container_look(self->bgt, self->id);
	used = cgroup_usage("a") - used;
	note("%llu ms were used", (unsigned long long)(used * USEC / MSEC));
	EXPECT_FALSE(container->throttled);
	EXPECT_LT(container->spent, container->quota);
	EXPECT_EQ(0, container->times_throttled);
	/* To look up takes a slow machine a while. That, and a tick, and nothing else. */
	EXPECT_LE(container->spent - spent, used * USEC + 50 * MSEC);
	burner_end(&burner);
}

/* Nothing ever runs; not even that which is frozen before its first instruction. */
TEST_F_TIMEOUT(budget, quota_zero, 120)
{
	struct burner burner;

	container_set_period(self->bgt, self->id, 100 * MSEC);
	container_set_quota(self->bgt, self->id, 0);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	cgroup_wait_frozen("a", true);
	burner = burner_launch("a", 1);
	/* Several generations. */
	pause_for(500 * MSEC);
	EXPECT_EQ(0, burner.state->counts[0]);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_EQ(0, container_look(self->bgt, self->id)->left);

	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

/* A member that runs when it is added to such a container. */
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

	set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
	burner = burner_launch("a", 2);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&burner, 0));

	/* A higher one thaws, and what has been spent counts. */
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

	/* A lower one throttles. */
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
 * What is gone is gone until the generation ends: a change that is none of the quota thaws nobody,
 * even where, by what is known now, freezing need not have begun yet.
 */
TEST_F_TIMEOUT(budget, other_changes_leave_it, 120)
{
	uint64_t quota = 40 * MSEC, end = now() + DEADLINE, generation, times;
	const struct bgt_container *container;
	struct burner few, many;
	bool tried = false;

	set_budget(self->bgt, self->id, quota, SEC);
	few = burner_launch("a", 1);
	many = burner_launch("a", 8);
	/* One thread alone stops before it has spent as much more as all of them do. */
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
		/* The one that it shared with them may be over by less. */
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

	set_budget(self->bgt, self->id, 30 * MSEC, 3600 * SEC);
	start = container_look(self->bgt, self->id)->generation_start;
	burner = burner_launch("a", 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);

	/* Half a minute would be too long to wait; this generation has ended by now. */
	container_set_period(self->bgt, self->id, 200 * MSEC);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(200 * MSEC, container->period);
	EXPECT_EQ(0, (container->generation_start - start) % (200 * MSEC));
	EXPECT_EQ(container->generation_start + 200 * MSEC, container->generation_end);
	EXPECT_TRUE(burner_runs(&burner, 0));

	/* A longer one delays the next generation. */
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	container_set_period(self->bgt, self->id, 3600 * SEC);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(container->generation_start + 3600 * SEC, container->generation_end);
	/* On a busy machine, the next one may have begun before that. */
	cgroup_wait_frozen("a", true);
	pause_for(300 * MSEC);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, generations, 120)
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
		/* Nor if the first one may have ended just then. */
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

/* Containers that are made at the same time do not all thaw at the same time. */
TEST_F_TIMEOUT(budget, generations_are_spread, 120)
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

/* Longest and shortest. */
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
	/* What is overrun when it freezes takes many generations, the more the slower that is. */
	while (container_look(self->bgt, ms)->times_throttled < 5 && now() < end)
		look_later(end);
	EXPECT_GE(container_look(self->bgt, ms)->times_throttled, 5);
	container_set_exempt(self->bgt, ms, true);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_end(&burner);
}

/* Neither charged nor frozen; and charged again afterwards, from where it was. */
TEST_F_TIMEOUT(budget, exempt, 120)
{
	const struct bgt_container *container;
	uint64_t spent, usage, since;
	struct burner burner;

	set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
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

	/* What is left of the budget is there again. */
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

/* Real-time and idle-class tasks use CPU time, too. */
static void by_policy(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self, int policy)
{
	struct sched_param param = { .sched_priority = policy == SCHED_FIFO ? 1 : 0 };
	uint64_t quota = 20 * MSEC;
	struct burner burner;

	set_budget(self->bgt, self->id, quota, 100 * MSEC);
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

/* Tasks that hardly run at a time, and always somewhere else. */
TEST_F_TIMEOUT(budget, short_runs, 120)
{
	uint64_t quota = 20 * MSEC;
	int pipes[2][2];

	set_budget(self->bgt, self->id, quota, 150 * MSEC);
	ASSERT_EQ(0, pipe(pipes[0]));
	ASSERT_EQ(0, pipe(pipes[1]));
	for (int side = 0; side < 2; side++) {
		int ends[2] = { pipes[side][1], pipes[!side][0] };

		task_start("a", ping, ends);
	}
	expect_detection(_metadata, self);
}

/* Tasks that are moved in, or forked, or in cgroups that came later, spend the same budget. */
TEST_F_TIMEOUT(budget, newcomers, 120)
{
	const struct bgt_container *container;
	struct burner burner;

	cgroup_make("outside");
	set_budget(self->bgt, self->id, 50 * MSEC, 3600 * SEC);
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
