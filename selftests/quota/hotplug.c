// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs go offline and come back: usage on an offline CPU stays counted, and is not charged twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

/* The CPU that goes offline and comes back. */
#define CPU	1

static void set_online(bool online)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, online ? "1" : "0", 1) != 1)
		fail("CPU %d does not go %s: %s", CPU, online ? "online" : "offline",
		     strerror(errno));
	close(fd);
}

FIXTURE(hotplug) {
	struct bgt *bgt;
	/* A container that never spends its budget, with the member "a". */
	uint32_t id;
};

FIXTURE_SETUP(hotplug)
{
	set_online(true);
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(hotplug)
{
	set_online(true);
	scene_end();
}

static int burn_on(void *data)
{
	int cpu = *(int *)data;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		return 1;
	burn(50 * MSEC);
	return 0;
}

static void use(const char *cgroup, int cpu)
{
	if (task_wait(task_start(cgroup, burn_on, &cpu)))
		fail("nothing runs on CPU %d", cpu);
	cgroup_wait_empty(cgroup);
}

/* The container's usage and charges agree with cpu.stat, and have grown by at least so much. */
#define EXPECT_USED(least) do {								\
	struct usage usage_ = usage_settled(self->bgt, self->id, "a");			\
	const struct bgt_container *container_ = container_look(self->bgt, self->id);	\
											\
	EXPECT_EQ(usage_.cgroup, usage_.container / USEC);				\
	EXPECT_EQ(0, container_->generation);						\
	EXPECT_EQ(usage_.cgroup, container_->spent / USEC);				\
	EXPECT_GE(container_->spent, used + (least));					\
	used = container_->spent;							\
} while (0)

TEST_F_TIMEOUT(hotplug, used_before, 120)
{
	uint64_t used = 0;

	for (int i = 0; i < 3; i++) {
		use("a", CPU);
		EXPECT_USED(50 * MSEC);
		set_online(false);
		EXPECT_USED(0);
		use("a", 0);
		EXPECT_USED(50 * MSEC);
		set_online(true);
		EXPECT_USED(0);
	}
}

/* The container's threads run on the CPU when it goes offline. */
TEST_F_TIMEOUT(hotplug, in_use, 120)
{
	struct burner burner = burner_start("a", 2);
	uint64_t used = 0;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(CPU, &cpus);
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(0, sched_setaffinity(burner.state->tids[i], sizeof(cpus), &cpus));
	EXPECT_TRUE(container_is_charged(self->bgt, self->id, 50 * MSEC));
	set_online(false);
	EXPECT_TRUE(burner_runs(&burner, 0));
	EXPECT_TRUE(container_is_charged(self->bgt, self->id,
					 container_look(self->bgt, self->id)->usage + 50 * MSEC));
	set_online(true);
	EXPECT_TRUE(burner_runs(&burner, 1));
	burner_end(&burner);
	cgroup_wait_empty("a");
	EXPECT_USED(100 * MSEC);
}

/* The budget is found to be spent on the remaining CPUs. */
TEST_F_TIMEOUT(hotplug, throttled, 120)
{
	const struct bgt_container *container;
	struct burner burner;
	uint64_t quota;

	use("a", CPU);
	burner = burner_start("a", 2);
	set_online(false);
	quota = container_look(self->bgt, self->id)->spent + 100 * MSEC;
	container_set_quota(self->bgt, self->id, quota);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	cgroup_wait_frozen("a", true);
	burner_wait_off(&burner);
	container = container_look(self->bgt, self->id);
	EXPECT_GE(container->detected + container->lead, quota);
	set_online(true);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	EXPECT_GE(container_look(self->bgt, self->id)->usage / USEC, cgroup_usage("a"));
	burner_end(&burner);
}

/*
 * A cgroup that used the CPU becomes a member while the CPU is offline: its usage before is not
 * charged.
 */
TEST_F_TIMEOUT(hotplug, member_since, 120)
{
	uint32_t id = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	uint64_t before;

	cgroup_make("c");
	use("c", CPU);
	before = cgroup_usage("c");
	EXPECT_GE(before, 50000);
	set_online(false);
	member_add(self->bgt, id, BGT_ROLE_APP, "c");
	EXPECT_EQ(0, container_look(self->bgt, id)->usage);
	set_online(true);
	EXPECT_EQ(0, container_look(self->bgt, id)->usage);
	use("c", CPU);
	set_online(false);
	/* Both values of the difference are rounded down to microseconds. */
	EXPECT_LE(container_look(self->bgt, id)->spent / USEC, cgroup_usage("c") - before);
	EXPECT_GE(container_look(self->bgt, id)->spent / USEC + 1, cgroup_usage("c") - before);
}

/* A cgroup that used the CPU is removed while the CPU is offline: its usage stays counted. */
TEST_F_TIMEOUT(hotplug, removed, 120)
{
	uint64_t used = 0;

	cgroup_make("a/in");
	use("a/in", CPU);
	EXPECT_USED(50 * MSEC);
	set_online(false);
	ASSERT_TRUE(cgroup_remove("a/in"));
	EXPECT_USED(0);
	set_online(true);
	EXPECT_USED(0);
	use("a", CPU);
	EXPECT_USED(50 * MSEC);
}

TEST_HARNESS_MAIN
