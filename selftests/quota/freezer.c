// SPDX-License-Identifier: GPL-2.0
/* Which tasks are frozen, thawed and killed, and when. */
#include <signal.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "freezer.h"
#include "scene.h"
#include "task.h"

TEST_F_TIMEOUT(freezer, hold, 120)
{
	const struct bgt_event *event;

	member_hold(self->bgt, self->member, true);
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_FROZEN, self->member);
	EXPECT_TRUE(event->member->frozen);
	EXPECT_TRUE(event->member->held);
	EXPECT_EQ(self->id, event->member->container);
	EXPECT_STREQ(cgroup_path("a", NULL) + strlen(CGROUP_ROOT), event->member->path);
	EXPECT_STANDS(&self->burner);
	EXPECT_TRUE(member_look(self->bgt, self->member)->frozen);
	EXPECT_FALSE(container_look(self->bgt, self->id)->throttled);

	/* Holding a held member changes nothing. */
	member_hold(self->bgt, self->member, true);
	EXPECT_STANDS(&self->burner);

	member_hold(self->bgt, self->member, false);
	event = event_wait(self->bgt, BGT_EVENT_MEMBER_THAWED, self->member);
	EXPECT_FALSE(event->member->frozen);
	EXPECT_FALSE(event->member->held);
	EXPECT_RUNS(&self->burner);
	EXPECT_FALSE(member_look(self->bgt, self->member)->frozen);
}

TEST_F_TIMEOUT(freezer, added_held, 120)
{
	int fd;

	cgroup_make("b");
	fd = cgroup_open("b");
	ASSERT_EQ(0, bgt_member_add(self->bgt, self->id, BGT_ROLE_TASK, fd, true, NULL));
	close(fd);
	cgroup_wait_frozen("b", true);
	EXPECT_RUNS(&self->burner);
}

TEST_F_TIMEOUT(freezer, held_and_throttled, 120)
{
	container_throttle(self->bgt, self->id, "a");
	member_hold(self->bgt, self->member, true);

	/* The container is both held and throttled; either of them is enough to keep it frozen. */
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	EXPECT_FALSE(container_look(self->bgt, self->id)->throttled);
	EXPECT_STANDS(&self->burner);

	container_set_quota(self->bgt, self->id, 0);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	member_hold(self->bgt, self->member, false);
	EXPECT_STANDS(&self->burner);

	container_set_exempt(self->bgt, self->id, true);
	EXPECT_RUNS(&self->burner);
	/* Exempt from the budget, but still held. */
	member_hold(self->bgt, self->member, true);
	EXPECT_STANDS(&self->burner);
	member_hold(self->bgt, self->member, false);
	EXPECT_RUNS(&self->burner);
}

TEST_F_TIMEOUT(freezer, thawed_by_exempt, 120)
{
	container_throttle(self->bgt, self->id, "a");
	EXPECT_STANDS(&self->burner);
	container_set_exempt(self->bgt, self->id, true);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	EXPECT_RUNS(&self->burner);
	container_set_exempt(self->bgt, self->id, false);
	EXPECT_STANDS(&self->burner);
}

TEST_F_TIMEOUT(freezer, thawed_by_generation, 120)
{
	container_set_period(self->bgt, self->id, 300 * MSEC);
	container_set_quota(self->bgt, self->id, 20 * MSEC);
	for (int i = 0; i < 5; i++) {
		/*
		 * Skips old events: the container may have run again since then, and have stopped.
		 */
		event_drain(self->bgt);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
		EXPECT_TRUE(burner_runs(&self->burner, 0));
		EXPECT_TRUE(burner_runs(&self->burner, 1));
	}
}

/* A frozen process can be killed. */
TEST_F_TIMEOUT(freezer, sigkill, 120)
{
	container_throttle(self->bgt, self->id, "a");
	EXPECT_EQ(0, kill(self->burner.pid, SIGKILL));
	EXPECT_EQ(128 + SIGKILL, task_wait(self->burner.pid));
	cgroup_wait_empty("a");
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
}

TEST_F_TIMEOUT(freezer, kill_all, 120)
{
	struct burner task;

	cgroup_make("b");
	member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	task = burner_start("b", 1);
	container_throttle(self->bgt, self->id, "a");
	cgroup_wait_frozen("b", true);
	EXPECT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_ALL));
	EXPECT_EQ(128 + SIGKILL, task_wait(self->burner.pid));
	EXPECT_EQ(128 + SIGKILL, task_wait(task.pid));
	cgroup_wait_empty("a");
	cgroup_wait_empty("b");
}

