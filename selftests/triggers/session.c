// SPDX-License-Identifier: GPL-2.0
/*
 * session-start, session-connected, session-disconnected, user-away, user-present and their
 * conditions, with a logind of the test's own on a system bus of its own.
 */
#include <stdio.h>
#include <string.h>

#include "firing.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "userspace/bgtaskd/sense/test-logind.h"

#define TRIGGERS	(1u << BGT_TRIGGER_SESSION_START |			\
			 1u << BGT_TRIGGER_SESSION_CONNECTED |			\
			 1u << BGT_TRIGGER_SESSION_DISCONNECTED |		\
			 1u << BGT_TRIGGER_USER_AWAY | 1u << BGT_TRIGGER_USER_PRESENT)
#define COME		"session-connected user-present"
#define GONE		"session-disconnected user-away"
#define CONNECTED	BGT_CONDITION_SESSION_CONNECTED
#define DISCONNECTED	BGT_CONDITION_SESSION_DISCONNECTED
#define PRESENT		BGT_CONDITION_USER_PRESENT
#define AWAY		BGT_CONDITION_USER_NOT_PRESENT
#define DIRECTORY	"/tmp/bgtask-selftest-bus"

FIXTURE(session) {
	struct bgt *bgt;
	pid_t bus;
	struct test_logind logind;
};

FIXTURE_SETUP(session)
{
	scene_begin();
	shell("rm -rf " DIRECTORY);
	test_bus_use(DIRECTORY);
	self->bgt = mutex_connect();
}

FIXTURE_TEARDOWN(session)
{
	helper_end();
	if (self->logind.pid)
		test_logind_end(&self->logind);
	test_kill(self->bus);
}

static pid_t start_bus(void)
{
	pid_t bus;

	shell("mkdir -p " DIRECTORY);
	bus = test_bus_start(DIRECTORY);
	if (bus < 0)
		fail("the bus does not start: %s", strerror(-bus));
	return bus;
}

static void start_logind(struct test_logind *logind, const char *active)
{
	if (test_logind_start(logind, active))
		fail("logind does not start");
}

static void tell(struct test_logind *logind, const char *command)
{
	if (test_logind_tell(logind, command))
		fail("logind does not take \"%s\"", command);
}

/* Waits until exactly these conditions hold. */
static bool holds(struct bgt *bgt, uint32_t expected)
{
	const uint32_t ours = CONNECTED | DISCONNECTED | PRESENT | AWAY;
	uint64_t end = now() + DEADLINE;
	uint32_t holding, set;
	enum bgt_work_cost cost;

	do {
		if (bgt_condition_get(bgt, &holding, &set, &cost))
			fail("bgt_condition_get: %s", bgt_error(bgt));
		if ((holding & ours) == expected)
			return true;
		look_later(end);
	} while (now() < end);
	note("0x%x hold, not 0x%x", holding & ours, expected);
	return false;
}

/* Takes steps that are commands for the fake logind. */
static bool take(struct bgt *bgt, struct test_logind *logind, const struct firing_step *steps,
		 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		tell(logind, steps[i].command);
		if (!firing_is(bgt, steps[i].expected)) {
			note("after: %s", steps[i].what);
			return false;
		}
	}
	return true;
}

TEST_F_TIMEOUT(session, properties, 240)
{
	static const struct firing_step steps[] = {
		{ "new " TEST_SESSION("one"), "session-start", "a user logs in" },
		{ TEST_SESSION("one"), COME, "the session is in use" },
		{ "lock", "user-away", "locked" },
		{ "idle", "", "idle, too" },
		{ "unlock", "", "unlocked, yet idle" },
		{ "unidle", "user-present", "not idle" },
		{ "unidle", "", "still not idle" },
		{ "idle", "user-away", "idle" },
		{ "unidle", "user-present", "not idle" },
		{ "/", GONE, "no session in use, as on another console" },
		{ TEST_SESSION("one"), COME, "in use again" },
		{ "new " TEST_SESSION("greeter"), "", "a greeter begins" },
		{ TEST_SESSION("greeter"), GONE, "and comes to the front" },
		{ TEST_SESSION("gone"), "", "a session that has ended by now" },
	};

	self->bus = start_bus();
	start_logind(&self->logind, "/");
	firing_begin(self->bgt, TRIGGERS);
	EXPECT_TRUE(holds(self->bgt, DISCONNECTED | AWAY));
	EXPECT_TRUE(take(self->bgt, &self->logind, steps, ARRAY_SIZE(steps)));
	EXPECT_TRUE(holds(self->bgt, DISCONNECTED | AWAY));
}

/* Each user has a session; the session in use counts. */
TEST_F_TIMEOUT(session, users, 240)
{
	static const struct firing_step steps[] = {
		{ "new " TEST_SESSION("two"), "session-start", "another user logs in" },
		{ TEST_SESSION("two"), "", "and is as present as the first" },
		{ "lock", "user-away", "locked" },
		{ TEST_SESSION("one"), "user-present", "the first has not locked his" },
		{ TEST_SESSION("two"), "user-away", "the second has" },
		{ TEST_SESSION("greeter"), "session-disconnected", "none of them" },
		{ TEST_SESSION("one"), COME, "the first again" },
	};

	self->bus = start_bus();
	start_logind(&self->logind, TEST_SESSION("one"));
	firing_begin(self->bgt, TRIGGERS);
	EXPECT_TRUE(holds(self->bgt, CONNECTED | PRESENT));
	EXPECT_TRUE(take(self->bgt, &self->logind, steps, ARRAY_SIZE(steps)));
}

