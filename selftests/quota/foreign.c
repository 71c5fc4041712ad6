// SPDX-License-Identifier: GPL-2.0
/*
 * Others write cgroup.freeze of a member, as service managers and container runtimes do: it stands
 * still while either they or the module want it.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "subject.h"

#define HOUR	(3600 * SEC)

FIXTURE(foreign) {
	struct bgt *bgt;
	uint32_t id, member;
	struct burner burner;
};

FIXTURE_SETUP(foreign)
{
	self->bgt = subject_begin(&self->id, &self->member, &self->burner);
}

FIXTURE_TEARDOWN_PARENT(foreign)
{
	scene_end();
}

static void others_write(const char *value)
{
	if (cgroup_write("a", "cgroup.freeze", value))
		fail("cannot write cgroup.freeze");
}

static uint64_t foreign_thaws(struct bgt *bgt, uint32_t id)
{
	return container_look(bgt, id)->foreign_thaws;
}

/* Waits until the module has answered a write of others: until it has counted so many thaws. */
static bool is_answered(struct bgt *bgt, uint32_t id, uint64_t count)
{
	uint64_t end = now() + DEADLINE;

	while (foreign_thaws(bgt, id) < count) {
		if (now() >= end)
			return false;
		look_later(end);
	}
	return foreign_thaws(bgt, id) == count;
}

/* What is throttled stays so, however often somebody thaws it, and each time is counted. */
TEST_F_TIMEOUT(foreign, thaw_of_throttled, 120)
{
	uint64_t usage;

	container_throttle(self->bgt, self->id, "a");
	burner_wait_off(&self->burner);
	usage = cgroup_usage("a");
	for (int i = 1; i <= 5; i++) {
		others_write("0");
		EXPECT_TRUE(is_answered(self->bgt, self->id, i));
		cgroup_wait_frozen("a", true);
	}
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	/* Each time it ran until the module had frozen it again, and that is charged. */
	if (exact_clock())
		EXPECT_LE(cgroup_usage("a") - usage, 5 * 1000);
	/* The next budget lets it run. */
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	EXPECT_EQ(5, foreign_thaws(self->bgt, self->id));
}

/* One who thaws it all the time is answered all the time, but not each time at once. */
TEST_F_TIMEOUT(foreign, thaw_in_a_loop, 120)
{
	container_throttle(self->bgt, self->id, "a");
	for (int i = 0; i < 500; i++)
		others_write("0");
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	EXPECT_LE(foreign_thaws(self->bgt, self->id), 500);
}

TEST_F_TIMEOUT(foreign, thaw_of_held, 120)
{
	member_hold(self->bgt, self->member, true);
	cgroup_wait_frozen("a", true);
	others_write("0");
	EXPECT_TRUE(is_answered(self->bgt, self->id, 1));
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	member_hold(self->bgt, self->member, false);
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
}

/* What others freeze while it runs stands still until they thaw it, whatever its budget does. */
TEST_F_TIMEOUT(foreign, freeze_before_the_module, 120)
{
	others_write("1");
	cgroup_wait_frozen("a", true);
	member_hold(self->bgt, self->member, true);
	member_hold(self->bgt, self->member, false);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	container_set_quota(self->bgt, self->id, 0);
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	EXPECT_EQ(0, foreign_thaws(self->bgt, self->id));
	others_write("0");
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
}

/* What others freeze while the module has it frozen already, which changes nothing in the file. */
TEST_F_TIMEOUT(foreign, freeze_after_the_module, 120)
{
	container_throttle(self->bgt, self->id, "a");
	pause_for(10 * MSEC);
	others_write("1");
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	EXPECT_TRUE(cgroup_is_frozen("a"));
	others_write("0");
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	EXPECT_EQ(0, foreign_thaws(self->bgt, self->id));
}

/* The same if they thaw it again before the module does. */
TEST_F_TIMEOUT(foreign, freeze_and_thaw_after_the_module, 120)
{
	container_throttle(self->bgt, self->id, "a");
	pause_for(10 * MSEC);
	others_write("1");
	others_write("0");
	EXPECT_TRUE(is_answered(self->bgt, self->id, 1));
	cgroup_wait_frozen("a", true);
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
}

/* A cgroup that others have frozen stays so when it becomes a member, and when it is none more. */
TEST_F_TIMEOUT(foreign, frozen_when_added_and_removed, 120)
{
	member_delete(self->bgt, self->member);
	others_write("1");
	cgroup_wait_frozen("a", true);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	member_hold(self->bgt, self->member, true);
	member_hold(self->bgt, self->member, false);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	member_hold(self->bgt, self->member, true);
	member_delete(self->bgt, self->member);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	EXPECT_TRUE(cgroup_is_frozen("a"));
	others_write("0");
	cgroup_wait_frozen("a", false);
	EXPECT_TRUE(burner_runs(&self->burner, 0));
}

