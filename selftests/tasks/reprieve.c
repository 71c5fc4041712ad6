// SPDX-License-Identifier: GPL-2.0
/*
 * A task that is told to end is thawed for that, even if the budget of its app is spent. Its usage
 * is charged, and it is thawed no longer than the time that it has to end, whatever becomes of the
 * helper.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NOBODY	65534
#define ALL	"Triggers=application\n"
#define BURN	": >" HELPER_SAID "/ready-$BGTASK_TASK; while :; do :; done\"\n" ALL
#define TASKS									\
	"[Task polite]\nEntryPoint=/bin/sh -c \"trap ': >" HELPER_SAID "/bye; exit 7' TERM; " BURN \
	"[Task slow]\nEntryPoint=/bin/sh -c \"trap 'until [ -e " HELPER_SAID "/bye ]; do "	\
		"sleep 0.1; done; sleep 1; exit 7' TERM; " BURN			\
	"[Task deaf]\nEntryPoint=/bin/sh -c \"trap : TERM; " BURN

/* Long enough to look at the container during the reprieve. */
#define TIMEOUT	(3 * SEC)
/* Enough for a task to start, also on a slow machine. */
#define QUOTA	(3 * SEC)

FIXTURE(reprieve) {
	struct bgt *bgt;
	struct bgt *events;
};

FIXTURE_SETUP(reprieve)
{
	scene_begin();
	self->bgt = mutex_connect();
	self->events = container_connect();
}

FIXTURE_TEARDOWN(reprieve)
{
	helper_end();
}

/*
 * Starts the helper with a budget that, once it is spent, does not come back before the test is
 * over.
 */
static void begin(struct bgt *bgt, uint64_t timeout)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.cancel_timeout = timeout;
	settings.quota = QUOTA;
	settings.period = 3600 * SEC;
	helper_start_with(bgt, &settings);
	helper_install(bgt, APP, TASKS);
}

/* Runs a task until it has created its file. Returns the instance's id. */
static uint32_t run(struct bgt *bgt, const char *name)
{
	uint32_t id = helper_run(bgt, name)->id;
	char file[64];

	snprintf(file, sizeof(file), "said/ready-%s", name);
	helper_wait_file(file);
	return id;
}

/* The same, and waits until the budget is spent. */
static uint32_t run_throttled(struct bgt *bgt, const char *name)
{
	uint32_t id = run(bgt, name);

	helper_wait_throttled(bgt);
	return id;
}

static void cancel(struct bgt *bgt, uint32_t id)
{
	if (bgt_instance_cancel(bgt, id, BGT_CANCEL_RESOURCE_REVOCATION))
		fail("bgt_instance_cancel: %s", bgt_error(bgt));
}

static bool has_said_bye(void)
{
	return !access(helper_path("said/bye"), F_OK);
}

static void set_reprieve(struct bgt *bgt, uint64_t time)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_REPRIEVE;
	policy.reprieve = time;
	if (bgt_container_set(bgt, helper_container(bgt)->id, &policy))
		fail("bgt_container_set: %s", bgt_error(bgt));
}

TEST_F_TIMEOUT(reprieve, answers, 180)
{
	const struct bgt_container *container;
	const struct bgt_instance *instance;
	uint64_t spent;
	uint32_t id;

	begin(self->bgt, DEADLINE);
	id = run_throttled(self->bgt, "polite");
	spent = helper_container(self->bgt)->spent;
	EXPECT_FALSE(has_said_bye());
	cancel(self->bgt, id);
	instance = instance_wait(self->bgt, APP, "polite", BGT_INSTANCE_CANCELED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_CANCEL_RESOURCE_REVOCATION, instance->reason);
	EXPECT_TRUE(has_said_bye());
	container = helper_container(self->bgt);
	EXPECT_EQ(0, container->reprieve);
	EXPECT_GT(container->spent, spent);
	EXPECT_GE(container->spent, container->usage);
}

/* The reprieve lasts until all cancelled tasks have ended. */
TEST_F_TIMEOUT(reprieve, two, 180)
{
	uint32_t polite, slow;

	begin(self->bgt, DEADLINE);
	polite = run(self->bgt, "polite");
	slow = run_throttled(self->bgt, "slow");
	cancel(self->bgt, slow);
	cancel(self->bgt, polite);
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "polite", BGT_INSTANCE_CANCELED));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "slow", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(0, helper_container(self->bgt)->reprieve);
}

