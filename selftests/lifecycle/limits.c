// SPDX-License-Identifier: GPL-2.0
/*
 * What the user looks at has no limits; what runs in the background, whatever lets it, has them. AC
 * power is the kernel's test_power.
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
#include "wire.h"

/* In bytes. A burst is some more than 60 kB. */
#define BUDGET	100000
#define FAR	"exec 3<>/dev/udp/" WIRE_FAR "/9; "
#define TASKS									\
	"[Task bursts]\nEntryPoint=/bin/bash -c \"" FAR "while sleep 0.2; do "	\
		"for i in {1..60}; do printf %01000d 0 >&3; done; done\"\n"	\
		"Triggers=application\n"					\
	"[Task blocked]\nEntryPoint=/bin/bash -c \"" FAR "read -u 3\"\n"	\
		"Triggers=application\n"

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
	/* The CPU is not what it is short of. */
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

static void begin(struct bgt *bgt, const char *script)
{
	helper_change(bgt, script);
	helper_install(bgt, APP, actor_manifest("attached", TASKS));
	actor_launch(bgt, APP);
}

/* To the background, where it is exempt for its extension's sake. */
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

/* Waits until the app has sent so much more. */
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

TEST_F_TIMEOUT(limits, network, 120)
{
	begin(self->bgt, "/^.Class standard/a NetworkBudget=100kB");
	helper_register_plain(self->bgt, "task");
	helper_run(self->bgt, "bursts");
	EXPECT_TRUE(sends(self->bgt, 2 * BUDGET));
	EXPECT_TRUE(is_running(self->bgt, "bursts"));
	ASSERT_TRUE(extend(self->bgt));
	EXPECT_TRUE(is_cancelled(self->bgt, "bursts", BGT_CANCEL_RESOURCE_REVOCATION));
	helper_fire(self->bgt, "task");
	pause_for(500 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);

	/* What has had to wait is launched; and all that comes until the app leaves. */
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_COMPLETED));
	helper_fire(self->bgt, "bursts");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bursts", BGT_INSTANCE_RUNNING));
	EXPECT_TRUE(sends(self->bgt, 2 * BUDGET));
	EXPECT_TRUE(is_running(self->bgt, "bursts"));
	ASSERT_TRUE(extend(self->bgt));
	EXPECT_TRUE(is_cancelled(self->bgt, "bursts", BGT_CANCEL_RESOURCE_REVOCATION));
	helper_fire(self->bgt, "task");
	pause_for(500 * MSEC);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);
}

TEST_F_TIMEOUT(limits, idle, 120)
{
	begin(self->bgt, "s/^IdleWindow=.*/IdleWindow=1s\\nIdleMinimumCpu=1s/");
	helper_run(self->bgt, "blocked");
	pause_for(4 * SEC);
	EXPECT_TRUE(is_running(self->bgt, "blocked"));
	ASSERT_TRUE(extend(self->bgt));
	EXPECT_TRUE(is_cancelled(self->bgt, "blocked", BGT_CANCEL_IDLE_TASK));
}

TEST_HARNESS_MAIN