/* Others freeze and thaw while the budget does so, too. In the end it is as the last have said. */
TEST_F_TIMEOUT(foreign, freeze_and_thaw_all_the_time, 600)
{
	unsigned int rounds = soak() ? 5000 : 300;
	uint64_t seed = random_seed();
	pid_t pid;

	container_set_budget(self->bgt, self->id, 2 * MSEC, 10 * MSEC);
	pid = fork();
	if (!pid) {
		for (unsigned int i = 0; i < rounds; i++) {
			others_write(random_next(&seed) % 2 ? "1" : "0");
			usleep((useconds_t)(random_next(&seed) % 3000));
		}
		others_write("0");
		_exit(0);
	}
	EXPECT_EQ(0, task_wait(pid));
	EXPECT_TRUE(burner_runs(&self->burner, 0));
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	cgroup_wait_frozen("a", false);
	others_write("1");
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	others_write("0");
	cgroup_wait_frozen("a", false);
}

/* A process that is told to end, and says by which signal. */
static int end_at_a_signal(void *data)
{
	const int *expected = data;
	int number = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, *expected);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return sigwait(&set, &number) ? 1 : number;
}

/* Whoever is told to end while it is throttled gets there, and ends by itself. */
static bool ends_by(FIXTURE_DATA(foreign) *self, int number)
{
	pid_t pid = task_start("a", end_at_a_signal, &number);
	const struct bgt_container *container;

	while (!task_waits_in(pid))
		pause_for(MSEC);
	container_throttle(self->bgt, self->id, "a");
	if (kill(pid, number))
		fail("it has gone");
	if (task_wait(pid) != number)
		return false;
	/* What ran for that is charged. */
	container = container_look(self->bgt, self->id);
	return container->spent > container->quota;
}

TEST_F_TIMEOUT(foreign, told_to_end, 120)
{
	EXPECT_TRUE(ends_by(self, SIGTERM));
}

TEST_F_TIMEOUT(foreign, told_to_end_otherwise, 240)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGHUP };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		EXPECT_TRUE(ends_by(self, signals[i]));
		/* Another container has been told nothing yet. */
		container_delete(self->bgt, self->id);
		self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, HOUR);
		self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	}
}

static void go_on(int number)
{
	(void)number;
}

/* Starts a process that does not end when it is told to. */
static struct burner stubborn_start(void)
{
	struct burner burner;

	signal(SIGTERM, go_on);
	burner = burner_start("a", 1);
	signal(SIGTERM, SIG_DFL);
	return burner;
}

static bool is_let_run(const struct burner *burner)
{
	kill(burner->pid, SIGTERM);
	return burner_runs(burner, 0);
}

static bool is_not_let_run(const struct burner *burner)
{
	kill(burner->pid, SIGTERM);
	return burner_stands(burner, 0);
}

/* Signals do not keep it running: it runs on for a while, and not again before that is paid. */
TEST_F_TIMEOUT(foreign, told_to_end_again_and_again, 240)
{
	struct burner burner = stubborn_start();
	uint64_t number, usage;

	burner_end(&self->burner);
	container_set_period(self->bgt, self->id, 10 * SEC);
	container_throttle(self->bgt, self->id, "a");
	ASSERT_NE(NULL, event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id));
	usage = cgroup_usage("a");
	EXPECT_TRUE(is_let_run(&burner));
	ASSERT_NE(NULL, event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id));
	if (exact_clock())
		EXPECT_LE(cgroup_usage("a") - usage, 5010 * 1000);
	EXPECT_TRUE(is_not_let_run(&burner));
	number = container_look(self->bgt, self->id)->generation;
	while (container_look(self->bgt, self->id)->generation == number)
		pause_for(100 * MSEC);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_TRUE(is_not_let_run(&burner));
	burner_end(&burner);
}

/* Nor do signals that it sends itself, or that it ignores, or those that do not ask it to end. */
TEST_F_TIMEOUT(foreign, other_signals, 120)
{
	struct burner burner;

	signal(SIGUSR1, go_on);
	signal(SIGTERM, SIG_IGN);
	burner = burner_start("a", 1);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	container_throttle(self->bgt, self->id, "a");
	ASSERT_EQ(0, kill(burner.pid, SIGTERM));
	ASSERT_EQ(0, kill(burner.pid, SIGUSR1));
	ASSERT_EQ(0, kill(burner.pid, SIGCONT));
	EXPECT_TRUE(burner_stands(&burner, 0));
	/* What is held is not let run by a signal: only its budget is a matter of time. */
	member_hold(self->bgt, self->member, true);
	container_set_quota(self->bgt, self->id, BGT_QUOTA_UNLIMITED);
	ASSERT_EQ(0, kill(self->burner.pid, SIGCONT));
	EXPECT_TRUE(burner_stands(&self->burner, 0));
	burner_end(&burner);
}

TEST_HARNESS_MAIN
