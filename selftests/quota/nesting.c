// SPDX-License-Identifier: GPL-2.0
/*
 * Members below members, and cgroups that come and go below members: each is charged once, to one
 * container.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "accounting.h"
#include "cgroup.h"
#include "container.h"
#include "scene.h"
#include "task.h"

static int burn_ms(void *data)
{
	burn((uintptr_t)data * MSEC);
	return 0;
}

/*
 * A cgroup that is below a member when it is added is charged from then on; a later one from its
 * beginning.
 */
TEST_F_TIMEOUT(accounting, nested, 120)
{
	struct burner early, late, deep;
	uint64_t before, end;
	struct usage charged;
	uint32_t id;

	cgroup_make("c");
	cgroup_make("c/early");
	early = burner_start("c/early", 1);
	pause_for(50 * MSEC);
	ASSERT_EQ(0, cgroup_write("c", "cgroup.freeze", "1"));
	cgroup_wait_frozen("c", true);
	burner_wait_off(&early);
	before = cgroup_usage("c");
	EXPECT_GT(before, 0);
	id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, id, BGT_ROLE_APP, "c");
	EXPECT_EQ(0, container_look(self->bgt, id)->usage);
	/* The module did not freeze it, and leaves it frozen. */
	EXPECT_TRUE(cgroup_is_frozen("c"));
	ASSERT_EQ(0, cgroup_write("c", "cgroup.freeze", "0"));

	cgroup_make("c/late");
	late = burner_start("c/late", 1);
	cgroup_make("c/late/deep");
	cgroup_make("c/late/deep/deeper");
	deep = burner_start("c/late/deep/deeper", 1);
	pause_for(50 * MSEC);
	burner_end(&early);
	burner_end(&late);
	burner_end(&deep);
	cgroup_wait_empty("c");

	/* The module is told of the last cgroups a little later. */
	end = now() + DEADLINE;
	do {
		charged = usage_read(self->bgt, id, "c");
		look_later(end);
	} while (charged.cgroup - before > charged.container / USEC + 1 && now() < end);
	/* Both values of the difference are rounded down to microseconds. */
	EXPECT_LE(charged.cgroup - before, charged.container / USEC + 1);
	EXPECT_GE(charged.cgroup - before, charged.container / USEC);
	EXPECT_GT(charged.container, 50 * MSEC);
}

/* The usage of removed cgroups stays counted, although they are gone before anybody can look. */
TEST_F_TIMEOUT(accounting, removed, 3600)
{
	unsigned int rounds = soak() ? 2000 : 100;
	uint64_t sum = 0;
	char name[32];

	for (unsigned int i = 0; i < rounds; i++) {
		snprintf(name, sizeof(name), i % 3 ? "a/%u" : "a/%u.x", i);
		cgroup_make(name);
		ASSERT_EQ(0, task_wait(task_start(name, burn_ms, (void *)(uintptr_t)(i % 3))));
		cgroup_wait_empty(name);
		sum += cgroup_usage(name);
		ASSERT_TRUE(cgroup_remove(name));
	}
	EXPECT_SETTLES(self->a, "a");
	EXPECT_GE(usage_read(self->bgt, self->a, "a").container / USEC, sum);
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

/*
 * Uses CPU time, and writes a page that keeps the removed cgroup alive for as long as the file
 * exists. Leaves the cgroup before it dies, since a dying process is charged a little more after it
 * was waited for.
 */
static int burn_and_write(void *data)
{
	int fd = open("/dev/shm/bgtask-selftest", O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	char page[4096] = "";

	burn(MSEC);
	if (fd < 0 || write(fd, page, sizeof(page)) != sizeof(page))
		return 1;
	return cgroup_move("outside", getpid()) != 0;
}

/* The usage of removed cgroups that are kept alive stays counted, and is not counted twice. */
TEST_F_TIMEOUT(accounting, lingering, 300)
{
	uint64_t before;
	uint32_t member;
	char name[32];

	ASSERT_EQ(0, cgroup_write("", "cgroup.subtree_control", "+memory"));
	cgroup_make("outside");
	cgroup_make("c");
	member = member_add(self->bgt, self->a, BGT_ROLE_TASK, "c");
	ASSERT_EQ(0, cgroup_write("c", "cgroup.subtree_control", "+memory"));
	for (unsigned int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "c/%u", i);
		cgroup_make(name);
		ASSERT_EQ(0, task_wait(task_start(name, burn_and_write, NULL)));
		while (!cgroup_remove(name))
			sched_yield();
		/* Compares now and then, too. */
		if (i % 20 == 0)
			EXPECT_SETTLES(self->a, "c");
	}
	ASSERT_LT(0, cgroup_key("c", "cgroup.stat", "nr_dying_descendants"));
	EXPECT_SETTLES(self->a, "c");
	before = usage_read(self->bgt, self->a, "c").container;
	EXPECT_GT(before, 60 * MSEC);

	/* The usage stays with the first container; the next one is charged from then on. */
	member_delete(self->bgt, member);
	EXPECT_EQ(before, container_look(self->bgt, self->a)->usage);
	member_add(self->bgt, self->b, BGT_ROLE_TASK, "c");
	unlink("/dev/shm/bgtask-selftest");
	EXPECT_EQ(before, container_look(self->bgt, self->a)->usage);
	EXPECT_EQ(0, container_look(self->bgt, self->b)->usage);
}

/* Makes and removes cgroups without waiting for anything in between. */
static int churn(void *data)
{
	char name[32];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "a/%d.%d", (int)(uintptr_t)data, i);
		cgroup_make(name);
		task_wait(task_start(name, burn_ms, (void *)1));
		while (!cgroup_remove(name))
			sched_yield();
	}
	return 0;
}

