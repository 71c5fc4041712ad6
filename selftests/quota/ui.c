// SPDX-License-Identifier: GPL-2.0
/*
 * The UI thread stands still while all other threads of its process run: "ui" is a threaded cgroup
 * below the app's, and a member of its own.
 */
#include <errno.h>
#include <signal.h>

#include "cgroup.h"
#include "container.h"
#include "freezer.h"
#include "scene.h"
#include "task.h"

static uint32_t make_ui(struct bgt *bgt, uint32_t id, const struct burner *burner)
{
	cgroup_make("a/ui");
	if (cgroup_write("a/ui", "cgroup.type", "threaded") ||
	    cgroup_move_thread("a/ui", burner->state->tids[0]))
		fail("cannot put a thread into a cgroup");
	return member_add(bgt, id, BGT_ROLE_UI, "a/ui");
}

TEST_F_TIMEOUT(freezer, ui_thread, 120)
{
	uint32_t ui = make_ui(self->bgt, self->id, &self->burner);
	uint64_t counts[2];

	/* The app is in the background. */
	member_hold(self->bgt, ui, true);
	member_hold(self->bgt, self->member, true);
	/*
	 * The kernel calls "a" frozen when the threads in "a" itself are frozen, so wait for
	 * "a/ui", too.
	 */
	cgroup_wait_frozen("a/ui", true);
	EXPECT_STANDS(&self->burner);

	/* A background task runs in the app's process. */
	member_hold(self->bgt, self->member, false);
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 1));
	EXPECT_TRUE(cgroup_is_frozen("a/ui"));
	counts[0] = self->burner.state->counts[0];
	counts[1] = self->burner.state->counts[1];
	pause_for(300 * MSEC);
	EXPECT_EQ(counts[0], self->burner.state->counts[0]);
	EXPECT_GT(self->burner.state->counts[1], counts[1] + 1000);
	EXPECT_TRUE(member_look(self->bgt, ui)->frozen);
	EXPECT_FALSE(member_look(self->bgt, self->member)->frozen);

	/* The app is in the foreground again. */
	member_hold(self->bgt, ui, false);
	EXPECT_RUNS(&self->burner);
}

TEST_F_TIMEOUT(freezer, ui_thread_alone, 120)
{
	uint32_t ui = make_ui(self->bgt, self->id, &self->burner);
	uint64_t counts[2];

	/*
	 * Freezing a cgroup freezes all cgroups below it, too; so only the UI thread can be frozen
	 * alone.
	 */
	member_hold(self->bgt, self->member, true);
	cgroup_wait_frozen("a/ui", true);
	EXPECT_STANDS(&self->burner);
	member_hold(self->bgt, self->member, false);
	EXPECT_RUNS(&self->burner);
	member_hold(self->bgt, ui, true);
	cgroup_wait_frozen("a/ui", true);
	counts[0] = self->burner.state->counts[0];
	counts[1] = self->burner.state->counts[1];
	pause_for(300 * MSEC);
	EXPECT_EQ(counts[0], self->burner.state->counts[0]);
	EXPECT_GT(self->burner.state->counts[1], counts[1] + 1000);
	/* Both members are charged to the container, which is throttled as a whole. */
	container_throttle(self->bgt, self->id, "a");
	EXPECT_STANDS(&self->burner);
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 1));
	EXPECT_TRUE(burner_stands(&self->burner, 0));
}

TEST_F_TIMEOUT(freezer, ui_thread_is_not_killed_alone, 120)
{
	uint32_t ui = make_ui(self->bgt, self->id, &self->burner);

	EXPECT_EQ(-EOPNOTSUPP, bgt_container_kill(self->bgt, self->id, BGT_ROLE_UI));
	EXPECT_RUNS(&self->burner);
	member_hold(self->bgt, ui, true);
	cgroup_wait_frozen("a/ui", true);
	EXPECT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_ALL));
	EXPECT_EQ(128 + SIGKILL, task_wait(self->burner.pid));
}

TEST_HARNESS_MAIN
