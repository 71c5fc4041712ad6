// SPDX-License-Identifier: GPL-2.0
/* Access: what the user lets an app do, and how many apps may be on the lock screen. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "history.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

#define SOME									\
	"Triggers=application push session-start session-connected session-disconnected "	\
	"user-away user-present time internet-available maintenance sms-received "		\
	"lock-screen-application-added lock-screen-application-removed\n"
#define TASKS									\
	"Class=free\n"								\
	"[Task ok]\nEntryPoint=/bin/true\n" SOME				\
	"[Task added]\nEntryPoint=/bin/true\n" SOME				\
	"[Task removed]\nEntryPoint=/bin/true\n" SOME				\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" SOME

FIXTURE(access) {
	struct bgt *bgt;
};

FIXTURE_SETUP(access)
{
	self->bgt = history_begin(TASKS);
}

FIXTURE_TEARDOWN(access)
{
	helper_end();
}

static uint32_t fire(struct bgt *bgt, const char *name, enum bgt_trigger trigger)
{
	bool timed = trigger == BGT_TRIGGER_TIME || trigger == BGT_TRIGGER_MAINTENANCE;
	uint32_t id;

	id = helper_register(bgt, (struct wanted){ .name = name, .trigger = trigger,
						   .interval = timed ? 3600 * SEC : 0 });
	if (bgt_trigger_fire(bgt, APP, name, trigger, NULL))
		fail("bgt_trigger_fire: %s", bgt_error(bgt));
	return id;
}

static void set_access(struct bgt *bgt, const char *app, enum bgt_access access)
{
	if (bgt_app_set_access(bgt, app, access))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
}

static const enum bgt_trigger restricted[] = {
	BGT_TRIGGER_TIME, BGT_TRIGGER_PUSH, BGT_TRIGGER_SESSION_START,
	BGT_TRIGGER_SESSION_CONNECTED, BGT_TRIGGER_SESSION_DISCONNECTED, BGT_TRIGGER_USER_AWAY,
	BGT_TRIGGER_USER_PRESENT,
};

/* These triggers need access to the lock screen; channel_launch.c tests control-channel. */
TEST_F_TIMEOUT(access, needed, 120)
{
	static const enum bgt_access enough[] = {
		BGT_ACCESS_LOCK_SCREEN, BGT_ACCESS_ALWAYS_ALLOWED,
	};
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(restricted); i++) {
		set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED);
		id = fire(self->bgt, "ok", restricted[i]);
		EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "ok")->state) {
			TH_LOG("%s", bgt_trigger_name(restricted[i]));
		}
		set_access(self->bgt, APP, enough[i % 2]);
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
		/* The app has access now, so the task is launched at once. */
		ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "ok", restricted[i], NULL));
		EXPECT_NE(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "ok")->state);
		ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
		EXPECT_EQ(2 * (i + 1), instance_count(self->bgt, APP));
		ASSERT_EQ(0, bgt_task_unregister(self->bgt, id, false));
	}
}

/*
 * A firing without access is latched like one that waits for a condition: once, also by the next
 * helper.
 */
TEST_F_TIMEOUT(access, latched, 60)
{
	uint32_t id = fire(self->bgt, "ok", BGT_TRIGGER_PUSH);

	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "ok", BGT_TRIGGER_PUSH, NULL));
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "ok")->state);
	set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(id, instance_look(self->bgt, APP, "ok")->task);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(access, not_needed, 60)
{
	static const enum bgt_trigger free[] = {
		BGT_TRIGGER_APPLICATION, BGT_TRIGGER_INTERNET_AVAILABLE, BGT_TRIGGER_MAINTENANCE,
		BGT_TRIGGER_SMS_RECEIVED,
	};
	uint32_t id;

	for (size_t i = 0; i < ARRAY_SIZE(free); i++) {
		id = fire(self->bgt, "ok", free[i]);
		EXPECT_NE(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "ok")->state) {
			TH_LOG("%s", bgt_trigger_name(free[i]));
		}
		ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
		ASSERT_EQ(0, bgt_task_unregister(self->bgt, id, false));
	}
}

