// SPDX-License-Identifier: GPL-2.0
/*
 * When memory is short, apps are killed in a fixed order: suspended apps first, the visible app
 * never.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "actor.h"
#include "cgroup.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define OLD	"org.example.Old"
#define NEW	"org.example.New"
#define EXTENDED	"org.example.Extended"
#define INSIDE		"org.example.Inside"
#define SUSPENDING	"org.example.Suspending"
#define RESUMED		"org.example.Resumed"

FIXTURE(memory) {
	struct bgt *bgt;
	pid_t hog;
};

FIXTURE_SETUP(memory)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->bgt = mutex_connect();
	with.more = "SuspendTimeout=1h\n";
	helper_start_with(self->bgt, &with);
	helper_change(self->bgt, "s/^MemoryStall=.*/MemoryStall=100ms/");
}

FIXTURE_TEARDOWN_PARENT(memory)
{
	helper_end();
	scene_end();
}

/* Launches the app, and lets it be suspended. */
static void add_suspended(struct bgt *bgt, const char *app)
{
	actor_install_as(bgt, app, "unattached");
	actor_launch(bgt, app);
	if (bgt_app_background(bgt, app) || !app_stands(bgt, app, true))
		fail("%s is not suspended", app);
}

/*
 * Lets the app be in the background without an extension: either while it is suspended, or resumed
 * there.
 */
static void add_background(struct bgt *bgt, const char *app, bool resumed)
{
	actor_install_as(bgt, app, "attached");
	actor_launch(bgt, app);
	if (bgt_app_background(bgt, app) || !actor_says(app, "suspending") ||
	    (resumed && (bgt_app_resume(bgt, app) || !actor_says(app, "resuming 0"))))
		fail("%s does not come to the background", app);
}

/* Lets an app be suspended, with a task that runs in it. */
static void add_inside(struct bgt *bgt)
{
	actor_install_as(bgt, INSIDE, "inside");
	actor_launch(bgt, INSIDE);
	actor_suspend(bgt, INSIDE);
	helper_register(bgt, (struct wanted){ .app = INSIDE, .name = "inside",
					      .trigger = BGT_TRIGGER_APPLICATION });
	if (bgt_trigger_fire(bgt, INSIDE, "inside", BGT_TRIGGER_APPLICATION, NULL) ||
	    !actor_comes_to_say(INSIDE, "activated inside "))
		fail("nothing runs in %s", INSIDE);
}

/* How long any process has waited for memory, in total. */
static uint64_t stalled(void)
{
	unsigned long long total;
	FILE *file = fopen("/proc/pressure/memory", "re");

	if (!file || fscanf(file, "some %*s %*s %*s total=%llu", &total) != 1)
		fail("cannot read the pressure of memory");
	fclose(file);
	return total * USEC;
}

static enum bgt_app_state state_of(struct bgt *bgt, const char *app)
{
	return app_look(bgt, app)->state;
}

/* Uses up memory until the app is killed, and frees it then. */
static bool is_killed(struct bgt *bgt, const char *app)
{
	pid_t hog = task_waste_memory();
	bool gone = app_becomes(bgt, app, BGT_APP_NOT_RUNNING);

	task_kill(hog);
	return gone;
}

TEST_F_TIMEOUT(memory, order, 300)
{
	const struct bgt_instance *instance;
	uint64_t stall;

	add_suspended(self->bgt, OLD);
	add_suspended(self->bgt, NEW);
	actor_install_as(self->bgt, EXTENDED, "attached");
	actor_launch(self->bgt, EXTENDED);
	ASSERT_TRUE(actor_does(EXTENDED, "request location-tracking", "allowed"));
	ASSERT_EQ(0, bgt_app_background(self->bgt, EXTENDED));
	add_background(self->bgt, RESUMED, true);
	add_background(self->bgt, SUSPENDING, false);
	add_inside(self->bgt);
	actor_install(self->bgt, "attached");
	actor_launch(self->bgt, APP);

	EXPECT_TRUE(is_killed(self->bgt, OLD));
	EXPECT_EQ(BGT_APP_SUSPENDED, state_of(self->bgt, NEW));
	EXPECT_TRUE(is_killed(self->bgt, NEW));
	EXPECT_EQ(BGT_APP_RUNNING, state_of(self->bgt, EXTENDED));

	/*
	 * An app of which only a task runs is killed before an app that runs itself; the task is
	 * not told to end.
	 */
	actor_install_as(self->bgt, "org.example.Tasks", "attached");
	helper_install(self->bgt, "org.example.Tasks", "Class=free\n[Task long]\n"
		       "EntryPoint=/bin/sh -c \"trap 'echo told >" HELPER_SAID "/told' TERM; "
		       "while :; do sleep 0.1; done\"\nTriggers=application\n");
	helper_register(self->bgt, (struct wanted){ .app = "org.example.Tasks", .name = "long",
						    .trigger = BGT_TRIGGER_APPLICATION });
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, "org.example.Tasks", "long",
				      BGT_TRIGGER_APPLICATION, NULL));
	ASSERT_NE(NULL, instance_wait(self->bgt, "org.example.Tasks", "long",
				      BGT_INSTANCE_RUNNING));
	self->hog = task_waste_memory();
	instance = instance_wait(self->bgt, "org.example.Tasks", "long", BGT_INSTANCE_TERMINATED);
	task_kill(self->hog);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(instance->canceled);
	EXPECT_EQ(BGT_CANCEL_RESOURCE_REVOCATION, instance->reason);
	EXPECT_NE(0, access(helper_path("said/told"), F_OK));
	EXPECT_EQ(BGT_APP_SUSPENDED, state_of(self->bgt, INSIDE));
	/* The user has seen this app, and has never seen the other one. */
	EXPECT_TRUE(is_killed(self->bgt, INSIDE));
	EXPECT_EQ(-ECONNRESET, instance_look(self->bgt, INSIDE, "inside")->status);

	/* Of two apps in the background, the one that the user saw earlier is killed first. */
	EXPECT_EQ(BGT_APP_SUSPENDING, state_of(self->bgt, SUSPENDING));
	EXPECT_EQ(BGT_APP_RUNNING, state_of(self->bgt, RESUMED));
	EXPECT_TRUE(is_killed(self->bgt, RESUMED));
	EXPECT_EQ(BGT_APP_SUSPENDING, state_of(self->bgt, SUSPENDING));
	EXPECT_TRUE(is_killed(self->bgt, SUSPENDING));

	EXPECT_EQ(BGT_APP_RUNNING, state_of(self->bgt, EXTENDED));
	EXPECT_TRUE(is_killed(self->bgt, EXTENDED));
	EXPECT_TRUE(helper_logs(EXTENDED ": is killed, as memory is short"));

	EXPECT_TRUE(actor_is_silent(EXTENDED));

	/* The app in the foreground is never killed, however short memory is. */
	stall = stalled();
	self->hog = task_waste_memory();
	while (stalled() < stall + 3 * SEC)
		usleep(10000);
	task_kill(self->hog);
	EXPECT_EQ(BGT_APP_RUNNING, state_of(self->bgt, APP));
	EXPECT_TRUE(actor_is_silent(APP));
}

TEST_HARNESS_MAIN
