// SPDX-License-Identifier: GPL-2.0
/*
 * Latching: a firing waits for its conditions, and is remembered once, whatever happens meanwhile.
 *
 * The helper answers a call, launches what may be launched by then, and only then takes the next
 * call. So an instance that is latched when the next call is answered stays so until something else
 * changes.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "history.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

/* All conditions, and the first condition of each pair; the second one is the next bit. */
#define ALL	0x3fu
#define FIRSTS	0x15u

#define TRIGGERS								\
	"Triggers=application control-channel internet-available internet-not-available "	\
	"lock-screen-application-added lock-screen-application-removed maintenance "		\
	"network-notification-channel-reset network-state-change push servicing-complete "	\
	"session-connected session-disconnected session-start sms-received time "		\
	"time-zone-change user-away user-present\n"
#define TASKS									\
	"Class=free\n"								\
	"[Task ok]\nEntryPoint=/bin/true\n" TRIGGERS				\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" TRIGGERS

static const enum bgt_condition conditions[] = {
	BGT_CONDITION_INTERNET_AVAILABLE, BGT_CONDITION_INTERNET_NOT_AVAILABLE,
	BGT_CONDITION_SESSION_CONNECTED, BGT_CONDITION_SESSION_DISCONNECTED,
	BGT_CONDITION_USER_PRESENT, BGT_CONDITION_USER_NOT_PRESENT,
};

#define CONDITIONS	ARRAY_SIZE(conditions)

FIXTURE(latching) {
	struct bgt *bgt;
};

FIXTURE_SETUP(latching)
{
	self->bgt = history_begin(TASKS);
}

FIXTURE_TEARDOWN(latching)
{
	helper_end();
}

static uint32_t opposites(uint32_t set)
{
	return (set & FIRSTS) << 1 | (set >> 1 & FIRSTS);
}

/* Lets the conditions in @set hold, and of pairs that are not in @set the first condition. */
static void let_hold(struct bgt *bgt, uint32_t set)
{
	set |= FIRSTS & ~opposites(set);
	if (bgt_condition_set(bgt, ALL, set, false))
		fail("bgt_condition_set %#x: %s", set, bgt_error(bgt));
}

static uint32_t wait_for(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set)
{
	return helper_register(bgt, (struct wanted){
		.name = "ok", .trigger = trigger, .conditions = set,
		.interval = trigger == BGT_TRIGGER_TIME || trigger == BGT_TRIGGER_MAINTENANCE ?
			    3600 * SEC : 0,
	});
}

/* How many instances of a registration are in which state. */
struct firings {
	unsigned int latched;
	unsigned int completed;
	unsigned int others;
};

static struct firings firings_of(struct bgt *bgt, uint32_t task)
{
	struct firings firings = { 0 };
	struct bgt_instance *list, *instance;

