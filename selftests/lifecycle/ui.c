// SPDX-License-Identifier: GPL-2.0
/*
 * The cgroup of an app's UI thread; a task that waits for the UI thread; and apps that name no UI
 * thread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "actor.h"
#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"
#include "wall.h"

#define ACTIVATED	"activated inside an argument"

FIXTURE(ui) {
	struct bgt *bgt;
};

FIXTURE_SETUP(ui)
{
	struct helper_settings with = HELPER_SETTINGS;

	scene_begin();
	self->bgt = mutex_connect();
	with.more = "SuspendTimeout=30s\n";
	helper_start_with(self->bgt, &with);
}

FIXTURE_TEARDOWN_PARENT(ui)
{
	helper_end();
	scene_end();
}

static bool ui_runs(void)
{
	uint64_t beats = actor_beats(APP), end = now() + DEADLINE;

	while (actor_beats(APP) == beats && now() < end)
		look_later(end);
	return actor_beats(APP) != beats;
}

static uint32_t ui_member(struct bgt *bgt, uint32_t container)
{
	struct bgt_member *list, *member;
	uint32_t id = 0;

	if (bgt_member_list(bgt, container, &list))
		fail("bgt_member_list: %s", bgt_error(bgt));
	for (member = list; member; member = member->next)
		if (member->role == BGT_ROLE_UI)
			id = member->id;
	bgt_member_free(list);
	return id;
}

/* Makes the cgroup of the UI thread a member of another container, where it is held. */
static void take_away(struct bgt *bgt, uint32_t container)
{
	int fd = open(helper_cgroup(APP, "app/ui"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || bgt_member_del(bgt, ui_member(bgt, helper_container(bgt)->id)) ||
	    bgt_member_add(bgt, container, BGT_ROLE_UI, fd, true, NULL))
		fail("cannot take the UI thread away: %s", bgt_error(bgt));
	close(fd);
}

/*
 * An app whose UI thread cannot be thawed is not said to run; it can be resumed as soon as the
 * thread can.
 */
TEST_F_TIMEOUT(ui, taken_away, 180)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	uint32_t container;

	actor_install(self->bgt, "inside");
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	ASSERT_EQ(0, bgt_container_new(self->bgt, "org.example.Thief", &policy, &container));
	take_away(self->bgt, container);
	EXPECT_EQ(-EBUSY, bgt_app_foreground(self->bgt, APP));
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_FALSE(app_look(self->bgt, APP)->foreground);
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
	EXPECT_TRUE(helper_logs(APP ": the cgroup of its UI thread is not its own any more"));
	ASSERT_EQ(0, bgt_container_del(self->bgt, container));
	ASSERT_EQ(0, bgt_app_foreground(self->bgt, APP));
	EXPECT_EQ(BGT_APP_RUNNING, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(ui_runs());
	EXPECT_TRUE(actor_says(APP, "saved 0"));
	EXPECT_TRUE(actor_says(APP, "resuming 1"));
	/* The app has a UI cgroup of its own again. */
	actor_suspend(self->bgt, APP);
	EXPECT_TRUE(ui_stands(self->bgt, APP, true));
}

/*
 * A task that waits for a lock of the frozen UI thread is cancelled, and killed 5 s later, in real
 * time. The log says what both threads wait for. The test is repeated if the machine was late.
 */
TEST_F_TIMEOUT(ui, waited_for, 180)
{
	const struct bgt_instance *instance;
	uint64_t begun, took;
	char text[256];
	int tries = 3;

	helper_change(self->bgt, "/^CancelTimeout/d");
	actor_install(self->bgt, "inside");
	helper_register_plain(self->bgt, "inside");
	actor_launch(self->bgt, APP);
	do {
		actor_suspend(self->bgt, APP);
		helper_fire(self->bgt, "inside");
		ASSERT_TRUE(actor_comes_to_say(APP, ACTIVATED));
		actor_do(APP, "lock");
		instance = instance_look(self->bgt, APP, "inside");
		snprintf(text, sizeof(text), APP ": task inside hangs: thread %u (actor) waits in ",
			 instance->pid);
		begun = wall();
		ASSERT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_IDLE_TASK));
		instance = instance_wait(self->bgt, APP, "inside", BGT_INSTANCE_TERMINATED);
		ASSERT_NE(NULL, instance);
		took = instance->ended - begun;
		note("it was over after %llu ms", (unsigned long long)(took / MSEC));
		EXPECT_GE(took, 4500 * MSEC);
		EXPECT_EQ(-ETIME, instance->status);
		EXPECT_EQ(BGT_CANCEL_IDLE_TASK, instance->reason);
		EXPECT_TRUE(helper_logs(APP ": task inside hangs, and has used "));
		EXPECT_TRUE(helper_logs(text));
		EXPECT_TRUE(helper_logs("[<0>] get_signal"));
		EXPECT_TRUE(helper_logs("(actor) waits in futex_"));
		EXPECT_TRUE(helper_logs("\n[<0>] futex_"));
		EXPECT_TRUE(app_becomes(self->bgt, APP, BGT_APP_NOT_RUNNING));
		/* The app can be launched again. */
		actor_launch(self->bgt, APP);
		EXPECT_TRUE(ui_runs());
	} while (took > 5500 * MSEC && --tries);
	EXPECT_LE(took, 5500 * MSEC);
}

/*
 * An app that has named no UI thread is thawed as a whole for its task; here, an update fires the
 * task.
 */
TEST_F_TIMEOUT(ui, none, 180)
{
	actor_install(self->bgt, "attached");
	helper_install(self->bgt, APP, actor_manifest("attached", "[Task fired]\n"
		       "EntryPoint=inside\nHost=app\nTriggers=servicing-complete\n"));
	helper_register(self->bgt, (struct wanted){ .name = "fired",
						    .trigger = BGT_TRIGGER_SERVICING_COMPLETE });
	actor_launch(self->bgt, APP);
	actor_suspend(self->bgt, APP);
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, APP, NULL, BGT_TRIGGER_SERVICING_COMPLETE, NULL));
	ASSERT_TRUE(actor_comes_to_say(APP, "activated fired "));
	EXPECT_EQ(BGT_APP_SUSPENDED, app_look(self->bgt, APP)->state);
	EXPECT_TRUE(app_stands(self->bgt, APP, false));
	EXPECT_EQ(0, ui_member(self->bgt, helper_container(self->bgt)->id));
	EXPECT_EQ(BGT_TRIGGER_SERVICING_COMPLETE,
		  instance_look(self->bgt, APP, "fired")->trigger);
	actor_do(APP, "complete 0");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "fired", BGT_INSTANCE_COMPLETED));
	EXPECT_TRUE(app_stands(self->bgt, APP, true));
}

/* The UI thread's cgroup is removed with the app, and so is the app's own. */
TEST_F_TIMEOUT(ui, removed, 120)
{
	uint64_t end = now() + DEADLINE;

	actor_install(self->bgt, "inside");
	actor_launch(self->bgt, APP);
	EXPECT_EQ(0, access(helper_cgroup(APP, "app/ui"), F_OK));
	ASSERT_EQ(0, bgt_app_remove(self->bgt, APP));
	while (!access(helper_cgroup(APP, ""), F_OK) && now() < end)
		look_later(end);
	EXPECT_NE(0, access(helper_cgroup(APP, ""), F_OK));
}

TEST_HARNESS_MAIN
