// SPDX-License-Identifier: GPL-2.0
/*
 * Real-time tasks on every CPU, which nothing that a user can start would ever take from them, are
 * frozen as exactly as any others when their budget is spent.
 */
#include <errno.h>
#include <linux/sched.h>
#include <linux/sched/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

#define LIMIT	"/proc/sys/kernel/sched_rt_runtime_us"
#define DEFAULT_LIMIT	950000
#define NO_LIMIT	(-1)

#define QUOTA	(50 * MSEC)
#define PERIOD	(20 * SEC)

FIXTURE(realtime) {
	struct bgt *bgt;
	uint32_t id;
};

/* The kernel keeps a part of each CPU from real-time tasks, unless an administrator says so. */
static void set_limit(long limit)
{
	FILE *file = fopen(LIMIT, "we");

	if (!file || fprintf(file, "%ld", limit) < 0 || fclose(file))
		fail("cannot set the limit of real-time tasks");
}

FIXTURE_SETUP(realtime)
{
	scene_begin();
	set_limit(NO_LIMIT);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, QUOTA, PERIOD);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(realtime)
{
	scene_end();
	set_limit(DEFAULT_LIMIT);
}

/* A task of some class that never gives up its CPU. */
static int hog(void *data)
{
	const struct sched_attr *attr = data;

	if (syscall(SYS_sched_setattr, 0, attr, 0))
		return errno;
	for (;;)
		;
}

static void run(struct __test_metadata *_metadata, FIXTURE_DATA(realtime) *self,
		const struct sched_attr *attr)
{
	const struct bgt_container *container;
	uint64_t most = QUOTA + (exact_clock() ? 2 * MSEC : 20 * MSEC) * (uint64_t)get_nprocs();

	for (int i = 0; i < get_nprocs(); i++)
		task_start("a", hog, (void *)attr);
	ASSERT_NE(NULL, event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id));
	cgroup_wait_frozen("a", true);
	container = container_look(self->bgt, self->id);
	note("%llu us of %llu were used", (unsigned long long)(container->usage / USEC),
	     (unsigned long long)(QUOTA / USEC));
	EXPECT_TRUE(container->throttled);
	EXPECT_GE(container->usage, QUOTA / 2);
	EXPECT_LE(container->usage, most);
}

static void run_fifo(struct __test_metadata *_metadata, FIXTURE_DATA(realtime) *self,
		     uint32_t priority)
{
	const struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_FIFO,
		.sched_priority = priority,
	};

	run(_metadata, self, &attr);
}

TEST_F_TIMEOUT(realtime, fifo, 120)
{
	run_fifo(_metadata, self, 50);
}

TEST_F_TIMEOUT(realtime, fifo_highest, 120)
{
	run_fifo(_metadata, self, 99);
}

/* Only root has such tasks. */
TEST_F_TIMEOUT(realtime, deadline, 120)
{
	const struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = SCHED_DEADLINE,
		.sched_runtime = 95 * MSEC,
		.sched_deadline = 100 * MSEC,
		.sched_period = 100 * MSEC,
	};

	run(_metadata, self, &attr);
}

TEST_HARNESS_MAIN