TEST_F_TIMEOUT(freezer, kill_by_role, 120)
{
	struct burner task;
	uint32_t held;

	cgroup_make("b");
	held = member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	task = burner_start("b", 1);
	member_hold(self->bgt, held, true);
	cgroup_wait_frozen("b", true);
	EXPECT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_TASK));
	EXPECT_EQ(128 + SIGKILL, task_wait(task.pid));
	cgroup_wait_empty("b");
	EXPECT_RUNS(&self->burner);
	/* No member has this role. */
	EXPECT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_UI));
	EXPECT_RUNS(&self->burner);
	EXPECT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_APP));
	EXPECT_EQ(128 + SIGKILL, task_wait(self->burner.pid));
}

/* When its directory is removed, a member is removed, too, and the container goes on. */
TEST_F_TIMEOUT(freezer, rmdir, 120)
{
	const struct bgt_container *container;
	const struct bgt_member *member;
	struct bgt_member *none;
	uint64_t usage;

	container_throttle(self->bgt, self->id, "a");
	/* A dying process is still charged for a moment, so it dies outside. */
	burner_wait_off(&self->burner);
	cgroup_make("outside");
	ASSERT_EQ(0, cgroup_move("outside", self->burner.pid));
	task_kill(self->burner.pid);
	usage = container_look(self->bgt, self->id)->usage;
	event_drain(self->bgt);
	ASSERT_TRUE(cgroup_remove("a"));

	member = event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, self->member)->member;
	EXPECT_EQ(self->id, member->container);
	EXPECT_EQ(-ENOENT, bgt_member_get(self->bgt, self->member, &none));
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(0, container->members);
	EXPECT_EQ(usage, container->usage);
	EXPECT_TRUE(container->throttled);
	EXPECT_EQ(1, container->times_throttled);

	/* A new cgroup of the same name is not a member. */
	cgroup_make("a");
	self->burner = burner_start("a", 2);
	EXPECT_RUNS(&self->burner);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	EXPECT_STANDS(&self->burner);
	container_set_exempt(self->bgt, self->id, true);
	EXPECT_RUNS(&self->burner);
}

TEST_F_TIMEOUT(freezer, rmdir_of_one, 120)
{
	uint32_t other;

	cgroup_make("b");
	other = member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	EXPECT_EQ(2, container_look(self->bgt, self->id)->members);
	ASSERT_TRUE(cgroup_remove("b"));
	event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, other);
	EXPECT_EQ(1, container_look(self->bgt, self->id)->members);
	/* The stop of the remaining member is enough. */
	event_drain(self->bgt);
	container_set_quota(self->bgt, self->id, 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_STANDS(&self->burner);
}

TEST_F_TIMEOUT(freezer, member_delete, 120)
{
	const struct bgt_container *container;
	uint64_t usage;

	container_throttle(self->bgt, self->id, "a");
	member_hold(self->bgt, self->member, true);
	burner_wait_off(&self->burner);
	usage = container_look(self->bgt, self->id)->usage;
	member_delete(self->bgt, self->member);
	event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, self->member);
	EXPECT_RUNS(&self->burner);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(0, container->members);
	EXPECT_EQ(usage, container->usage);
	EXPECT_EQ(0, cgroup_count_frozen());
}

TEST_F_TIMEOUT(freezer, container_delete, 120)
{
	uint32_t members[3];

	cgroup_make("b");
	cgroup_make("b/c");
	members[0] = self->member;
	members[1] = member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	members[2] = member_add(self->bgt, self->id, BGT_ROLE_TASK, "b/c");
	container_throttle(self->bgt, self->id, "a");
	member_hold(self->bgt, members[2], true);
	cgroup_wait_frozen("b", true);
	cgroup_wait_frozen("b/c", true);
	container_delete(self->bgt, self->id);
	for (int i = 0; i < 3; i++)
		event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, members[i]);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_DEL, self->id);
	cgroup_wait_frozen("b", false);
	cgroup_wait_frozen("b/c", false);
	EXPECT_RUNS(&self->burner);
	EXPECT_EQ(0, cgroup_count_frozen());
}

/* After quick changes, the last one counts. */
TEST_F_TIMEOUT(freezer, quick_succession, 7200)
{
	unsigned int rounds = soak() ? 5000 : 100;
	uint64_t state = random_seed();

	for (unsigned int i = 0; i < rounds; i++) {
		bool held = false;

		for (uint64_t j = random_next(&state) % 8; j; j--) {
			held = !held;
			member_hold(self->bgt, self->member, held);
			if (random_next(&state) % 4 == 0)
				pause_for(random_next(&state) % MSEC);
		}
		if (!cgroup_wait("a", "frozen", held))
			ASSERT_EQ(held, cgroup_is_frozen("a"));
		member_hold(self->bgt, self->member, false);
	}
	EXPECT_RUNS(&self->burner);

	/* The same with quotas, where another thread writes cgroup.freeze. */
	for (unsigned int i = 0; i < rounds; i++) {
		bool throttled = false;

		for (uint64_t j = random_next(&state) % 8; j; j--) {
			throttled = !throttled;
			container_set_quota(self->bgt, self->id,
					    throttled ? 0 : BGT_QUOTA_UNLIMITED);
		}
		if (!cgroup_wait("a", "frozen", throttled))
			ASSERT_EQ(throttled, cgroup_is_frozen("a"));
		container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	}
	EXPECT_RUNS(&self->burner);
}

