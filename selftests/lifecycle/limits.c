// SPDX-License-Identifier: GPL-2.0
/*
 * An app in the foreground has no limits for its network traffic and idle tasks; an app in the
 * background has them, also with an extension. The kernel's test_power plays the power supply.
 */
#include <stdio.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"
#include "wall.h"
#include "wire.h"

/* In bytes. A burst is a little more than 60 kB. */
#define BUDGET	100000
#define BURST	60000
/* The helper looks at a budget that is not nearly spent every 5 s, or a quarter later. */
#define LOOK	(5 * SEC + 5 * SEC / 4)
#define FAR	"exec 3<>/dev/udp/" WIRE_FAR "/9; "
#define TASKS									\
	"[Task bursts]\nEntryPoint=/bin/bash -c \"" FAR "while sleep 0.2; do "	\
		"for i in {1..60}; do printf %01000d 0 >&3; done; done\"\n"	\
		"Triggers=application\n"					\
	"[Task blocked]\nEntryPoint=/bin/bash -c \"" FAR "read -u 3\"\n"	\
		"Triggers=application\n"
/* Sends a burst, creates a file, and then stays without sending. */
#define STAYS	"EntryPoint=/bin/bash -c \"" FAR "for i in {1..60}; do "		\
		"printf %01000d 0 >&3; done; : >" HELPER_SAID "/$BGTASK_TASK; "	\
		"exec sleep 1000\"\nTriggers=application\n"
#define STAYERS	"[Task first]\n" STAYS "[Task second]\n" STAYS "[Task third]\n" STAYS

FIXTURE(limits) {
	struct bgt *bgt;
};

FIXTURE_SETUP(limits)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->bgt = mutex_connect();
	wire_begin();
	power_begin(false);
	with.more = "SuspendTimeout=1h\n";
	/* So that the CPU budget does not throttle the app. */
	with.quota = 3600 * SEC;
	with.period = 3600 * SEC;
	helper_start_with(self->bgt, &with);
	actor_install(self->bgt, "attached");
}

FIXTURE_TEARDOWN_PARENT(limits)
{
	helper_end();
	power_set("ac_online", "on");
	wire_end();
	scene_end();
}

static void begin(struct bgt *bgt, const char *script, const char *tasks)
{
	helper_change(bgt, script);
	helper_install(bgt, APP, actor_manifest("attached", tasks));
	actor_launch(bgt, APP);
}

/* Sends the app to the background with an extension, which exempts it from the CPU budget. */
static bool extend(struct bgt *bgt)
{
	return actor_does(APP, "request location-tracking", "allowed") &&
	       !bgt_app_background(bgt, APP) && app_look(bgt, APP)->extended &&
	       helper_container(bgt)->exempt;
}

static bool is_cancelled(struct bgt *bgt, const char *task, enum bgt_cancel_reason reason)
{
	const struct bgt_instance *instance = instance_wait(bgt, APP, task, BGT_INSTANCE_CANCELED);

	return instance && instance->canceled && instance->reason == reason;
}

/* Waits until the app has sent so many bytes more. */
static bool sends(struct bgt *bgt, uint64_t bytes)
{
	uint64_t end = now() + DEADLINE, before = helper_container(bgt)->sent;

	while (helper_container(bgt)->sent < before + bytes && now() < end)
		look_later(end);
	return helper_container(bgt)->sent >= before + bytes;
}

static bool is_running(struct bgt *bgt, const char *task)
{
	return instance_look(bgt, APP, task)->state == BGT_INSTANCE_RUNNING;
}

/*
 * Waits until the task has been cancelled for its traffic. Returns how long after @start it has
 * ended.
 */
static uint64_t revoked_after(struct bgt *bgt, uint64_t start)
{
	if (!is_cancelled(bgt, "bursts", BGT_CANCEL_RESOURCE_REVOCATION))
		fail("bursts goes on");
	return instance_look(bgt, APP, "bursts")->ended - start;
}

TEST_F_TIMEOUT(limits, network, 120)
{
	uint64_t before, background, after, charged;

	begin(self->bgt, "/^.Class standard/a NetworkBudget=100kB", TASKS);
	helper_register_plain(self->bgt, "task");
	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(sends(self->bgt, 2 * BUDGET));
	EXPECT_TRUE(is_running(self->bgt, "bursts"));
	/*
	 * The task is cancelled after it has spent the budget in the background, and soon after
	 * that.
	 */
	before = helper_container(self->bgt)->sent;
	background = wall();
	ASSERT_TRUE(extend(self->bgt));
	after = revoked_after(self->bgt, background);
	charged = wire_charged(APP);
	EXPECT_GE(charged, BUDGET);
	EXPECT_LE(charged, helper_container(self->bgt)->sent - before);
	EXPECT_TRUE(!exact_clock() || after < LOOK + SEC);
	helper_fire(self->bgt, "task");
	pause_for(500 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);

	/*
	 * In the foreground the task that had to wait is launched, and so are others until the app
	 * leaves.
	 */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	helper_fire(self->bgt, "bursts");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	EXPECT_TRUE(sends(self->bgt, 2 * BUDGET));
	EXPECT_TRUE(is_running(self->bgt, "bursts"));
	background = wall();
	ASSERT_TRUE(extend(self->bgt));
	after = revoked_after(self->bgt, background);
	/* The budget was spent already, so the helper does not wait. */
	EXPECT_TRUE(!exact_clock() || after < SEC);
	helper_fire(self->bgt, "task");
	pause_for(500 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);
}

/* Runs a task that sends a burst, and waits until it has. */
static void send_burst(struct bgt *bgt, const char *task)
{
	char file[32];

	helper_run(bgt, task);
	snprintf(file, sizeof(file), "said/%s", task);
	helper_wait_file(file);
}

/*
 * Bytes count for where the app was when they were sent, though it moves before the helper looks.
 */
TEST_F_TIMEOUT(limits, network_moves, 120)
{
	uint64_t charged;

	begin(self->bgt, "/^.Class standard/a NetworkBudget=100kB", STAYERS);
	ASSERT_TRUE(extend(self->bgt));
	send_burst(self->bgt, "first");
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	send_burst(self->bgt, "second");
	ASSERT_TRUE(extend(self->bgt));
	pause_for(LOOK);
	EXPECT_TRUE(is_running(self->bgt, "first"));
	EXPECT_TRUE(is_running(self->bgt, "second"));
	send_burst(self->bgt, "third");
	EXPECT_TRUE(is_cancelled(self->bgt, "third", BGT_CANCEL_RESOURCE_REVOCATION));
	EXPECT_TRUE(is_cancelled(self->bgt, "first", BGT_CANCEL_RESOURCE_REVOCATION));
	charged = wire_charged(APP);
	EXPECT_GE(charged, 2 * BURST);
	EXPECT_LT(charged, 3 * BURST);
}

TEST_F_TIMEOUT(limits, idle, 120)
{
	begin(self->bgt, "s/^IdleWindow=.*/IdleWindow=1s\\nIdleMinimumCpu=1s/", TASKS);
	helper_run(self->bgt, "blocked");
	pause_for(4 * SEC);
	EXPECT_TRUE(is_running(self->bgt, "blocked"));
	ASSERT_TRUE(extend(self->bgt));
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked", BGT_CANCEL_IDLE_TASK));
}

TEST_HARNESS_MAIN
