// SPDX-License-Identifier: GPL-2.0
/*
 * An app that closes its connection and runs on, so that nobody can say that its state is saved;
 * and an app that reads no events until its connection is full.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

FIXTURE(connection) {
	struct bgt *bgt;
};

/* The timeouts are so long that none passes during a test. */
FIXTURE_SETUP(connection)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->bgt = mutex_connect();
	with.more = "SuspendTimeout=1h\nSavingTimeout=1h\nExtensionLimit=1h\n";
	helper_start_with(self->bgt, &with);
}

FIXTURE_TEARDOWN_PARENT(connection)
{
	helper_end();
	scene_end();
}

static void begin(struct bgt *bgt, const char *kind)
{
	actor_install(bgt, kind);
	actor_launch(bgt, APP);
}

static bool is_suspended(struct bgt *bgt)
{
	return app_is_suspended(bgt, APP) && !helper_container(bgt)->exempt;
}

/*
 * Brings the app to the foreground, before it may say "left": it may have been frozen before it
 * could.
 */
static bool goes_on(struct bgt *bgt)
{
	return !bgt_app_foreground(bgt, APP) && app_stands(bgt, APP, false) &&
	       actor_says(APP, "left") && app_look(bgt, APP)->foreground;
}

/* In the foreground the app goes on; when it leaves the foreground it is suspended at once. */
TEST_F_TIMEOUT(connection, in_foreground, 60)
{
	begin(self->bgt, "attached");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_TRUE(actor_does(APP, "leave", "left"));
	for (uint64_t end = now() + DEADLINE; app_look(self->bgt, APP)->extended && now() < end;)
		look_later(end);
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(is_suspended(self->bgt));
}

TEST_F_TIMEOUT(connection, suspending, 60)
{
	begin(self->bgt, "attached");
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "leave");
	EXPECT_TRUE(is_suspended(self->bgt));
	EXPECT_TRUE(goes_on(self->bgt));
}

TEST_F_TIMEOUT(connection, extended, 60)
{
	begin(self->bgt, "attached");
	ASSERT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	actor_do(APP, "leave");
	EXPECT_TRUE(is_suspended(self->bgt));
	EXPECT_TRUE(goes_on(self->bgt));
}

TEST_F_TIMEOUT(connection, saving, 60)
{
	begin(self->bgt, "attached");
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	ASSERT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
	actor_do(APP, "leave");
	EXPECT_TRUE(is_suspended(self->bgt));
	EXPECT_TRUE(goes_on(self->bgt));
}

/*
 * The task in the app fails, since the app can neither be told to end it, nor say that it has
 * ended.
 */
TEST_F_TIMEOUT(connection, task_inside, 60)
{
	const struct bgt_instance *instance;

	begin(self->bgt, "inside");
	helper_register_plain(self->bgt, "inside");
	for (unsigned int i = 0; i < 2; i++) {
		if (i)
			actor_suspend(self->bgt, APP);
		helper_fire(self->bgt, "inside");
		ASSERT_TRUE(actor_comes_to_say(APP, "activated inside an argument"));
		actor_do(APP, "leave");
		instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_FAILED);
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(-ECONNRESET, instance->status);
		EXPECT_STREQ("the app has closed its connection", instance->message);
		EXPECT_TRUE(app_stands(self->bgt, APP, i));
		EXPECT_TRUE(ui_stands(self->bgt, APP, i));
		/* A new process makes a new connection. */
		ASSERT_EQ(0, bgt_app_terminate(self->bgt, APP));
		EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
		actor_launch(self->bgt, APP);
	}
}

/* Events are lost; but the last one that the app reads tells that the app is being suspended. */
TEST_F_TIMEOUT(connection, full, 60)
{
	char line[ACTOR_LINE_SIZE] = "", last[ACTOR_LINE_SIZE];
	unsigned int told = 0;

	begin(self->bgt, "attached");
	ASSERT_TRUE(actor_does(APP, "deaf", "deaf"));
	for (unsigned int i = 0; i < 500; i++) {
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	}
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	actor_do(APP, "mark heard");
	do {
		strcpy(last, line);
		strcpy(line, actor_next(APP));
		told++;
	} while (*line && strcmp(line, "mark heard"));
	note("told %u events", told);
	EXPECT_LT(told, 1000);
	EXPECT_STREQ("mark heard", line);
	EXPECT_STREQ("suspending", last);
}

TEST_HARNESS_MAIN
