// SPDX-License-Identifier: GPL-2.0
/* Idle containers cost nothing: no timer of the module expires for them, and no work is queued. */
#include <stdio.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"
#include "trace.h"

#define NR_CONTAINERS	1000

FIXTURE(idle) {
	struct bgt *bgt;
};

FIXTURE_SETUP(idle)
{
	scene_begin();
	self->bgt = container_connect();
}

FIXTURE_TEARDOWN_PARENT(idle)
{
	trace_end("bgtask/quota_timer");
	trace_end("timer/hrtimer_expire_entry");
	trace_end("workqueue/workqueue_execute_start");
	trace_end("sched/sched_kthread_work_execute_start");
	scene_end();
}

/*
 * Records the module's own event and the kernel's event for the function of the timer; and all
 * works, which other timers queue.
 */
static void watch(void)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "function == 0x%lx", trace_function("timer_expired"));
	trace_clear();
	trace_begin("bgtask/quota_timer", NULL);
	trace_begin("timer/hrtimer_expire_entry", filter);
	trace_begin("workqueue/workqueue_execute_start", NULL);
	trace_begin("sched/sched_kthread_work_execute_start", NULL);
}

static unsigned int expiries(void)
{
	unsigned int own = trace_count("quota_timer:");
	unsigned int kernel = trace_count("hrtimer_expire_entry:");

	note("%u expiries, the kernel says %u", own, kernel);
	if (trace_lost())
		fail("records were lost");
	return own > kernel ? own : kernel;
}

/* Works of the module that nobody asks for: looking after containers, and freezing. */
struct works {
	unsigned int housekeeping, freezing;
};

static struct works works_done(void)
{
	struct works done = {
		.housekeeping = trace_count_of("workqueue_execute_start", "[bgtask]"),
		.freezing = trace_count_of("sched_kthread_work_execute_start", "[bgtask]"),
	};

	note("%u works, %u for the freezer", done.housekeeping, done.freezing);
	return done;
}

static unsigned int works(void)
{
	struct works done = works_done();

	return done.housekeeping + done.freezing;
}

/*
 * Waits until nothing was recorded for a while, as the module notices only at the next expiry that
 * a container has become idle. Drops the records.
 */
static void wait_dormant(void)
{
	uint64_t end = now() + DEADLINE;

	do {
		if (now() >= end)
			fail("it goes on looking");
		trace_clear();
		pause_for(200 * MSEC);
	} while (expiries() || works());
}

/* Runs for a moment, says so, and sleeps. */
static int sleeper(void *data)
{
	const int *ready = data;

	burn(MSEC);
	if (write(ready[1], "", 1) != 1)
		return 1;
	for (;;)
		pause();
	return 0;
}

/* A thousand containers with members; in some of them tasks have run and now sleep. */
TEST_F_TIMEOUT(idle, thousand_containers, 300)
{
	char name[16], byte;
	int ready[2];

	ASSERT_EQ(0, pipe(ready));
	for (unsigned int i = 0; i < NR_CONTAINERS; i++) {
		uint32_t id = container_new(self->bgt, 100 * MSEC, i % 2 ? 2 * SEC : 100 * SEC);

		snprintf(name, sizeof(name), "%u", i);
		cgroup_make(name);
		member_add(self->bgt, id, BGT_ROLE_APP, name);
		if (i % 50 == 0) {
			task_start(name, sleeper, ready);
			ASSERT_EQ(1, read(ready[0], &byte, 1));
		}
		event_drain(self->bgt);
	}
	watch();
	wait_dormant();
	pause_for(10 * SEC);
	EXPECT_EQ(0, expiries());
	EXPECT_EQ(0, works());
}

/* Containers that go to sleep; also shows that expiries and works are counted at all. */
TEST_F_TIMEOUT(idle, goes_to_sleep, 120)
{
	uint32_t id = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	struct burner burner;
	uint64_t end;

	cgroup_make("a");
	member_add(self->bgt, id, BGT_ROLE_APP, "a");
	burner = burner_start("a", 2);
	watch();
	/*
	 * The timer expires when half of these 250 ms could be spent by both threads, and then
	 * again and again.
	 */
	container_set_quota(self->bgt, id, container_look(self->bgt, id)->spent + 250 * MSEC);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, id);
	EXPECT_GT(expiries(), 0);
	/* Works have frozen the container, and sent its events. */
	EXPECT_GT(works_done().freezing, 0);
	EXPECT_GT(works_done().housekeeping, 0);
	/* The module does not poll: each expiry halves the rest, down to 20 us. */
	EXPECT_LT(expiries(), 100);

	/* While the container sleeps no timer runs, although there is budget left. */
	container_set_quota(self->bgt, id, container_look(self->bgt, id)->spent + 3600 * SEC);
	EXPECT_TRUE(burner_runs(&burner, 0));
	burner_sleep(&burner, true);
	end = now() + DEADLINE;
	while (!burner_stands(&burner, 0) || !burner_stands(&burner, 1))
		ASSERT_LT(now(), end);
	kill(burner.pid, SIGSTOP);
	container_set_quota(self->bgt, id, container_look(self->bgt, id)->spent + 100 * MSEC);
	wait_dormant();
	pause_for(2 * SEC);
	EXPECT_EQ(0, expiries());
	EXPECT_EQ(0, works());

	/* The container wakes up, and the timer runs again. */
	burner_sleep(&burner, false);
	event_drain(self->bgt);
	kill(burner.pid, SIGCONT);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, id);
	EXPECT_GT(expiries(), 0);

	/* A throttled container has no timer but that of its next generation, which is far away. */
	wait_dormant();
	pause_for(SEC);
	EXPECT_EQ(0, expiries());
	EXPECT_EQ(0, works());
	burner_end(&burner);
}

/* Containers without a limit, and exempt ones, need no timer though they run. */
TEST_F_TIMEOUT(idle, unlimited, 120)
{
	uint32_t unlimited = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 100 * MSEC);
	uint32_t exempt = container_new(self->bgt, 10 * MSEC, 100 * MSEC);
	struct burner burners[2];

	container_set_exempt(self->bgt, exempt, true);
	cgroup_make("a");
	cgroup_make("b");
	member_add(self->bgt, unlimited, BGT_ROLE_APP, "a");
	member_add(self->bgt, exempt, BGT_ROLE_APP, "b");
	burners[0] = burner_start("a", 1);
	burners[1] = burner_start("b", 1);
	watch();
	wait_dormant();
	pause_for(SEC);
	EXPECT_EQ(0, expiries());
	EXPECT_EQ(0, works());
	EXPECT_TRUE(burner_runs(&burners[0], 0));
	EXPECT_TRUE(burner_runs(&burners[1], 0));
}

TEST_HARNESS_MAIN
