// SPDX-License-Identifier: GPL-2.0
/*
 * Extensions when the helper is killed and restarted: the time to save data goes on, and so does
 * everything that was said of the extension. An extension ends if its app has closed its connection
 * meanwhile, or has died.
 */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actor.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define OTHER	"org.example.Other"
#define PATIENT	"SuspendTimeout=1h\nSavingTimeout=1h\n"
/* The time in which the app has to connect again, and to be suspended, is short. */
#define HASTY	"SuspendTimeout=5s\nSavingTimeout=1h\nExtensionLimit=1h\n"
#define TIME	(10 * SEC)

FIXTURE(restart) {
	struct bgt *bgt;
};

FIXTURE_SETUP(restart)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
}

FIXTURE_TEARDOWN_PARENT(restart)
{
	helper_end();
	scene_end();
}

/*
 * Keeps the helper's note of the app; restart_before_note() lets the next helper begin with this
 * older note.
 */
static void keep_note(void)
{
	if (system("cp " HELPER_TOP "/run/" APP " " HELPER_TOP "/note"))
		fail("cannot keep the note");
}

static void restart_before_note(struct bgt *bgt)
{
	helper_kill();
	if (system("cp " HELPER_TOP "/note " HELPER_TOP "/run/" APP))
		fail("cannot put the note back");
	helper_launch(bgt);
}

/* Changes something in the helper's note, but not its length. */
static void change_note(const char *from, const char *to)
{
	char command[256];

	snprintf(command, sizeof(command), "sed -i 's/%s/%-*s/' " HELPER_TOP "/run/" APP, from,
		 (int)strlen(from), to);
	if (system(command))
		fail("cannot change the note");
}

/* Restarts the helper, such that the app calls the new helper before it has read any event. */
static void restart_unheard(struct bgt *bgt)
{
	if (!actor_does(APP, "deaf", "deaf"))
		fail("it listens");
	helper_restart(bgt);
}

/* Starts the app, which is being suspended, and has an extension to save its data. */
static uint32_t begin_saving(struct bgt *bgt, const char *settings, const char *allowed)
{
	uint32_t pid = actor_begin(bgt, settings);

	if (bgt_app_background(bgt, APP) || !actor_says(APP, "suspending") ||
	    !actor_does(APP, "request saving-data", allowed))
		fail("it cannot save its data: %s", bgt_error(bgt));
	return pid;
}

static bool is_saving(struct bgt *bgt)
{
	const struct bgt_app *app = app_look(bgt, APP);

	return app->state == BGT_APP_SUSPENDING && !app->foreground && app->extended &&
	       app->extension == BGT_EXTENSION_SAVING_DATA && app_stands(bgt, APP, false) &&
	       helper_container(bgt)->exempt;
}

/* The next helper knows of the extension, and lets the app have no other. */
TEST_F_TIMEOUT(restart, saving, 120)
{
	begin_saving(self->bgt, PATIENT "ExtensionLimit=1h\n", "allowed 3600000");
	for (unsigned int i = 0; i < 3; i++) {
		helper_restart(self->bgt);
		EXPECT_TRUE(is_saving(self->bgt));
		EXPECT_STREQ("a test", app_look(self->bgt, APP)->description);
		EXPECT_TRUE(actor_does(APP, "request saving-data", "request -16"));
		EXPECT_TRUE(actor_does(APP, "request unspecified", "request -16"));
		/*
		 * The app has told the helper before that it has saved its state, so this one does
		 * not ask again.
		 */
		if (i) {
			EXPECT_TRUE(actor_does(APP, "mark asked", "mark asked"));
		} else {
			EXPECT_TRUE(actor_does(APP, "saved", "saved 0"));
		}
		EXPECT_TRUE(is_saving(self->bgt));
	}
	actor_do(APP, "close");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	helper_restart(self->bgt);
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "close 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
}

