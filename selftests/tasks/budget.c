// SPDX-License-Identifier: GPL-2.0
/* The budget of an app, which all its tasks share: 2 s of 15 min, scaled down. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define JOURNAL		"/run/systemd/journal/socket"
/* MESSAGE_ID of the journal entries about throttled tasks. */
#define THROTTLED	"39f9fc46be2849d2aeced6fc8be56430"

#define QUOTA	(150 * MSEC)
#define PERIOD	(1500 * MSEC)
#define BURN	"/bin/sh -c \"while :; do :; done\""
#define TASKS									\
	"[Task a]\nEntryPoint=" BURN "\nTriggers=application\n"			\
	"[Task b]\nEntryPoint=" BURN "\nTriggers=application\n"			\
	"[Task wait]\nEntryPoint=/bin/sleep 1000\nTriggers=application\n"

FIXTURE(budget) {
	struct bgt *bgt;
	struct bgt *events;
};

FIXTURE_SETUP(budget)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.quota = QUOTA;
	settings.period = PERIOD;
	scene_begin();
	self->bgt = mutex_connect();
	self->events = container_connect();
	helper_start_with(self->bgt, &settings);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(budget)
{
	unlink(JOURNAL);
	helper_end();
}

static uint32_t run(struct bgt *bgt, const char *name)
{
	return helper_run(bgt, name)->id;
}

/* CPU time of a task's instance, ns. */
static uint64_t usage_of(uint32_t instance)
{
	unsigned long long usage;
	char below[64];
	FILE *stat;

	snprintf(below, sizeof(below), "task/%u/cpu.stat", instance);
	stat = fopen(helper_cgroup(APP, below), "r");
	if (!stat || fscanf(stat, "usage_usec %llu", &usage) != 1)
		fail("%s: cannot be read", helper_cgroup(APP, below));
	fclose(stat);
	return usage * USEC;
}

/* Both tasks use as much as they can: together they get one budget in a period. */
TEST_F_TIMEOUT(budget, shared, 180)
{
	uint32_t a = run(self->bgt, "a"), b = run(self->bgt, "b");
	const struct bgt_container *container = helper_container(self->bgt);
	uint64_t first, before, usage, used_a, used_b, generations, spent, last_spent;
	const struct bgt_event *event;
	uint32_t id = container->id;

	EXPECT_EQ(QUOTA, container->quota);
	EXPECT_EQ(PERIOD, container->period);
	/*
	 * Measures from the moment when the budget is spent until it is spent again, some
	 * generations later. The events have the values of these moments, however late they are
	 * read.
	 */
	event = event_wait(self->events, BGT_EVENT_CONTAINER_STOPPED, id);
	first = event->container->generation;
	before = event->container->usage;
	spent = event->container->spent;
	used_a = usage_of(a);
	used_b = usage_of(b);
	for (int i = 0; i < 4; i++)
		event = event_wait(self->events, BGT_EVENT_CONTAINER_STOPPED, id);
	generations = event->container->generation - first;
	usage = event->container->usage - before;
	last_spent = event->container->spent;
	used_a = usage_of(a) - used_a;
	used_b = usage_of(b) - used_b;
	note("%llu ms of %llu periods: a %llu ms, b %llu ms", (unsigned long long)(usage / MSEC),
	     (unsigned long long)generations, (unsigned long long)(used_a / MSEC),
	     (unsigned long long)(used_b / MSEC));
	EXPECT_GE(generations, 4);
	EXPECT_GT(used_a, 0);
	EXPECT_GT(used_b, 0);
	/* A generation may overrun its budget; the next generation gets less then. */
	EXPECT_LE(usage + spent, generations * QUOTA + last_spent + QUOTA);
	/* Each of the four budgets that were found spent was used, even on a busy machine. */
	EXPECT_GE(usage + spent, 4 * QUOTA - QUOTA + last_spent);
	/* The tasks have used some more since then, which is charged to the app, too. */
	EXPECT_LE(used_a + used_b, helper_container(self->bgt)->usage - before + QUOTA / 2);
}

