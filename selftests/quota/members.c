// SPDX-License-Identifier: GPL-2.0
/*
 * Several members: a container has stopped when all its members have, also those that were frozen
 * before.
 */
#include <sched.h>
#include <stdio.h>

#include "budget.h"
#include "task.h"

static uint32_t add_frozen(FIXTURE_DATA(budget) *self, const char *cgroup)
{
	cgroup_make(cgroup);
	if (cgroup_write(cgroup, "cgroup.freeze", "1"))
		fail("%s cannot be frozen", cgroup);
	cgroup_wait_frozen(cgroup, true);
	return member_add(self->bgt, self->id, BGT_ROLE_TASK, cgroup);
}

/* Spends the budget, and expects an event when all members stand still, and not before. */
static void expect_stop(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self)
{
	struct burner burner = burner_start("a", 2);
	const struct bgt_container *container;

	event_drain(self->bgt);
	container_set_budget(self->bgt, self->id,
			     container_look(self->bgt, self->id)->spent + 50 * MSEC, 3600 * SEC);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id)->container;
	EXPECT_TRUE(container->throttled);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, frozen_before, 60)
{
	add_frozen(self, "b");
	expect_stop(_metadata, self);
	EXPECT_EQ(2, container_look(self->bgt, self->id)->members);
}

TEST_F_TIMEOUT(budget, frozen_and_removed, 60)
{
	uint32_t members[2];

	members[0] = add_frozen(self, "b");
	members[1] = add_frozen(self, "c");
	for (int i = 0; i < 2; i++)
		member_delete(self->bgt, members[i]);
	expect_stop(_metadata, self);
	EXPECT_EQ(1, container_look(self->bgt, self->id)->members);
	/* The module does not thaw a cgroup that it has not frozen. */
	EXPECT_TRUE(cgroup_is_frozen("b"));
}

/* Held members that are removed run again, and do not count for the stop. */
TEST_F_TIMEOUT(budget, held_and_removed, 60)
{
	static const char *const cgroups[] = { "b", "c" };
	uint32_t members[2];

	for (int i = 0; i < 2; i++) {
		cgroup_make(cgroups[i]);
		members[i] = member_add(self->bgt, self->id, BGT_ROLE_TASK, cgroups[i]);
		member_hold(self->bgt, members[i], true);
		cgroup_wait_frozen(cgroups[i], true);
	}
	for (int i = 0; i < 2; i++)
		member_delete(self->bgt, members[i]);
	for (int i = 0; i < 2; i++)
		cgroup_wait_frozen(cgroups[i], false);
	expect_stop(_metadata, self);
}

/*
 * Two busy members and a busy process outside. The thread of the first member gets the CPU only now
 * and then, and so takes long to stop.
 */
struct unequal {
	struct burner slow, quick, outside;
	uint32_t slow_member, quick_member;
};

static struct unequal begin_unequal(FIXTURE_DATA(budget) *self)
{
	const struct sched_param param = { 0 };
	struct unequal unequal;

	cgroup_make("quick");
	cgroup_make("slow");
	cgroup_make("outside");
	unequal.quick_member = member_add(self->bgt, self->id, BGT_ROLE_TASK, "quick");
	unequal.slow_member = member_add(self->bgt, self->id, BGT_ROLE_TASK, "slow");
	unequal.slow = burner_start("slow", 1);
	if (sched_setscheduler(unequal.slow.pid, SCHED_IDLE, &param))
		fail("sched_setscheduler");
	unequal.quick = burner_start("quick", 1);
	unequal.outside = burner_start("outside", 1);
	event_drain(self->bgt);
	container_set_budget(self->bgt, self->id,
			     container_look(self->bgt, self->id)->spent + 50 * MSEC, 3600 * SEC);
	return unequal;
}

static void end_unequal(struct unequal *unequal)
{
	burner_end(&unequal->slow);
	burner_end(&unequal->quick);
	burner_end(&unequal->outside);
}

/* The container has not stopped when only one member has. */
TEST_F_TIMEOUT(budget, stopped_one_by_one, 60)
{
	struct unequal unequal = begin_unequal(self);

	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(cgroup_is_frozen("slow"));
	EXPECT_TRUE(cgroup_is_frozen("quick"));
	end_unequal(&unequal);
}

/* The last running member is removed: then all others have stopped. */
TEST_F_TIMEOUT(budget, last_removed, 60)
{
	struct unequal unequal = begin_unequal(self);

	event_wait(self->bgt, BGT_EVENT_MEMBER_FROZEN, unequal.quick_member);
	/* On several CPUs the slow member may stop as soon as the other. */
	if (!cgroup_is_frozen("slow"))
		EXPECT_EQ(0, container_look(self->bgt, self->id)->stopped);
	member_delete(self->bgt, unequal.slow_member);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(cgroup_is_frozen("quick"));
	end_unequal(&unequal);
}

/* New cgroups below each of the members are charged. */
TEST_F_TIMEOUT(budget, below_each, 60)
{
	static const char *const cgroups[] = { "a", "b" };
	struct burner burner;
	uint64_t before;
	char below[16];

	cgroup_make("b");
	member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	for (int i = 0; i < 2; i++) {
		snprintf(below, sizeof(below), "%s/below", cgroups[i]);
		cgroup_make(below);
		before = container_look(self->bgt, self->id)->usage;
		burner = burner_start(below, 1);
		EXPECT_TRUE(container_is_charged(self->bgt, self->id, before + 50 * MSEC))
			note("in %s", below);
		burner_end(&burner);
	}
}

TEST_HARNESS_MAIN
