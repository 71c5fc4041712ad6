// SPDX-License-Identifier: GPL-2.0
/* How much an app may send and receive in a day, on battery. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"
#include "wall.h"
#include "wire.h"

#define OTHER	"org.example.Other"

/* In bytes. A packet has a little more than 1000, and a burst a little more than 60 kB. */
#define BUDGET	100000
#define BURST_SIZE	60000
/* How long it may take until the helper looks at a budget that is not nearly spent. */
#define LOOK	(5 * SEC + 5 * SEC / 4)
#define BURST	"for i in {1..60}; do printf %01000d 0 >&3; done; "

#define ALL	"Triggers=application\n"
#define FAR	"exec 3<>/dev/udp/" WIRE_FAR "/9; "
/* Sends a burst, creates a file, and then stays without sending. */
#define STAYS	"EntryPoint=/bin/bash -c \"" FAR BURST ": >" HELPER_SAID			\
		"/burst-$BGTASK_TASK; exec sleep 1000\"\n" ALL
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\n" ALL					\
	"[Task burst]\nEntryPoint=/bin/bash -c \"" FAR BURST "\"\n" ALL		\
	"[Task bursts]\nEntryPoint=/bin/bash -c \"" FAR "while sleep 0.2; do " BURST	\
		"done\"\n" ALL							\
	"[Task stays]\n" STAYS							\
	"[Task lingers]\n" STAYS						\
	"[Task listens]\nEntryPoint=/bin/bash -c \"" FAR "echo >&3; "		\
		"exec cat <&3 >/dev/null\"\n" ALL				\
	"[Task local]\nEntryPoint=/bin/bash -c \"exec 3<>/dev/udp/127.0.0.1/9; "	\
		"for i in {1..4}; do " BURST "done 2>/dev/null; exit 0\"\n" ALL

FIXTURE(network_budget) {
	struct bgt *bgt;
	uint64_t offset;	/* CLOCK_REALTIME less CLOCK_BOOTTIME */
};

FIXTURE_SETUP(network_budget)
{
	struct helper_settings with = HELPER_SETTINGS;

	/* So that the CPU budget does not throttle the tasks. */
	with.quota = 3600 * SEC;
	with.period = 3600 * SEC;
	scene_begin();
	self->bgt = mutex_connect();
	self->offset = wall() - now();
	wire_begin();
	power_begin(false);
	wall_set_noon();
	helper_start_with(self->bgt, &with);
	helper_change(self->bgt, "/^.Class standard/a NetworkBudget=100kB");
	helper_install(self->bgt, APP, TASKS);
	helper_register_plain(self->bgt, "ok");
}

FIXTURE_TEARDOWN(network_budget)
{
	helper_end();
	wall_set(now() + self->offset);
	power_set("ac_online", "on");
	wire_end();
}

/* Fires a task, and says whether it has completed. */
static bool completes(struct bgt *bgt, const char *name)
{
	helper_fire(bgt, name);
	return instance_wait(bgt, APP, name, BGT_INSTANCE_COMPLETED);
}

/* Fires nothing, and says whether a task stays latched, at once and after a while. */
static bool stays_latched(struct bgt *bgt, const char *name)
{
	pause_for(500 * MSEC);
	return instance_look(bgt, APP, name)->state == BGT_INSTANCE_LATCHED;
}

static bool is_revoked(struct bgt *bgt, const char *name)
{
	const struct bgt_instance *instance = instance_wait(bgt, APP, name, BGT_INSTANCE_CANCELED);

	return instance && instance->canceled &&
	       instance->reason == BGT_CANCEL_RESOURCE_REVOCATION;
}

/* Waits until the app has sent so many bytes more. */
static void wait_sent(struct bgt *bgt, uint64_t bytes)
{
	uint64_t end = now() + DEADLINE, before = helper_container(bgt)->sent;

	while (helper_container(bgt)->sent < before + bytes) {
		if (now() > end)
			fail("nothing is sent, or not counted");
		look_later(end);
	}
}

/*
 * When the budget is spent, running tasks are cancelled and no more are launched until there is AC
 * power.
 */
TEST_F_TIMEOUT(network_budget, spent, 120)
{
	EXPECT_TRUE(completes(self->bgt, "ok"));
	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(helper_container(self->bgt)->count_traffic);
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	EXPECT_GT(helper_container(self->bgt)->sent, BUDGET);
	EXPECT_TRUE(helper_logs(APP ": its network budget is spent: "));
	EXPECT_TRUE(helper_uncounted(self->bgt));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
	helper_restart(self->bgt);
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));

	power_set("ac_online", "on");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	/* The budget is still spent, as it is the same day. */
	helper_fire(self->bgt, "bursts");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	power_set("ac_online", "off");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* Received bytes count like sent ones. */