/* The user brings the app back to the foreground, which ends the extension. */
TEST_F_TIMEOUT(restart, saving_resumed, 120)
{
	begin_saving(self->bgt, PATIENT "ExtensionLimit=1h\n", "allowed 3600000");
	helper_restart(self->bgt);
	/* The app answers, so it has connected to the next helper. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "request -16"));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "revoked resumed"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 3600000"));
}

/*
 * When the app closes the extension, the next helper gives it the time that was left to save its
 * state.
 */
TEST_F_TIMEOUT(restart, saving_closed, 120)
{
	begin_saving(self->bgt, "SuspendTimeout=10s\nExtensionLimit=1h\n", "allowed 3600000");
	pause_for(TIME + SEC);
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	helper_restart(self->bgt);
	EXPECT_TRUE(actor_does(APP, "mark back", "mark back"));
	pause_for(SEC);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/*
 * The next helper does not begin the extension's time anew, but waits for the app to tell it of the
 * end.
 */
TEST_F_TIMEOUT(restart, saving_takes_too_long, 120)
{
	uint32_t pid = begin_saving(self->bgt, PATIENT "ExtensionLimit=10s\n", "allowed 10000");
	uint64_t start;

	/* The app is stopped, and connects to the next helper late. */
	ASSERT_EQ(0, kill((pid_t)pid, SIGSTOP));
	helper_kill();
	pause_for(TIME + SEC);
	start = now();
	helper_launch(self->bgt);
	EXPECT_TRUE(is_saving(self->bgt));
	ASSERT_EQ(0, kill((pid_t)pid, SIGCONT));
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_LT(now() - start, TIME);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	/* The app gets no second extension for saving data, from this helper or the next. */
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	helper_restart(self->bgt);
	EXPECT_EQ(BGT_APP_SUSPENDING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(actor_does(APP, "request saving-data", "denied"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	EXPECT_TRUE(actor_does(APP, "request saving-data", "allowed 10000"));
}

/* The next helper does not begin SavingTimeout anew, either. */
TEST_F_TIMEOUT(restart, saving_is_over, 120)
{
	begin_saving(self->bgt, "SuspendTimeout=1h\nSavingTimeout=1s\nExtensionLimit=1h\n",
		     "allowed 3600000");
	ASSERT_EQ(0, bgt_app_suspend(self->bgt, APP));
	helper_restart(self->bgt);
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/*
 * Nor does a helper begin the time to save the state anew: with 10 s each, it would not be over by
 * then.
 */
TEST_F_TIMEOUT(restart, suspending, 120)
{
	uint64_t start, before, took, launching = 0;

	actor_begin(self->bgt, "SuspendTimeout=10s\n");
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	start = now();
	for (unsigned int i = 0; i < 3; i++) {
		helper_kill();
		pause_for(2 * SEC);
		before = now();
		helper_launch(self->bgt);
		launching += now() - before;
	}
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDED));
	took = now() - start;
	EXPECT_GE(took, 9 * SEC);
	note("suspended after %llu ms", (unsigned long long)(took / MSEC));
	/* On a busy machine the helpers take long to start. */
	EXPECT_LT(took, exact_clock() ? 11 * SEC : 15 * SEC + launching);
}

/* What happens to the app before it has connected again, the app is told afterwards. */
TEST_F_TIMEOUT(restart, missed, 120)
{
	uint32_t pid = actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");

	for (unsigned int i = 0; i < 2; i++) {
		ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
		ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
		ASSERT_EQ(0, kill((pid_t)pid, SIGSTOP));
		helper_restart(self->bgt);
		ASSERT_EQ(0, i ? bgt_app_suspend(self->bgt, APP) :
				 bgt_app_foreground(self->bgt, APP));
		ASSERT_EQ(0, kill((pid_t)pid, SIGCONT));
		EXPECT_TRUE(actor_says(APP, i ? "revoked system-policy" : "revoked resumed"));
	}
	EXPECT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* The app has no connection, so nobody could say that all is saved: it is suspended. */
TEST_F_TIMEOUT(restart, saving_without_connection, 120)
{
	begin_saving(self->bgt, HASTY, "allowed 3600000");
	helper_kill();
	ASSERT_TRUE(actor_does(APP, "leave", "left"));
	helper_launch(self->bgt);
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/* One app tracks the location, so another one is denied. */
static void begin_tracking(struct bgt *bgt)
{
	actor_install_as(bgt, OTHER, "attached");
	actor_launch(bgt, OTHER);
	if (!actor_does(APP, "request location-tracking", "allowed") ||
	    !actor_does(OTHER, "request location-tracking", "denied"))
		fail("there is more than one, or none");
}

/* Waits until the app may track the location, since no other app does. */
static bool may_track(const char *app)
{
	uint64_t end = now() + DEADLINE;
	const char *answer;

	do {
		actor_do(app, "request location-tracking");
		answer = actor_next(app);
	} while (!strcmp(answer, "denied") && now() < end && !usleep(20000));
	if (strcmp(answer, "allowed"))
		note("%s says \"%s\"", app, answer);
	return !strcmp(answer, "allowed");
}

/* In the background, an app without a connection loses its extension as if it had closed it. */
TEST_F_TIMEOUT(restart, tracking_without_connection, 120)
{
	actor_begin(self->bgt, HASTY);
	begin_tracking(self->bgt);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	helper_kill();
	ASSERT_TRUE(actor_does(APP, "leave", "left"));
	helper_launch(self->bgt);
	EXPECT_TRUE(may_track(OTHER));
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	/* The other app is now the one that tracks the location. */
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "request -16"));
}

/*
 * In the foreground, too; the app is brought to the foreground once more before the helper misses
 * it.
 */
TEST_F_TIMEOUT(restart, tracking_in_foreground, 120)
{
	actor_begin(self->bgt, HASTY);
	begin_tracking(self->bgt);
	helper_kill();
	ASSERT_TRUE(actor_does(APP, "leave", "left"));
	helper_launch(self->bgt);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(may_track(OTHER));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_look(self->bgt, APP)->foreground);
}

/* The extension ends with its app. */
TEST_F_TIMEOUT(restart, tracking_dies, 120)
{
	uint32_t pid = actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");

	begin_tracking(self->bgt);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	helper_kill();
	ASSERT_EQ(0, kill((pid_t)pid, SIGKILL));
	helper_launch(self->bgt);
	EXPECT_TRUE(may_track(OTHER));
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	actor_launch(self->bgt, APP);
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "denied"));
}

/* An app that keeps its connection keeps its extension, and no other app gets one. */
TEST_F_TIMEOUT(restart, tracking_kept, 120)
{
	actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");
	begin_tracking(self->bgt);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	helper_restart(self->bgt);
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "denied"));
	EXPECT_TRUE(actor_does(APP, "request location-tracking", "request -16"));
	EXPECT_TRUE(app_look(self->bgt, APP)->extended);
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "allowed"));
}

