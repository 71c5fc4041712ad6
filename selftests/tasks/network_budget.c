// SPDX-License-Identifier: GPL-2.0
/* What an app may send and receive in a day, on battery. */
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

/* In bytes. A packet has some more than 1000, and a burst some more than 60 kB. */
#define BUDGET	100000
#define BURST_SIZE	60000
/* How long it may take until the budget of an app that is not short of it is looked at. */
#define LOOK	(5 * SEC + 5 * SEC / 4)
#define BURST	"for i in {1..60}; do printf %01000d 0 >&3; done; "

#define ALL	"Triggers=application\n"
#define FAR	"exec 3<>/dev/udp/" WIRE_FAR "/9; "
/* Sends a burst, says so, and goes on without a word. */
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
	uint64_t offset;	/* of the clock on the wall to the one that nobody sets */
};

FIXTURE_SETUP(network_budget)
{
	struct helper_settings with = HELPER_SETTINGS;

	/* The CPU is not what they are short of. */
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

/* Fires a task, and says whether it was run to its end. */
static bool completes(struct bgt *bgt, const char *name)
{
	helper_fire(bgt, name);
	return instance_wait(bgt, APP, name, BGT_INSTANCE_COMPLETED);
}

/* Says whether it is not launched: neither at once, nor after a while. */
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

/* Waits until the app has sent so much more. */
static void wait_sent(struct bgt *bgt, uint64_t bytes)
{
	uint64_t end = now() + DEADLINE, before = helper_container(bgt)->sent;

	while (helper_container(bgt)->sent < before + bytes) {
		if (now() > end)
			fail("nothing is sent, or not counted");
		look_later(end);
	}
}

/* What runs is cancelled, and no more is launched, until there is AC power. */
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
	/* It is still the same day. */
	helper_fire(self->bgt, "bursts");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	power_set("ac_online", "off");
	EXPECT_TRUE(is_revoked(self->bgt, "bursts"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* By what is received as by what is sent. */
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

/* The day ends when it is midnight. */
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
	/* There is all of the budget again. */
	helper_register_plain(self->bgt, "burst");
	EXPECT_TRUE(completes(self->bgt, "burst"));
	EXPECT_TRUE(completes(self->bgt, "ok"));
}

/* However often it is interrupted, and the helper killed, it is one budget. */
TEST_F_TIMEOUT(network_budget, interrupted, 120)
{
	helper_run(self->bgt, "stays");
	helper_wait_file("said/burst-stays");
	helper_restart(self->bgt);
	EXPECT_TRUE(completes(self->bgt, "ok"));
	/* Maybe before its burst has come to an end. */
	helper_run(self->bgt, "lingers");
	EXPECT_TRUE(is_revoked(self->bgt, "lingers"));
	EXPECT_TRUE(is_revoked(self->bgt, "stays"));
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* On AC power nothing counts; what comes then does. */
TEST_F_TIMEOUT(network_budget, on_ac, 120)
{
	/* Traffic is counted for those who may be idle. */
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

/* Whom the user always lets run is not limited. */
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

/* Each class has its own, or none. */
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
		/* For the first one it is counted; it is not, where there is no limit. */
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
	/* As what it has used was counted, it would be over in another class. */
	helper_install(self->bgt, APP, TASKS);
	helper_fire(self->bgt, "ok");
	EXPECT_TRUE(stays_latched(self->bgt, "ok"));
}

/* What stays on the machine costs nothing. */
TEST_F_TIMEOUT(network_budget, local, 120)
{
	helper_register_plain(self->bgt, "local");
	EXPECT_TRUE(completes(self->bgt, "local"));
	EXPECT_GT(helper_container(self->bgt)->local, BUDGET);
	EXPECT_TRUE(completes(self->bgt, "ok"));
}

/* Nor does what the user looks at, also if the task goes on in the background, and ends there. */
TEST_F_TIMEOUT(network_budget, foreground, 120)
{
	uint32_t id = helper_container(self->bgt)->id;
	uint64_t charged;

	helper_register_plain(self->bgt, "burst");
	/* Since when it is there nobody tells: all is free since the last look. */
	helper_run(self->bgt, "bursts");
	wait_sent(self->bgt, BURST_SIZE);
	container_set_exempt(self->bgt, id, true);
	wait_sent(self->bgt, 3 * BUDGET);
	pause_for(LOOK);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "bursts")->state);
	ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "bursts")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_CANCELED));
	/* Nobody looks between these and the end of that. */
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

/* Nobody tells when it is not there any more, either: what is launched there does not go on. */
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