TEST_F_TIMEOUT(network_budget, received, 120)
{
	wire_begin_fountain();
	helper_run(self->bgt, "listens");
	EXPECT_TRUE(is_revoked(self->bgt, "listens"));
	EXPECT_GT(helper_container(self->bgt)->received, BUDGET);
	EXPECT_LT(helper_container(self->bgt)->sent, 1000);
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* The day ends at midnight. */
TEST_F_TIMEOUT(network_budget, next_day, 120)
{
	uint64_t midnight = wall_midnight();
	const struct bgt_instance *instance;

	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	helper_kill();
	wall_set(midnight - 5 * SEC);
	helper_launch(self->bgt);
	helper_fire(self->bgt, "ok");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_GE(instance->started, midnight);
	/* The next day has the whole budget. */
	helper_register_plain(self->bgt, "burst");
	EXPECT_TRUE(completes(self->bgt, "burst"));
	EXPECT_TRUE(completes(self->bgt, "ok"));
}

/* The budget counts over several runs of tasks and several helpers. */
TEST_F_TIMEOUT(network_budget, interrupted, 120)
{
	helper_run(self->bgt, "stays");
	helper_wait_file("said/burst-stays");
	helper_restart(self->bgt);
	EXPECT_TRUE(completes(self->bgt, "ok"));
	/* The task may be cancelled before its burst is over. */
	helper_run(self->bgt, "lingers");
	EXPECT_TRUE(is_revoked(self->bgt, "lingers"));
	EXPECT_TRUE(is_revoked(self->bgt, "stays"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* On AC power traffic does not count; later traffic on battery does. */
TEST_F_TIMEOUT(network_budget, on_ac, 120)
{
	/* With a window for idle tasks, traffic is counted on AC power, too. */
	helper_change(self->bgt, "s/^IdleWindow=.*/IdleWindow=1h/");
	power_set("ac_online", "on");
	helper_run(self->bgt, "stays");
	helper_wait_file("said/burst-stays");
	helper_run(self->bgt, "bursts");
	wait_sent(self->bgt, 2 * BUDGET);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "bursts")->state);
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "bursts")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_CANCELED));
	power_set("ac_online", "off");
	helper_register_plain(self->bgt, "burst");
	EXPECT_TRUE(completes(self->bgt, "burst"));
	EXPECT_TRUE(completes(self->bgt, "ok"));
	helper_fire(self->bgt, "bursts");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	EXPECT_TRUE(is_revoked(self->bgt, "stays"));
}

/* An app that the user always allows to run has no limit. */
TEST_F_TIMEOUT(network_budget, always_allowed, 120)
{
	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	helper_fire(self->bgt, "bursts");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED));
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
}

/* Each class has a budget of its own, or none. */
TEST_F_TIMEOUT(network_budget, classes, 120)
{
	const char *const classes[] = { "lock-screen", "free" };
	char lines[2048];

	helper_change(self->bgt, "$ a [Class lock-screen]\\nNetworkBudget=1GB");
	helper_register_plain(self->bgt, "bursts");
	for (size_t i = 0; i < 2; i++) {
		snprintf(lines, sizeof(lines), "Class=%s\n%s", classes[i], TASKS);
		helper_install(self->bgt, APP, lines);
		helper_fire(self->bgt, "bursts");
		ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
		/* Traffic is counted for the class with a limit, and not for the class without. */
		EXPECT_TRUE(i ? helper_uncounted(self->bgt) :
				helper_container(self->bgt)->count_traffic);
		if (!i)
			wait_sent(self->bgt, 2 * BUDGET);
		else
			pause_for(SEC);
		EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "bursts")->state);
		ASSERT_EQ(0, bgt_instance_cancel(self->bgt,
						 instance_look(self->bgt, APP, "bursts")->id,
						 BGT_CANCEL_ABORT));
		ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_CANCELED));
	}
	/* The traffic that was counted is more than the budget of the standard class. */
	helper_install(self->bgt, APP, TASKS);
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* Traffic that stays on the machine does not count. */
TEST_F_TIMEOUT(network_budget, local, 120)
{
	helper_register_plain(self->bgt, "local");
	EXPECT_TRUE(completes(self->bgt, "local"));
	EXPECT_GT(helper_container(self->bgt)->local, BUDGET);
	EXPECT_TRUE(completes(self->bgt, "ok"));
}

/*
 * Traffic of an app that the user looks at does not count, also if the task goes on in the
 * background.
 */
TEST_F_TIMEOUT(network_budget, foreground, 120)
{
	uint32_t id = helper_container(self->bgt)->id;
	uint64_t charged;

	helper_register_plain(self->bgt, "burst");
	/*
	 * Nobody tells the helper when the user begins to look: all traffic since its last look is
	 * free.
	 */
	helper_run(self->bgt, "bursts");
	wait_sent(self->bgt, BURST_SIZE);
	container_set_exempt(self->bgt, id, true);
	wait_sent(self->bgt, 3 * BUDGET);
	pause_for(LOOK);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "bursts")->state);
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "bursts")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_CANCELED));
	/*
	 * The helper does not look at the traffic between these bursts and the end of the
	 * exemption.
	 */
	helper_run(self->bgt, "stays");
	helper_wait_file("said/burst-stays");
	helper_run(self->bgt, "lingers");
	helper_wait_file("said/burst-lingers");
	container_set_exempt(self->bgt, id, false);
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "stays")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "stays", BGT_INSTANCE_CANCELED));
	EXPECT_TRUE(completes(self->bgt, "burst"));
	EXPECT_TRUE(completes(self->bgt, "ok"));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "lingers")->state);
	EXPECT_TRUE(completes(self->bgt, "burst"));
	EXPECT_TRUE(is_revoked(self->bgt, "lingers"));
	charged = wire_charged(APP);
	EXPECT_GE(charged, 2 * BURST_SIZE);
	EXPECT_LT(charged, 3 * BURST_SIZE);
}

/*
 * Nobody tells the helper when the user stops looking, either: a task that was launched then is
 * cancelled.
 */
TEST_F_TIMEOUT(network_budget, foreground_spent, 120)
{
	uint32_t id = helper_container(self->bgt)->id;

	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	container_set_exempt(self->bgt, id, true);
	helper_fire(self->bgt, "bursts");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	wait_sent(self->bgt, 2 * BUDGET);
	pause_for(LOOK);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "bursts")->state);
	container_set_exempt(self->bgt, id, false);
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

TEST_HARNESS_MAIN