TEST_F_TIMEOUT(accounting, churn, 120)
{
	pid_t pids[3];

	for (int i = 0; i < 3; i++)
		pids[i] = task_start("", churn, (void *)(uintptr_t)i);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, task_wait(pids[i]));
	EXPECT_SETTLES(self->a, "a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 300 * MSEC);
}

/*
 * A cgroup is charged to the innermost member above it, also when that member is added or removed.
 */
TEST_F_TIMEOUT(accounting, innermost, 120)
{
	uint64_t first, second, outer, start;
	uint32_t inner, member;
	struct burner burner;
	struct usage sum;

	cgroup_make("a/in");
	cgroup_make("a/in/below");
	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	burner = burner_start("a/in/below", 1);
	EXPECT_TRUE(container_is_charged(self->bgt, self->a, 10 * MSEC));

	member = member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	outer = container_look(self->bgt, self->a)->usage;
	pause_for(100 * MSEC);
	EXPECT_TRUE(container_is_charged(self->bgt, inner, 10 * MSEC));
	EXPECT_LE(container_look(self->bgt, self->a)->usage, outer + 20 * MSEC);

	/*
	 * A removed member leaves its usage with its container; then the outer member is charged.
	 */
	member_delete(self->bgt, member);
	first = container_look(self->bgt, inner)->usage;
	outer = container_look(self->bgt, self->a)->usage;
	pause_for(200 * MSEC);
	EXPECT_TRUE(container_is_charged(self->bgt, self->a, outer + 5 * MSEC));
	EXPECT_EQ(first, container_look(self->bgt, inner)->usage);

	/*
	 * Added again, the inner container is charged in addition, but not for the time in between.
	 */
	start = now();
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	second = container_look(self->bgt, inner)->usage;
	EXPECT_LT(second, first + (now() - start) + 20 * MSEC);
	burner_end(&burner);
	cgroup_wait_empty("a");

	/* The two containers together have the whole usage, once. */
	sum = usage_read_both(self->bgt, self->a, inner, "a");
	EXPECT_EQ(sum.cgroup, sum.container / USEC);
}

/* Usage in a new cgroup, before it becomes a member, stays with the outer container. */
TEST_F_TIMEOUT(accounting, new_and_member_at_once, 120)
{
	uint32_t inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	struct usage sum;

	workers_stop();
	cgroup_make("a/in");
	cgroup_make("a/in/below");
	task_wait(task_start("a/in", burn_ms, (void *)10));
	task_wait(task_start("a/in/below", burn_ms, (void *)10));
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	workers_go_on();
	task_wait(task_start("a/in", burn_ms, (void *)10));
	cgroup_wait_empty("a");
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 20 * MSEC);
	EXPECT_GE(container_look(self->bgt, inner)->usage, 10 * MSEC);
	sum = usage_read_both(self->bgt, self->a, inner, "a");
	EXPECT_EQ(sum.cgroup, sum.container / USEC);
}

/* When the inner container is deleted, the outer one is charged again. */
TEST_F_TIMEOUT(accounting, deleted_inner_container, 120)
{
	struct usage sum;
	uint64_t charged;
	uint32_t inner;

	cgroup_make("a/in");
	inner = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, inner, BGT_ROLE_TASK, "a/in");
	task_wait(task_start("a/in", burn_ms, (void *)20));
	cgroup_wait_empty("a/in");
	container_delete(self->bgt, inner);
	charged = event_wait(self->bgt, BGT_EVENT_CONTAINER_DEL, inner)->container->usage;
	task_wait(task_start("a/in", burn_ms, (void *)20));
	cgroup_wait_empty("a/in");
	sum = usage_read(self->bgt, self->a, "a");
	EXPECT_EQ(sum.cgroup, (sum.container + charged) / USEC);
	EXPECT_GE(container_look(self->bgt, self->a)->usage, 20 * MSEC);
}

/* The usage of several members adds up in one container. */
TEST_F_TIMEOUT(accounting, members_together, 120)
{
	struct usage sum = { 0 };

	cgroup_make("c");
	cgroup_make("c/in");
	member_add(self->bgt, self->a, BGT_ROLE_TASK, "c");
	member_add(self->bgt, self->a, BGT_ROLE_TASK, "c/in");
	task_wait(task_start("a", burn_ms, (void *)10));
	task_wait(task_start("c", burn_ms, (void *)10));
	task_wait(task_start("c/in", burn_ms, (void *)10));
	cgroup_end("");
	sum.container = usage_read(self->bgt, self->a, "").container;
	/* The usage of c includes that of c/in; both values are rounded down to microseconds. */
	sum.cgroup = cgroup_usage("a") + cgroup_usage("c");
	EXPECT_LE(sum.cgroup, sum.container / USEC);
	EXPECT_GE(sum.cgroup + 1, sum.container / USEC);
}

TEST_HARNESS_MAIN