/* The number of slots is limited. An app that gets a slot, or loses it, is told. */
TEST_F_TIMEOUT(access, slots, 60)
{
	helper_install(self->bgt, "org.example.B", "");
	helper_install(self->bgt, "org.example.C", "");
	helper_register(self->bgt, (struct wanted){
		.name = "added", .trigger = BGT_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED });
	helper_register(self->bgt, (struct wanted){
		.name = "removed", .trigger = BGT_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED });

	set_access(self->bgt, "org.example.B", BGT_ACCESS_LOCK_SCREEN);
	set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "added", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(NULL, instance_look(self->bgt, APP, "removed"));
	EXPECT_EQ(-EBUSY, bgt_app_set_access(self->bgt, "org.example.C", BGT_ACCESS_LOCK_SCREEN));
	EXPECT_STREQ("all 2 lock-screen slots are taken", bgt_error(self->bgt));
	/*
	 * An app keeps its slot when it is allowed again; an app that is always allowed takes no
	 * slot.
	 */
	set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN);
	set_access(self->bgt, "org.example.C", BGT_ACCESS_ALWAYS_ALLOWED);
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	/* The next helper counts the same slots as taken. */
	helper_restart(self->bgt);
	EXPECT_EQ(-EBUSY, bgt_app_set_access(self->bgt, "org.example.C", BGT_ACCESS_LOCK_SCREEN));

	set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "removed", BGT_INSTANCE_COMPLETED));
	set_access(self->bgt, "org.example.C", BGT_ACCESS_LOCK_SCREEN);
	EXPECT_EQ(-EBUSY, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN));
	/* Removing an app frees its slot. */
	ASSERT_EQ(0, bgt_app_remove(self->bgt, "org.example.B"));
	set_access(self->bgt, APP, BGT_ACCESS_LOCK_SCREEN);
	EXPECT_EQ(-ENOENT, bgt_app_set_access(self->bgt, "org.example.B", BGT_ACCESS_LOCK_SCREEN));
}

/* A denied app runs nothing, whatever fires, and its running tasks are cancelled. */
TEST_F_TIMEOUT(access, denied, 60)
{
	static const enum bgt_access denials[] = {
		BGT_ACCESS_DENIED_BY_USER, BGT_ACCESS_DENIED_BY_POLICY,
	};
	const struct bgt_instance *instance;
	struct bgt_app *app;
	unsigned int count;

	helper_register_plain(self->bgt, "ok");
	helper_register_plain(self->bgt, "long");
	for (size_t i = 0; i < 2; i++) {
		helper_fire(self->bgt, "long");
		ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
		set_access(self->bgt, APP, denials[i]);
		instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
		count = instance_count(self->bgt, APP);
		helper_fire(self->bgt, "ok");
		helper_restart(self->bgt);
		helper_fire(self->bgt, "ok");
		EXPECT_EQ(count, instance_count(self->bgt, APP));
		ASSERT_EQ(0, bgt_app_list(self->bgt, &app));
		EXPECT_EQ(denials[i], app->access);
		bgt_app_free(app);

		set_access(self->bgt, APP, BGT_ACCESS_UNSPECIFIED);
		EXPECT_EQ(count, instance_count(self->bgt, APP));
		helper_fire(self->bgt, "ok");
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	}
}

/* Oneshot tasks that become due while the app is denied run once the app is allowed again. */
TEST_F_TIMEOUT(access, denied_when_due, 60)
{
	struct bgt_task *list;
	unsigned int count;
	uint64_t end;

	for (unsigned int i = 0; i < 2; i++) {
		set_access(self->bgt, APP, BGT_ACCESS_DENIED_BY_USER);
		count = instance_count(self->bgt, APP);
		helper_register(self->bgt, (struct wanted){
			.name = "ok", .trigger = BGT_TRIGGER_TIME, .interval = INTERVAL_MIN,
			.oneshot = true });
		helper_register(self->bgt, (struct wanted){
			.name = "added", .trigger = BGT_TRIGGER_MAINTENANCE,
			.interval = INTERVAL_MIN, .oneshot = true });
		helper_register(self->bgt, (struct wanted){
			.name = "removed", .trigger = BGT_TRIGGER_TIME, .interval = INTERVAL_MIN });
		pause_for(3 * INTERVAL_MIN);
		if (i)
			helper_restart(self->bgt);
		pause_for(INTERVAL_MIN);
		EXPECT_EQ(count, instance_count(self->bgt, APP));
		ASSERT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "removed", false));

		set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED);
		/*
		 * In the second round, instances of the first round have completed already: wait
		 * for the new ones.
		 */
		end = now() + DEADLINE;
		while (instance_count(self->bgt, APP) < count + 2 && now() < end)
			look_later(end);
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
		EXPECT_NE(NULL, instance_wait(self->bgt, APP, "added", BGT_INSTANCE_COMPLETED));
		EXPECT_EQ(count + 2, instance_count(self->bgt, APP));
		ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
		EXPECT_EQ(NULL, list);
		bgt_task_free(list);
	}
}

TEST_HARNESS_MAIN