/* The user looks at the app: its usage is not charged, and nothing stands still. */
TEST_F_TIMEOUT(budget, exempt, 180)
{
	uint32_t a = run(self->bgt, "a"), id = helper_container(self->bgt)->id;
	const struct bgt_container *container;
	uint64_t before, spent, times, end;

	ASSERT_NE(NULL, event_wait(self->events, BGT_EVENT_CONTAINER_STOPPED, id));
	container_set_exempt(self->bgt, id, true);
	before = usage_of(a);
	spent = helper_container(self->bgt)->spent;
	times = helper_container(self->bgt)->times_throttled;
	end = now() + DEADLINE;
	while (usage_of(a) < before + 3 * QUOTA && now() < end)
		look_later(end);
	container = helper_container(self->bgt);
	EXPECT_GE(container->usage, before + 3 * QUOTA);
	EXPECT_FALSE(container->throttled);
	EXPECT_EQ(times, container->times_throttled);
	EXPECT_LE(container->spent, spent);

	/* The user leaves the app: from now on its usage is charged again. */
	event_drain(self->events);
	container_set_exempt(self->bgt, id, false);
	EXPECT_NE(NULL, event_wait(self->events, BGT_EVENT_CONTAINER_STOPPED, id));
	EXPECT_GT(helper_container(self->bgt)->times_throttled, times);
}

/* Whether a process sleeps in nanosleep(), and is not frozen. */
static bool sleeps(uint32_t pid)
{
	const char *where = task_waits_in((pid_t)pid);

	return where && !strcmp(where, "hrtimer_nanosleep");
}

/* A task that only waits uses nothing of the budget. */
TEST_F_TIMEOUT(budget, waiting, 180)
{
	const struct bgt_container *container;
	uint64_t end = now() + DEADLINE, usage;
	uint32_t pid = helper_run(self->bgt, "wait")->pid;

	while (!sleeps(pid) && now() < end)
		look_later(end);
	EXPECT_TRUE(sleeps(pid));
	container = helper_container(self->bgt);
	usage = container->usage;
	pause_for(2 * PERIOD);
	container = helper_container(self->bgt);
	EXPECT_EQ(usage, container->usage);
	EXPECT_EQ(0, container->spent);
	EXPECT_EQ(QUOTA, container->left);
	EXPECT_FALSE(container->throttled);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "wait")->state);
}

/* Plays systemd's journal: binds its socket, and reads entries of one line for each field. */
static int journal_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = JOURNAL };
	int journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (system("mkdir -p /run/systemd/journal && rm -f " JOURNAL) || journal < 0 ||
	    bind(journal, (struct sockaddr *)&address, sizeof(address)))
		fail(JOURNAL ": %s", strerror(errno));
	return journal;
}

static bool journal_wait(int journal, const char *field, char *entry, size_t size)
{
	struct pollfd fd = { .fd = journal, .events = POLLIN };
	uint64_t end = now() + DEADLINE;
	ssize_t length;

	do {
		length = poll(&fd, 1, 100) > 0 ? recv(journal, entry, size - 1, 0) : 0;
		entry[length > 0 ? length : 0] = '\0';
		if (strstr(entry, field))
			return true;
	} while (now() < end);
	return false;
}

/* The log says whose budget is spent and which task has used it, for people and for programs. */
TEST_F_TIMEOUT(budget, warning, 180)
{
	int journal = journal_open();
	char entry[4096], field[64];
	uint32_t instance;

	instance = run(self->bgt, "a");
	ASSERT_TRUE(journal_wait(journal, "MESSAGE_ID=" THROTTLED "\n", entry, sizeof(entry)));
	EXPECT_NE(NULL, strstr(entry, "PRIORITY=4\n"));
	EXPECT_NE(NULL, strstr(entry, "SYSLOG_IDENTIFIER=bgtaskd\n"));
	EXPECT_NE(NULL, strstr(entry, "MESSAGE=" APP ": task a (" BURN ") is throttled: "));
	EXPECT_NE(NULL, strstr(entry, "BGTASK_APP=" APP "\n"));
	EXPECT_NE(NULL, strstr(entry, "BGTASK_TASK=a\n"));
	EXPECT_NE(NULL, strstr(entry, "BGTASK_ENTRY_POINT=" BURN "\n"));
	snprintf(field, sizeof(field), "BGTASK_INSTANCE=%u\n", instance);
	EXPECT_NE(NULL, strstr(entry, field));
	snprintf(field, sizeof(field), "BGTASK_CONTAINER=%u\n", helper_container(self->bgt)->id);
	EXPECT_NE(NULL, strstr(entry, field));
	close(journal);
	unlink(JOURNAL);
	/*
	 * Without a journal the helper logs to standard error; the next warning comes in the next
	 * generation.
	 */
	EXPECT_TRUE(helper_logs(APP ": task a (" BURN ") is throttled: "));
}

TEST_HARNESS_MAIN