/* A task that does not end has its time, and no more. */
TEST_F_TIMEOUT(reprieve, deaf, 180)
{
	const struct bgt_container *container;
	uint32_t id;

	begin(self->bgt, TIMEOUT);
	id = run_throttled(self->bgt, "deaf");
	event_drain(self->events);
	cancel(self->bgt, id);
	container = helper_container(self->bgt);
	EXPECT_GT(container->reprieve, 0);
	EXPECT_LE(container->reprieve, TIMEOUT);
	EXPECT_NE(NULL, event_wait(self->events, BGT_EVENT_CONTAINER_REPLENISHED, container->id));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_TERMINATED));
	container = helper_container(self->bgt);
	EXPECT_EQ(0, container->reprieve);
	EXPECT_GE(container->spent, container->usage);
	EXPECT_FALSE(has_said_bye());
}

/* If the helper is killed during a reprieve, the reprieve ends all the same. */
TEST_F_TIMEOUT(reprieve, without_helper, 180)
{
	uint32_t id, container;

	begin(self->bgt, 2 * SEC);
	id = run_throttled(self->bgt, "deaf");
	container = helper_container(self->bgt)->id;
	event_drain(self->events);
	cancel(self->bgt, id);
	helper_kill();
	ASSERT_NE(NULL, event_wait(self->events, BGT_EVENT_CONTAINER_REPLENISHED, container));
	ASSERT_NE(NULL, event_wait(self->events, BGT_EVENT_CONTAINER_STOPPED, container));
	EXPECT_EQ(0, helper_container(self->bgt)->reprieve);
	/* The container stands still, and the next helper ends the task. */
	helper_launch(self->bgt);
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "deaf", BGT_INSTANCE_TERMINATED));
	EXPECT_EQ(0, helper_container(self->bgt)->reprieve);
}

/*
 * A process of the app that cancels an instance when the test tells it to, and returns the result.
 */
struct own {
	int ours, its;
};

static int cancel_own(void *data)
{
	const struct own *own = data;
	struct bgt *bgt;
	uint32_t id;
	int error;

	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	    bgt_open(&bgt) || write(own->its, "", 1) != 1)
		return 1;
	while (read(own->its, &id, sizeof(id)) == sizeof(id)) {
		error = bgt_instance_cancel(bgt, id, BGT_CANCEL_ABORT);
		if (write(own->its, &error, sizeof(error)) != sizeof(error))
			break;
	}
	return 0;
}

static struct own start_own(void)
{
	char cgroup[256], ready;
	struct own own;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		fail("socketpair");
	own = (struct own){ ends[0], ends[1] };
	snprintf(cgroup, sizeof(cgroup), "..%s", helper_cgroup(APP, "app") + strlen(CGROUP_ROOT));
	task_start(cgroup, cancel_own, &own);
	if (read(own.ours, &ready, 1) != 1)
		fail("the app's own process does not begin");
	return own;
}

static int let_cancel(const struct own *own, uint32_t id)
{
	int error;

	if (write(own->ours, &id, sizeof(id)) != sizeof(id) ||
	    read(own->ours, &error, sizeof(error)) != sizeof(error))
		fail("the app's own process has ended");
	return error;
}

/* An app that cancels its own task gets a reprieve, which is charged. */
TEST_F_TIMEOUT(reprieve, own, 180)
{
	const struct bgt_container *container;
	struct own own;
	uint32_t id;

	begin(self->bgt, DEADLINE);
	/* The process starts before there is a task that uses up the budget. */
	own = start_own();
	id = run(self->bgt, "polite");
	ASSERT_EQ(0, let_cancel(&own, id));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "polite", BGT_INSTANCE_CANCELED));
	EXPECT_TRUE(has_said_bye());
	container = helper_container(self->bgt);
	EXPECT_EQ(0, container->reprieve);
	EXPECT_GE(container->spent, container->usage);
}

/*
 * An app without a budget gets no reprieve for cancelling its own tasks, which would let it run on
 * for ever.
 */
TEST_F_TIMEOUT(reprieve, own_in_debt, 180)
{
	struct own own;
	uint32_t id;

	begin(self->bgt, DEADLINE);
	id = run(self->bgt, "polite");
	own = start_own();
	helper_wait_throttled(self->bgt);
	set_reprieve(self->bgt, 10 * SEC);
	ASSERT_EQ(0, let_cancel(&own, id));
	EXPECT_LE(helper_container(self->bgt)->reprieve, 10 * SEC);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "polite", BGT_INSTANCE_CANCELED));
	/* The reprieve that somebody else has given the app is not taken away. */
	EXPECT_TRUE(has_said_bye());
}

TEST_HARNESS_MAIN
