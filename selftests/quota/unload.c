// SPDX-License-Identifier: GPL-2.0
/* The module is unloaded in every state: nothing stays frozen, and no process is harmed. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"
#include "subject.h"
#include "task.h"

FIXTURE(unload) {
	struct bgt *bgt;
	uint32_t id, member;
	struct burner burner;
};

FIXTURE_SETUP(unload)
{
	self->bgt = subject_begin(&self->id, &self->member, &self->burner);
}

FIXTURE_TEARDOWN_PARENT(unload)
{
	if (!module_is_loaded())
		module_load();
	scene_end();
}

/* Unloading may have to wait for a request of another process. */
static void unload(void)
{
	uint64_t end = now() + DEADLINE;
	int error;

	while ((error = module_unload()) == -EAGAIN && now() < end)
		usleep(1000);
	if (error)
		fail("cannot unload the module: %s", strerror(-error));
}

static void load(void)
{
	int error = module_load();

	if (error)
		fail("cannot load the module: %s", strerror(-error));
}

/* Loads the module, and makes the container again, since the module has lost everything. */
static void begin_anew(FIXTURE_DATA(unload) *self)
{
	bgt_close(self->bgt);
	load();
	self->bgt = container_connect();
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

#define EXPECT_ALL_RUN() do {								\
	EXPECT_FALSE(module_is_loaded());						\
	cgroup_wait_frozen("a", false);							\
	EXPECT_EQ(0, cgroup_count_frozen());						\
	EXPECT_TRUE(burner_runs(&self->burner, 0));					\
	EXPECT_TRUE(burner_runs(&self->burner, 1));					\
} while (0)

TEST_F_TIMEOUT(unload, throttled, 120)
{
	container_set_quota(self->bgt, self->id, 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	unload();
	EXPECT_ALL_RUN();
}

TEST_F_TIMEOUT(unload, held, 120)
{
	cgroup_make("a/b");
	member_hold(self->bgt, member_add(self->bgt, self->id, BGT_ROLE_TASK, "a/b"), true);
	cgroup_wait_frozen("a/b", true);
	unload();
	cgroup_wait_frozen("a/b", false);
	EXPECT_ALL_RUN();
}

/* Unloads during a reprieve, and at its end. */
TEST_F_TIMEOUT(unload, reprieve, 300)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_REPRIEVE;
	for (int i = 0; i < 5; i++) {
		container_set_quota(self->bgt, self->id, 1);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
		policy.reprieve = i ? 50 * MSEC : BGT_REPRIEVE_MAX;
		ASSERT_EQ(0, bgt_container_set(self->bgt, self->id, &policy));
		if (i)
			pause_for(49 * MSEC + (uint64_t)i * MSEC / 3);
		else
			EXPECT_TRUE(burner_runs(&self->burner, 0));
		unload();
		EXPECT_ALL_RUN();
		begin_anew(self);
	}
}

/* Unloads while the module freezes, thaws, or looks at the budget. */
TEST_F_TIMEOUT(unload, busy, 300)
{
	for (int i = 0; i < 5; i++) {
		container_set_period(self->bgt, self->id, 2 * MSEC);
		container_set_quota(self->bgt, self->id, 200 * USEC);
		pause_for(50 * MSEC + (uint64_t)i * MSEC / 3);
		unload();
		EXPECT_ALL_RUN();
		begin_anew(self);
	}
}