/*
 * Without logind a user counts as present; when logind comes, what it says holds, and changes fire.
 */
TEST_F_TIMEOUT(session, late, 240)
{
	firing_begin(self->bgt, TRIGGERS);
	EXPECT_TRUE(holds(self->bgt, CONNECTED | PRESENT));
	self->bus = start_bus();
	EXPECT_TRUE(firing_is(self->bgt, ""));
	EXPECT_TRUE(holds(self->bgt, CONNECTED | PRESENT));
	start_logind(&self->logind, "/");
	EXPECT_TRUE(holds(self->bgt, DISCONNECTED | AWAY));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	tell(&self->logind, TEST_SESSION("one"));
	EXPECT_TRUE(firing_is(self->bgt, COME));
	tell(&self->logind, "new " TEST_SESSION("two"));
	EXPECT_TRUE(firing_is(self->bgt, "session-start"));
}

/* Changes that happened while logind was away fire when it is back. */
TEST_F_TIMEOUT(session, restarted, 240)
{
	self->bus = start_bus();
	start_logind(&self->logind, TEST_SESSION("one"));
	firing_begin(self->bgt, TRIGGERS);
	test_logind_end(&self->logind);
	EXPECT_TRUE(firing_is(self->bgt, ""));
	EXPECT_TRUE(holds(self->bgt, CONNECTED | PRESENT));
	start_logind(&self->logind, TEST_SESSION("one"));
	EXPECT_TRUE(firing_is(self->bgt, ""));
	test_logind_end(&self->logind);
	start_logind(&self->logind, "/");
	EXPECT_TRUE(firing_is(self->bgt, GONE));

	/* The same for the bus itself. */
	test_logind_end(&self->logind);
	test_kill(self->bus);
	EXPECT_TRUE(firing_is(self->bgt, ""));
	self->bus = start_bus();
	start_logind(&self->logind, TEST_SESSION("two"));
	EXPECT_TRUE(firing_is(self->bgt, COME));
	tell(&self->logind, "lock");
	EXPECT_TRUE(firing_is(self->bgt, "user-away"));
}

/*
 * A task waits for the user, also over restarts of the helper, and is cancelled when the user is
 * away.
 */
TEST_F_TIMEOUT(session, condition, 240)
{
	const struct bgt_instance *instance;

	self->bus = start_bus();
	start_logind(&self->logind, TEST_SESSION("one"));
	tell(&self->logind, "lock");
	firing_begin(self->bgt, TRIGGERS);
	EXPECT_TRUE(holds(self->bgt, CONNECTED | AWAY));
	firing_install(self->bgt, APP, "/bin/sleep 1000");
	ASSERT_EQ(0, firing_register(self->bgt, APP, BGT_TRIGGER_APPLICATION, (struct firing_wish){
			.condition = BGT_CONDITION_USER_PRESENT, .cancel = true }));
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, "task", BGT_TRIGGER_APPLICATION, NULL));
	for (int i = 0; i < 3; i++) {
		helper_restart(self->bgt);
		EXPECT_TRUE(firing_is(self->bgt, ""));
		EXPECT_EQ(BGT_INSTANCE_LATCHED, instance_look(self->bgt, APP, "task")->state);
	}
	tell(&self->logind, "unlock");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "task", BGT_INSTANCE_RUNNING));
	EXPECT_TRUE(firing_is(self->bgt, "user-present"));
	tell(&self->logind, "idle");
	instance = instance_wait(self->bgt, APP, "task", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, instance->reason);
}

/*
 * Conditions that an administrator sets take precedence over logind, until they are left to logind
 * again.
 */
TEST_F_TIMEOUT(session, set, 240)
{
	const uint32_t all = CONNECTED | DISCONNECTED | PRESENT | AWAY;
	struct bgt *watcher = mutex_connect();

	self->bus = start_bus();
	start_logind(&self->logind, TEST_SESSION("one"));
	firing_begin(self->bgt, TRIGGERS);
	ASSERT_EQ(0, bgt_task_associate(watcher, NULL));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, PRESENT | AWAY, AWAY, false));
	EXPECT_TRUE(holds(self->bgt, CONNECTED | AWAY));
	EXPECT_TRUE(firing_told(watcher, all, CONNECTED | AWAY));
	tell(&self->logind, "/");
	EXPECT_TRUE(firing_is(self->bgt, GONE));
	EXPECT_TRUE(holds(self->bgt, DISCONNECTED | AWAY));
	EXPECT_TRUE(firing_told(watcher, all, DISCONNECTED | AWAY));
	tell(&self->logind, TEST_SESSION("two"));
	EXPECT_TRUE(firing_is(self->bgt, COME));
	EXPECT_TRUE(holds(self->bgt, CONNECTED | AWAY));
	EXPECT_TRUE(firing_told(watcher, all, CONNECTED | AWAY));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, PRESENT | AWAY, 0, true));
	EXPECT_TRUE(holds(self->bgt, CONNECTED | PRESENT));
	EXPECT_TRUE(firing_told(watcher, all, CONNECTED | PRESENT));
	bgt_close(watcher);
}

TEST_HARNESS_MAIN