	if (bgt_instance_list(bgt, APP, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next) {
		if (instance->task != task)
			continue;
		if (instance->state == BGT_INSTANCE_LATCHED)
			firings.latched++;
		else if (instance->state == BGT_INSTANCE_COMPLETED)
			firings.completed++;
		else
			firings.others++;
	}
	bgt_instance_free(list);
	return firings;
}

static bool is_latched(struct bgt *bgt, uint32_t task)
{
	struct firings firings;

	/* The helper launches between two calls, so only the second answer counts. */
	(void)firings_of(bgt, task);
	firings = firings_of(bgt, task);
	return firings.latched == 1 && !firings.completed && !firings.others;
}

/* Waits until the task has run, and says whether it ran once. */
static bool runs_once(struct bgt *bgt, uint32_t task)
{
	uint64_t end = now() + DEADLINE;
	struct firings firings;

	do {
		firings = firings_of(bgt, task);
		if (firings.completed && !firings.latched && !firings.others)
			return firings.completed == 1;
		look_later(end);
	} while (now() < end);
	note("latched %u, completed %u, others %u", firings.latched, firings.completed,
	     firings.others);
	return false;
}

/* The condition holds before the trigger fires. */
static bool holds_before(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set)
{
	uint32_t task = wait_for(bgt, trigger, set);

	let_hold(bgt, set);
	if (bgt_trigger_fire(bgt, APP, "ok", trigger, NULL))
		fail("bgt_trigger_fire: %s", bgt_error(bgt));
	if (!runs_once(bgt, task))
		return false;
	return !bgt_task_unregister(bgt, task, false);
}

/* The conditions begin to hold after the trigger fired, one after the other. */
static bool holds_after(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set)
{
	uint32_t task = wait_for(bgt, trigger, set), holding = opposites(set);

	let_hold(bgt, holding);
	if (bgt_trigger_fire(bgt, APP, "ok", trigger, NULL))
		fail("bgt_trigger_fire: %s", bgt_error(bgt));
	for (size_t i = 0; i < CONDITIONS; i++) {
		if (!(set & conditions[i]))
			continue;
		if (!is_latched(bgt, task))
			return false;
		holding &= ~opposites(conditions[i]);
		holding |= conditions[i];
		let_hold(bgt, holding);
	}
	if (!runs_once(bgt, task))
		return false;
	return !bgt_task_unregister(bgt, task, false);
}

/*
 * One condition in turn does not hold, and others change. Then all conditions hold, are lost, and
 * hold again.
 */
static bool flaps(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set)
{
	uint32_t task = wait_for(bgt, trigger, set);

	let_hold(bgt, opposites(set));
	if (bgt_trigger_fire(bgt, APP, "ok", trigger, NULL))
		fail("bgt_trigger_fire: %s", bgt_error(bgt));
	for (size_t i = 0; i < 2 * CONDITIONS; i++) {
		uint32_t lost = conditions[i % CONDITIONS];

		if (set & lost)
			let_hold(bgt, (set & ~lost) | opposites(lost));
		else if (!(opposites(set) & lost))
			let_hold(bgt, opposites(set) | lost);
		if (!is_latched(bgt, task))
			return false;
	}
	for (int i = 0; i < 4; i++) {
		let_hold(bgt, opposites(set));
		let_hold(bgt, set);
	}
	if (!runs_once(bgt, task))
		return false;
	return !bgt_task_unregister(bgt, task, false);
}

static const struct {
	const char *name;
	bool (*check)(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set);
} courses[] = {
	{ "before", holds_before },
	{ "after", holds_after },
	{ "flapping", flaps },
};

static bool works(struct bgt *bgt, enum bgt_trigger trigger, uint32_t set)
{
	for (size_t i = 0; i < ARRAY_SIZE(courses); i++) {
		if (courses[i].check(bgt, trigger, set))
			continue;
		note("trigger %s with conditions %#x, %s: wrong", bgt_trigger_name(trigger), set,
		     courses[i].name);
		return false;
	}
	return true;
}

/*
 * Whether it works for all triggers but control-channel, which only a socket fires; short rounds
 * try only one.
 */
static bool all_work(struct bgt *bgt, uint32_t set)
{
	int last = soak() ? BGTASK_TRIGGER_MAX : BGT_TRIGGER_APPLICATION;

	for (int trigger = BGT_TRIGGER_APPLICATION; trigger <= last; trigger++) {
		if (trigger == BGT_TRIGGER_CONTROL_CHANNEL)
			continue;
		if (!works(bgt, (enum bgt_trigger)trigger, set))
			return false;
	}
	return true;
}

TEST_F_TIMEOUT(latching, one_condition, 7200)
{
	/* Some triggers need access to the lock screen. */
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	for (size_t i = 0; i < CONDITIONS; i++)
		ASSERT_TRUE(all_work(self->bgt, conditions[i]));
}

TEST_F_TIMEOUT(latching, two_conditions, 7200)
{
	unsigned int pairs = 0, contradictions = 0;
	uint32_t set, id;

	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	for (size_t i = 0; i < CONDITIONS; i++) {
		for (size_t j = i + 1; j < CONDITIONS; j++) {
			set = conditions[i] | conditions[j];
			if (!(set & opposites(set))) {
				ASSERT_TRUE(all_work(self->bgt, set));
				pairs++;
				continue;
			}
			EXPECT_EQ(-EINVAL, helper_try_register(self->bgt, (struct wanted){
				.name = "ok", .conditions = set }, &id));
			EXPECT_STREQ("these conditions never hold together", bgt_error(self->bgt));
			contradictions++;
		}
	}
	EXPECT_EQ(12, pairs);
	EXPECT_EQ(3, contradictions);
}

/* One of the conditions with all triggers that can be fired by a call. */
TEST_F_TIMEOUT(latching, every_trigger, 120)
{
	/* Some triggers need access to the lock screen. */
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	for (int trigger = 0; trigger <= BGTASK_TRIGGER_MAX; trigger++) {
		/* Only a socket fires this trigger. */
		if (trigger == BGT_TRIGGER_CONTROL_CHANNEL)
			continue;
		EXPECT_TRUE(holds_after(self->bgt, (enum bgt_trigger)trigger,
					BGT_CONDITION_USER_NOT_PRESENT)) {
			TH_LOG("trigger %s", bgt_trigger_name((enum bgt_trigger)trigger));
		}
	}
}

/*
 * A task that fires again while it is latched is latched once; while it runs, it is latched for one
 * more run.
 */
TEST_F_TIMEOUT(latching, fired_again, 60)
{
	const uint32_t set = BGT_CONDITION_INTERNET_AVAILABLE;
	const struct bgt_instance *instance;
	uint32_t id;

	let_hold(self->bgt, opposites(set));
	helper_register(self->bgt, (struct wanted){ .name = "long", .conditions = set });
	for (int i = 0; i < 5; i++)
		helper_fire(self->bgt, "long");
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	let_hold(self->bgt, set);
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	for (int i = 0; i < 5; i++)
		helper_fire(self->bgt, "long");
	EXPECT_EQ(2, instance_count(self->bgt, APP));
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "long")->state);

	/* The instance before has ended, but the condition of this one must hold, too. */
	let_hold(self->bgt, opposites(set));
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	while (bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT) != -ENOENT)
		usleep(5000);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "long")->state);
	let_hold(self->bgt, set);
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_NE(id, instance->id);
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/*
 * Latched instances, also those that wait for a running one to end, are known to the next helper.
 */
