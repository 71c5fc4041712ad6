// SPDX-License-Identifier: GPL-2.0
/*
 * New cgroups below a member that the module has not seen yet when they, or the member, are
 * removed: their usage is charged to the container all the same.
 */
#include <stdio.h>

#include "accounting.h"
#include "cgroup.h"
#include "container.h"
#include "holdup.h"
#include "scene.h"
#include "task.h"

#define NR_CGROUPS	20

static int burn_5_ms(void *data)
{
	burn(5 * MSEC);
	return 0;
}

/* Makes a cgroup, uses CPU time in it, and removes it. Returns its usage. */
static uint64_t make_use_remove(const char *name)
{
	uint64_t usage;

	cgroup_make(name);
	if (task_wait(task_start(name, burn_5_ms, NULL)))
		fail("nothing runs in %s", name);
	cgroup_wait_empty(name);
	usage = cgroup_usage(name);
	while (!cgroup_remove(name))
		pause_for(MSEC);
	return usage;
}

static void wait_freed(const char *cgroup)
{
	uint64_t end = now() + DEADLINE;

	while (cgroup_key(cgroup, "cgroup.stat", "nr_dying_descendants")) {
		if (now() > end)
			fail("what was removed below %s stays", cgroup);
		look_later(end);
	}
}

/* The cgroups are gone before the module has time to look at them. */
TEST_F_TIMEOUT(accounting, removed_and_freed, 120)
{
	uint64_t sum = 0;
	char name[16];

	cgroup_make("slow");
	holdup_begin(self->b, "slow");
	for (int i = 0; i < NR_CGROUPS; i++) {
		snprintf(name, sizeof(name), "a/%d", i);
		sum += make_use_remove(name);
	}
	wait_freed("a");
	EXPECT_AGREES(self->a, "a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage / USEC, sum);
	holdup_end();
	EXPECT_AGREES(self->a, "a");
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

/* The same for cgroups below others that the module has not seen yet; some of them stay. */
TEST_F_TIMEOUT(accounting, removed_below_new_ones, 120)
{
	cgroup_make("slow");
	holdup_begin(self->b, "slow");
	cgroup_make("a/new");
	cgroup_make("a/new/newer");
	make_use_remove("a/new/1");
	make_use_remove("a/new/newer/2");
	task_wait(task_start("a/new/newer", burn_5_ms, NULL));
	cgroup_wait_empty("a");
	wait_freed("a");
	holdup_end();
	EXPECT_SETTLES(self->a, "a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 15 * MSEC);
}

/* When a member is removed, its usage before is charged, and its usage afterwards is not. */
TEST_F_TIMEOUT(accounting, member_removed, 120)
{
	uint64_t charged, usage;
	uint32_t member;

	cgroup_make("c");
	member = member_add(self->bgt, self->a, BGT_ROLE_TASK, "c");
	workers_stop();
	cgroup_make("c/in");
	cgroup_make("c/in/below");
	task_wait(task_start("c/in", burn_5_ms, NULL));
	task_wait(task_start("c/in/below", burn_5_ms, NULL));
	member_delete(self->bgt, member);
	usage = cgroup_usage("c");
	workers_go_on();
	charged = container_look(self->bgt, self->a)->usage;
	EXPECT_GE(charged, 10 * MSEC);
	EXPECT_EQ(usage, charged / USEC);

	task_wait(task_start("c/in/below", burn_5_ms, NULL));
	cgroup_wait_empty("c");
	EXPECT_EQ(charged, container_look(self->bgt, self->a)->usage);
}

/* The last event of a deleted container has its whole usage. */
TEST_F_TIMEOUT(accounting, container_deleted, 120)
{
	uint32_t id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	uint64_t usage;

	cgroup_make("c");
	member_add(self->bgt, id, BGT_ROLE_TASK, "c");
	workers_stop();
	cgroup_make("c/in");
	task_wait(task_start("c/in", burn_5_ms, NULL));
	container_delete(self->bgt, id);
	usage = cgroup_usage("c");
	workers_go_on();
	EXPECT_GE(usage, 5000);
	EXPECT_EQ(usage, event_wait(self->bgt, BGT_EVENT_CONTAINER_DEL, id)->container->usage /
			 USEC);
}

TEST_HARNESS_MAIN
