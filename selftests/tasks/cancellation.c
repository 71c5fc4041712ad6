// SPDX-License-Identifier: GPL-2.0
/*
 * Cancellation: which tasks, why, and how they answer. deadline.c has the tasks that do not answer.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define ALL	"Triggers=application\n"
/* Creates a file when it can be told to end, and another one when it has been told. */
#define POLITE	"trap ': >" HELPER_SAID "/bye; exit 0' TERM; : >" HELPER_SAID "/ready; "
#define TASKS									\
	"Class=free\n"								\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" ALL				\
	"[Task other]\nEntryPoint=/bin/sleep 1000\n" ALL				\
	"[Task polite]\nEntryPoint=/bin/sh -c \"" POLITE			\
		"while :; do sleep 0.05; done\"\n" ALL

FIXTURE(cancellation) {
	struct bgt *bgt;
};

FIXTURE_SETUP(cancellation)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(cancellation)
{
	helper_end();
}

static void cancel(struct bgt *bgt, uint32_t id, enum bgt_cancel_reason reason)
{
	if (bgt_instance_cancel(bgt, id, reason))
		fail("bgt_instance_cancel: %s", bgt_error(bgt));
}

TEST_F_TIMEOUT(cancellation, every_reason, 180)
{
	const struct bgt_instance *instance;
	struct bgt_instance *list, *each;
	unsigned int count = 0;

	helper_register_plain(self->bgt, "long");
	for (int reason = 0; reason <= BGT_CANCEL_ENERGY_SAVER; reason++) {
		helper_fire(self->bgt, "long");
		instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
		ASSERT_NE(NULL, instance);
		cancel(self->bgt, instance->id, (enum bgt_cancel_reason)reason);
		instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
		ASSERT_NE(NULL, instance);
		EXPECT_TRUE(instance->canceled);
		EXPECT_EQ(reason, (int)instance->reason);
	}
	/* The history has both, in this order. */
	ASSERT_EQ(0, bgt_instance_list(self->bgt, APP, &list));
	for (each = list; each; each = each->next)
		EXPECT_EQ(count++, each->reason);
	bgt_instance_free(list);
	EXPECT_EQ(12, count);
}

TEST_F_TIMEOUT(cancellation, answered, 180)
{
	const struct bgt_instance *instance = helper_run(self->bgt, "polite");

	helper_wait_file("said/ready");
	cancel(self->bgt, instance->id, BGT_CANCEL_QUIET_HOURS_ENTERED);
	/* A second cancellation changes nothing, and the first reason stays. */
	(void)bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ENERGY_SAVER);
	instance = instance_wait(self->bgt, APP, "polite", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_QUIET_HOURS_ENTERED, instance->reason);
	EXPECT_EQ(0, access(helper_path("said/bye"), F_OK));
	EXPECT_EQ(-ENOENT, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ABORT));
}

/* A task that was not launched yet is cancelled without an answer. */
TEST_F_TIMEOUT(cancellation, latched, 180)
{
	const uint32_t pair = BGT_CONDITION_USER_PRESENT | BGT_CONDITION_USER_NOT_PRESENT;
	const struct bgt_instance *instance;

	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_PRESENT, false));
	helper_register(self->bgt, (struct wanted){ .name = "long",
						    .conditions = BGT_CONDITION_USER_NOT_PRESENT });
	helper_fire(self->bgt, "long");
	cancel(self->bgt, instance_look(self->bgt, APP, "long")->id, BGT_CANCEL_LOGGING_OFF);
	instance = instance_look(self->bgt, APP, "long");
	EXPECT_EQ(BGT_INSTANCE_CANCELED, instance->state);
	EXPECT_EQ(BGT_CANCEL_LOGGING_OFF, instance->reason);
	EXPECT_EQ(0, instance->started);
	/* The cancelled firing does not come back when the condition holds. */
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_NOT_PRESENT, false));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(cancellation, condition_lost, 180)
{
	const uint32_t pair = BGT_CONDITION_USER_PRESENT | BGT_CONDITION_USER_NOT_PRESENT;
	const struct bgt_instance *instance;

	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_NOT_PRESENT, false));
	helper_register(self->bgt, (struct wanted){ .name = "long", .cancel = true,
						    .conditions = BGT_CONDITION_USER_NOT_PRESENT });
	helper_register(self->bgt, (struct wanted){ .name = "other",
						    .conditions = BGT_CONDITION_USER_NOT_PRESENT });
	helper_fire(self->bgt, "long");
	helper_fire(self->bgt, "other");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "other", BGT_INSTANCE_RUNNING));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, pair, BGT_CONDITION_USER_PRESENT, false));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, instance->reason);
	/* A task that is not to be cancelled when its condition is lost goes on. */
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "other")->state);
}

TEST_HARNESS_MAIN