/*
 * A cgroup that somebody has frozen stays frozen as long as the module does not freeze it itself.
 */
TEST_F_TIMEOUT(freezer, frozen_by_hand, 120)
{
	struct burner other;
	uint32_t id, member;

	cgroup_make("b");
	other = burner_start("b", 1);
	ASSERT_EQ(0, cgroup_write("b", "cgroup.freeze", "1"));
	cgroup_wait_frozen("b", true);
	id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member = member_add(self->bgt, id, BGT_ROLE_APP, "b");
	EXPECT_TRUE(member_look(self->bgt, member)->frozen);
	EXPECT_FALSE(member_look(self->bgt, member)->held);
	pause_for(100 * MSEC);
	EXPECT_TRUE(cgroup_is_frozen("b"));

	/* What somebody has frozen stays so until they thaw it, see foreign.c. */
	member_hold(self->bgt, member, true);
	member_hold(self->bgt, member, false);
	EXPECT_TRUE(burner_stands(&other, 0));
	ASSERT_EQ(0, cgroup_write("b", "cgroup.freeze", "0"));
	cgroup_wait_frozen("b", false);
	EXPECT_TRUE(burner_runs(&other, 0));

	/* The module notices, too, when somebody freezes or thaws the cgroup by hand. */
	event_wait(self->bgt, BGT_EVENT_MEMBER_THAWED, member);
	ASSERT_EQ(0, cgroup_write("b", "cgroup.freeze", "1"));
	event_wait(self->bgt, BGT_EVENT_MEMBER_FROZEN, member);
	EXPECT_TRUE(member_look(self->bgt, member)->frozen);
	ASSERT_EQ(0, cgroup_write("b", "cgroup.freeze", "0"));
	event_wait(self->bgt, BGT_EVENT_MEMBER_THAWED, member);
}

/* Somebody has frozen an ancestor: the member stays frozen after the module's thaw. */
TEST_F_TIMEOUT(freezer, frozen_above, 120)
{
	container_throttle(self->bgt, self->id, "a");
	ASSERT_EQ(0, cgroup_write("", "cgroup.freeze", "1"));
	cgroup_wait_frozen("", true);
	container_set_exempt(self->bgt, self->id, true);
	pause_for(100 * MSEC);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	ASSERT_EQ(0, cgroup_write("", "cgroup.freeze", "0"));
	EXPECT_RUNS(&self->burner);
}

/*
 * The last event tells the final state, even if the state changes too fast for all events to be
 * sent.
 */
TEST_F_TIMEOUT(freezer, told_how_it_is, 120)
{
	const struct bgt_event *event;

	for (int round = 0; round < 4; round++) {
		bool throttled = round % 2;
		enum bgt_event_type expected = throttled ? BGT_EVENT_CONTAINER_THROTTLED :
							   BGT_EVENT_CONTAINER_REPLENISHED;
		enum bgt_event_type last = expected;

		container_throttle(self->bgt, self->id, "a");
		if (!throttled) {
			container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
			EXPECT_RUNS(&self->burner);
		}
		pause_for(100 * MSEC);
		event_drain(self->bgt);
		workers_stop();
		container_set_quota(self->bgt, self->id, throttled ? BGT_QUOTA_UNLIMITED : 1);
		container_set_quota(self->bgt, self->id, throttled ? 1 : BGT_QUOTA_UNLIMITED);
		workers_go_on();
		event_wait(self->bgt, expected, self->id);
		pause_for(300 * MSEC);
		while (bgt_next_event(self->bgt, &event) > 0) {
			if (event->type == BGT_EVENT_CONTAINER_THROTTLED ||
			    event->type == BGT_EVENT_CONTAINER_REPLENISHED)
				last = event->type;
		}
		EXPECT_EQ(expected, last);
	}
}

/* A task that moves into a frozen member is frozen, too. */
TEST_F_TIMEOUT(freezer, newcomers, 120)
{
	struct burner other;

	container_throttle(self->bgt, self->id, "a");
	cgroup_make("outside");
	other = burner_start("outside", 1);
	ASSERT_EQ(0, cgroup_move("a", other.pid));
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&other, 0));
	/* Outside, the task runs again. */
	ASSERT_EQ(0, cgroup_move("outside", other.pid));
	EXPECT_TRUE(burner_runs(&other, 0));
}

TEST_HARNESS_MAIN