/* A new module knows nothing of the old one's containers. */
TEST_F_TIMEOUT(unload, reload, 120)
{
	struct bgt_container *list;

	container_set_quota(self->bgt, self->id, 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	unload();
	load();
	bgt_close(self->bgt);
	self->bgt = container_connect();
	ASSERT_EQ(0, bgt_container_list(self->bgt, &list));
	EXPECT_NULL(list);
	EXPECT_TRUE(burner_runs(&self->burner, 0));

	self->id = container_new(self->bgt, 1, 3600 * SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	EXPECT_TRUE(burner_stands(&self->burner, 0));
}

/* Connections do not keep the module from being unloaded, and get an error. */
TEST_F_TIMEOUT(unload, connected, 120)
{
	struct pollfd poller = { .fd = bgt_fd(self->bgt), .events = POLLIN };
	const struct bgt_event *event;
	struct bgt_container *none;
	struct bgt *late;
	int result;

	unload();
	EXPECT_EQ(-EPROTONOSUPPORT, bgt_container_get(self->bgt, self->id, &none));
	EXPECT_NE('\0', *bgt_error(self->bgt));
	/* After the last events, reading events is an error. */
	do {
		ASSERT_GE(poll(&poller, 1, 10000), 0);
		result = bgt_next_event(self->bgt, &event);
	} while (result >= 0 && poller.revents);
	EXPECT_EQ(-EPROTONOSUPPORT, result);
	EXPECT_EQ(-EPROTONOSUPPORT, bgt_open(&late));
	EXPECT_NULL(late);
}

/*
 * Makes requests of all kinds, again and again: each must be answered, or get the error that there
 * is no module.
 */
static int ask(void *data)
{
	struct bgt_container *containers;
	struct bgt_member *members;
	int fd = cgroup_open("a");
	uint32_t id;

	for (;;) {
		int results[8] = { 0 };
		struct bgt *bgt;

		if (bgt_open(&bgt)) {
			sched_yield();
			continue;
		}
		results[0] = bgt_container_new(bgt, "asking", NULL, &id);
		if (!results[0]) {
			results[1] = bgt_member_add(bgt, id, BGT_ROLE_TASK, fd, false, NULL);
			results[2] = bgt_container_list(bgt, &containers);
			results[3] = bgt_member_list(bgt, 0, &members);
			results[4] = bgt_subscribe(bgt);
			if (!results[2])
				bgt_container_free(containers);
			if (!results[3])
				bgt_member_free(members);
			results[5] = bgt_container_del(bgt, id);
		}
		for (int i = 0; i < 8; i++) {
			if (!results[i] || results[i] == -EPROTONOSUPPORT)
				continue;
			/*
			 * Another process has the cgroup or the name, or the module was loaded anew
			 * in between.
			 */
			if (results[i] == -EEXIST || (results[i] == -ENOENT && i == 5) ||
			    (results[i] == -ENOENT && i == 1))
				continue;
			note("request %d: %s (%d)", i, bgt_error(bgt), results[i]);
			return 1;
		}
		bgt_close(bgt);
	}
	return 0;
}

/* The module is loaded and unloaded again and again, with containers, under load, with requests. */
TEST_F_TIMEOUT(unload, rounds, 7200)
{
	unsigned int rounds = soak() ? 200 : 10;
	uint64_t state = random_seed();
	struct burner burner;
	pid_t asking[2];

	bgt_close(self->bgt);
	self->bgt = NULL;
	cgroup_make("c");
	cgroup_make("d");
	burner = burner_start("c", 2);
	for (int i = 0; i < 2; i++)
		asking[i] = task_start("", ask, NULL);

	for (unsigned int i = 0; i < rounds; i++) {
		struct bgt *bgt;
		uint32_t id;

		if (i % 2) {
			bgt = container_connect();
			id = container_new(bgt, MSEC, 3 * MSEC);
			member_add(bgt, id, BGT_ROLE_APP, "c");
			if (i % 4 == 1) {
				uint32_t held = container_new(bgt, MSEC, 3 * MSEC);

				member_hold(bgt, member_add(bgt, held, BGT_ROLE_APP, "d"), true);
			}
			pause_for(random_next(&state) % (20 * MSEC));
			bgt_close(bgt);
		}
		unload();
		cgroup_wait_frozen("c", false);
		ASSERT_EQ(0, cgroup_count_frozen());
		ASSERT_TRUE(burner_runs(&burner, i % 2));
		for (int j = 0; j < 2; j++)
			ASSERT_EQ(0, waitpid(asking[j], NULL, WNOHANG));
		load();
	}
	for (int i = 0; i < 2; i++)
		task_kill(asking[i]);
	burner_end(&burner);
	unload();
	EXPECT_ALL_RUN();
}

/* Nothing of the module is left: no thread, no event, no parameter. */
TEST_F_TIMEOUT(unload, traces, 120)
{
	uint64_t end = now() + DEADLINE;

	EXPECT_EQ(0, access("/sys/kernel/tracing/events/bgtask", F_OK));
	unload();
	EXPECT_NE(0, access("/sys/kernel/tracing/events/bgtask", F_OK));
	EXPECT_NE(0, access("/sys/module/bgtask", F_OK));
	/* A thread that has ended may still be leaving. */
	while (!system("grep -qx bgtask /proc/[0-9]*/comm") && now() < end)
		look_later(end);
	EXPECT_NE(0, system("grep -qx bgtask /proc/[0-9]*/comm"));
	EXPECT_ALL_RUN();
}

TEST_HARNESS_MAIN