TEST_F_TIMEOUT(latching, helper_killed, 60)
{
	const uint32_t set = BGT_CONDITION_SESSION_DISCONNECTED;
	const struct bgt_instance *instance;
	uint32_t ok, id;

	let_hold(self->bgt, set);
	helper_register(self->bgt, (struct wanted){ .name = "long", .conditions = set });
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	helper_fire(self->bgt, "long");
	let_hold(self->bgt, opposites(set));
	ok = wait_for(self->bgt, BGT_TRIGGER_APPLICATION, set);
	helper_fire(self->bgt, "ok");

	for (int i = 0; i < 2; i++) {
		/*
		 * The conditions that were set are forgotten; without logind, the session counts as
		 * connected.
		 */
		helper_restart(self->bgt);
		EXPECT_TRUE(is_latched(self->bgt, ok));
		helper_fire(self->bgt, "ok");
		helper_fire(self->bgt, "long");
		EXPECT_TRUE(is_latched(self->bgt, ok));
		EXPECT_EQ(3, instance_count(self->bgt, APP));
	}
	let_hold(self->bgt, set);
	EXPECT_TRUE(runs_once(self->bgt, ok));
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "long")->state);
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_NE(id, instance->id);
}

/* When conditions are left to their sources again, latched tasks are launched by what these say. */
TEST_F_TIMEOUT(latching, left_to_the_sources, 60)
{
	uint32_t holding, set, task;
	enum bgt_work_cost cost;

	/* The test machine has no network. */
	let_hold(self->bgt, BGT_CONDITION_INTERNET_AVAILABLE);
	task = wait_for(self->bgt, BGT_TRIGGER_APPLICATION, BGT_CONDITION_INTERNET_NOT_AVAILABLE);
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(is_latched(self->bgt, task));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, ALL, 0, true));
	ASSERT_EQ(0, bgt_condition_get(self->bgt, &holding, &set, &cost));
	EXPECT_EQ(0, set);
	EXPECT_TRUE(holding & BGT_CONDITION_INTERNET_NOT_AVAILABLE);
	EXPECT_TRUE(runs_once(self->bgt, task));
}

TEST_HARNESS_MAIN