/*
 * The helper is killed before it has noted that the extension was closed: the app, which does not
 * have the extension any more, gives it back to the next helper.
 */
TEST_F_TIMEOUT(restart, closed_before_note, 120)
{
	actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");
	begin_tracking(self->bgt);
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	keep_note();
	ASSERT_TRUE(actor_does(APP, "close", "close 0"));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	restart_before_note(self->bgt);
	EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_SUSPENDING));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
	EXPECT_TRUE(actor_does(OTHER, "request location-tracking", "allowed"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

TEST_F_TIMEOUT(restart, revoked_before_note, 120)
{
	actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");
	ASSERT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	keep_note();
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "revoked resumed"));
	restart_before_note(self->bgt);
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_FALSE(app_look(self->bgt, APP)->extended);
}

/* Denies the app in the database, as a helper that is killed right after it has recorded this. */
static void deny(void)
{
	sqlite3 *database;

	if (sqlite3_open(helper_path("state/registry.db"), &database) ||
	    sqlite3_exec(database, "INSERT INTO access VALUES ('" APP "', 3)", NULL, NULL, NULL))
		fail("cannot deny it: %s", sqlite3_errmsg(database));
	sqlite3_close(database);
}

TEST_F_TIMEOUT(restart, denied, 120)
{
	const struct bgt_instance *instance;

	actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");
	helper_install(self->bgt, APP, actor_manifest("attached", "[Task long]\n"
		       "EntryPoint=/bin/sleep 1000\nTriggers=application\n"));
	helper_run(self->bgt, "long");
	ASSERT_TRUE(actor_does(APP, "request location-tracking", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	helper_kill();
	deny();
	helper_launch(self->bgt);
	EXPECT_TRUE(actor_says(APP, "revoked system-policy"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_SYSTEM_POLICY, instance->reason);
}

/* The first message that the next helper gets from the app is a call, which it understands. */
TEST_F_TIMEOUT(restart, first_call, 120)
{
	actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");
	restart_unheard(self->bgt);
	EXPECT_TRUE(actor_does(APP, "request unspecified", "allowed"));
	restart_unheard(self->bgt);
	EXPECT_TRUE(actor_does(APP, "close", "close 0"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	restart_unheard(self->bgt);
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
}

/*
 * The helper is killed after it has noted the end of the extension, before it acts: the next one
 * suspends.
 */
TEST_F_TIMEOUT(restart, saved, 120)
{
	begin_saving(self->bgt, PATIENT "ExtensionLimit=1h\n", "allowed 3600000");
	ASSERT_TRUE(actor_does(APP, "saved", "saved 0"));
	helper_kill();
	change_note("extended 1", "extended 0");
	helper_launch(self->bgt);
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

/*
 * The note of an older version does not say whether the state is saved, so the app is asked again.
 */
TEST_F_TIMEOUT(restart, note_of_before, 120)
{
	begin_saving(self->bgt, PATIENT "ExtensionLimit=1h\n", "allowed 3600000");
	ASSERT_TRUE(actor_does(APP, "saved", "saved 0"));
	helper_kill();
	change_note(" saved 1", "");
	helper_launch(self->bgt);
	EXPECT_TRUE(actor_says(APP, "suspending"));
	EXPECT_TRUE(is_saving(self->bgt));
}

/*
 * The app has saved its state before it was resumed; as it has not heard of that, it must save it
 * again.
 */
TEST_F_TIMEOUT(restart, saved_before, 120)
{
	uint32_t pid = actor_begin(self->bgt, PATIENT "ExtensionLimit=1h\n");

	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	ASSERT_TRUE(app_is_suspended(self->bgt, APP));
	ASSERT_EQ(0, kill((pid_t)pid, SIGSTOP));
	helper_restart(self->bgt);
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	ASSERT_EQ(0, bgt_app_background(self->bgt, APP));
	ASSERT_EQ(0, kill((pid_t)pid, SIGCONT));
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "suspending"));
	actor_do(APP, "saved");
	EXPECT_TRUE(app_is_suspended(self->bgt, APP));
}

TEST_HARNESS_MAIN
