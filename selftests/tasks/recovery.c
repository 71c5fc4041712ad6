// SPDX-License-Identifier: GPL-2.0
/* What the helper does when it, its apps, their containers or the module were gone for a while. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n"		\
	"[Task long]\nEntryPoint=/bin/sleep 1000\nTriggers=application\n"	\
	"[Task burn]\nEntryPoint=/bin/sh -c \"while :; do :; done\"\nTriggers=application\n"
#define INTERNET							\
	(BGT_CONDITION_INTERNET_AVAILABLE | BGT_CONDITION_INTERNET_NOT_AVAILABLE)

FIXTURE(recovery) {
	struct bgt *bgt;
};

FIXTURE_SETUP(recovery)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN_PARENT(recovery)
{
	if (!module_is_loaded())
		module_load();
	helper_end();
	scene_end();
}

static uint32_t task_register(struct bgt *bgt, const char *app, const char *name,
			      uint32_t condition, bool oneshot)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	uint32_t id = 0;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, app);
	bgt_task_builder_set_name(builder, name);
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	if (condition)
		bgt_task_builder_add_condition(builder, (enum bgt_condition)condition);
	bgt_task_builder_set_oneshot(builder, oneshot);
	if (bgt_task_register(builder, &id))
		fail("cannot register %s: %s", name, bgt_error(bgt));
	bgt_task_builder_free(builder);
	return id;
}

static void fire(struct bgt *bgt, const char *app, const char *name)
{
	if (bgt_trigger_fire(bgt, app, name, BGT_TRIGGER_APPLICATION, NULL))
		fail("cannot fire %s: %s", name, bgt_error(bgt));
}

static const struct bgt_instance *launch(struct bgt *bgt, const char *name)
{
	const struct bgt_instance *instance;

	task_register(bgt, APP, name, 0, false);
	fire(bgt, APP, name);
	instance = instance_wait(bgt, APP, name, BGT_INSTANCE_RUNNING);
	if (!instance)
		fail("%s does not run", name);
	return instance;
}

/* How many tasks of all apps are registered; stores the id of the last one. */
static unsigned int count_tasks(struct bgt *bgt, uint32_t *id)
{
	struct bgt_task *list;
	unsigned int count = 0;

	if (bgt_task_list(bgt, NULL, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	for (struct bgt_task *task = list; task; task = task->next, count++)
		*id = task->id;
	bgt_task_free(list);
	return count;
}

/* The app's container, which the caller frees; NULL if there is none. */
static struct bgt_container *container_of_app(struct bgt *bgt)
{
	struct bgt_container *container;

	return bgt_container_get_by_name(bgt, APP, &container) ? NULL : container;
}

/* An app that was away has its registrations and latched instances again when it is installed. */
TEST_F_TIMEOUT(recovery, app_comes_back, 180)
{
	uint32_t id, found = 0;
	char manifest[128];
	char app[BGT_NAME_MAX + 1];

	strcpy(manifest, helper_path("apps/" APP ".bgtask"));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, INTERNET, BGT_CONDITION_INTERNET_NOT_AVAILABLE,
				       false));
	id = task_register(self->bgt, APP, "ok", BGT_CONDITION_INTERNET_AVAILABLE, false);
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_LATCHED));

	helper_kill();
	ASSERT_EQ(0, rename(manifest, HELPER_TOP "/away"));
	helper_launch(self->bgt);
	EXPECT_EQ(0, count_tasks(self->bgt, &found));
	ASSERT_EQ(0, bgt_condition_set(self->bgt, INTERNET, BGT_CONDITION_INTERNET_AVAILABLE,
				       false));

	ASSERT_EQ(0, rename(HELPER_TOP "/away", manifest));
	ASSERT_EQ(0, bgt_app_install(self->bgt, manifest, app));
	EXPECT_EQ(1, count_tasks(self->bgt, &found));
	EXPECT_EQ(id, found);
	/* The condition holds by now, so the latched instance is launched. */
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	/* Installing an app again changes nothing. */
	ASSERT_EQ(0, bgt_app_install(self->bgt, manifest, app));
	EXPECT_EQ(1, count_tasks(self->bgt, &found));
}

/* A task of an app that was away runs on, and the helper knows it again when the app is back. */
TEST_F_TIMEOUT(recovery, app_comes_back_running, 180)
{
	uint32_t pid = launch(self->bgt, "long")->pid;
	const struct bgt_instance *instance;
	char app[BGT_NAME_MAX + 1], manifest[128];

	strcpy(manifest, helper_path("apps/" APP ".bgtask"));
	helper_kill();
	ASSERT_EQ(0, rename(manifest, HELPER_TOP "/away"));
	helper_launch(self->bgt);
	EXPECT_EQ(0, kill((pid_t)pid, 0));
	ASSERT_EQ(0, rename(HELPER_TOP "/away", manifest));
	ASSERT_EQ(0, bgt_app_install(self->bgt, manifest, app));
	instance = instance_look(self->bgt, APP, "long");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	EXPECT_EQ(pid, instance->pid);
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance->id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
}

/*
 * A helper that ends may leave an app exempt, as the user sees the app. The next helper ends the
 * exemption.
 */
TEST_F_TIMEOUT(recovery, exempt, 180)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt_container *container;

	launch(self->bgt, "long");
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	helper_kill();
	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = true;
	ASSERT_EQ(0, bgt_container_set(self->bgt, container->id, &policy));
	bgt_container_free(container);
	/* Even if the app's manifest is gone. */
	ASSERT_EQ(0, rename(helper_path("apps/" APP ".bgtask"), HELPER_TOP "/away"));
	helper_launch(self->bgt);
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	EXPECT_FALSE(container->exempt);
	EXPECT_EQ(2, container->members);
	bgt_container_free(container);
}

/* Somebody deletes the container of a running task: the helper makes another one. */
TEST_F_TIMEOUT(recovery, container_deleted, 180)
{
	struct bgt_container *container;
	uint64_t end = now() + DEADLINE;
	uint32_t before;

	launch(self->bgt, "burn");
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	before = container->id;
	bgt_container_free(container);
	ASSERT_EQ(0, bgt_container_del(self->bgt, before));
	while (!(container = container_of_app(self->bgt)) || !container->times_throttled) {
		bgt_container_free(container);
		if (now() > end)
			break;
		look_later(end);
	}
	ASSERT_NE(NULL, container);
	EXPECT_NE(before, container->id);
	EXPECT_EQ(300 * MSEC, container->quota);
	EXPECT_EQ(2, container->members);
	EXPECT_GE(container->times_throttled, 1);
	bgt_container_free(container);
}

/* Events are lost since the helper's socket is full, among them one that the helper needs. */
TEST_F_TIMEOUT(recovery, events_lost, 180)
{
	struct bgt_container *container;
	uint32_t before;

	launch(self->bgt, "long");
	task_register(self->bgt, APP, "ok", 0, false);
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	before = container->id;
	bgt_container_free(container);
	ASSERT_EQ(0, kill(helper_pid(), SIGSTOP));
	for (unsigned int i = 0; i < 6000; i++)
		container_delete(self->bgt, container_new(self->bgt, SEC, 2 * SEC));
	ASSERT_EQ(0, bgt_container_del(self->bgt, before));
	ASSERT_EQ(0, kill(helper_pid(), SIGCONT));
	EXPECT_TRUE(helper_logs("events of the module were lost"));
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	EXPECT_NE(before, container->id);
	EXPECT_EQ(2, container->members);
	bgt_container_free(container);
}

/*
 * Somebody makes the tasks' cgroup a member of another container: no task runs without its budget.
 */
TEST_F_TIMEOUT(recovery, cgroup_taken, 180)
{
	struct bgt_container *container;
	uint32_t taken;
	int directory;

	task_register(self->bgt, APP, "ok", 0, false);
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	container = container_of_app(self->bgt);
	ASSERT_NE(NULL, container);
	ASSERT_EQ(0, bgt_container_del(self->bgt, container->id));
	bgt_container_free(container);
	taken = container_new(self->bgt, SEC, 2 * SEC);
	directory = open(helper_cgroup(APP, "task"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_GE(directory, 0);
	ASSERT_EQ(0, bgt_member_add(self->bgt, taken, BGT_ROLE_TASK, directory, false, NULL));
	close(directory);
	EXPECT_TRUE(helper_logs("somebody has deleted its container"));
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_FAILED));
	container_delete(self->bgt, taken);
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
}

/* Somebody removes the cgroups of an app that runs no tasks: the helper makes them again. */
TEST_F_TIMEOUT(recovery, cgroups_removed, 180)
{
	char command[256];

	task_register(self->bgt, APP, "ok", 0, false);
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	snprintf(command, sizeof(command),
		 "for i in $(seq 500); do find " CGROUP_ROOT "/bgtask-selftest-apps/" APP
		 " -depth -type d -exec rmdir {} \\; 2>/dev/null;"
		 " [ -e " CGROUP_ROOT "/bgtask-selftest-apps/" APP " ] || exit 0; sleep 0.02;"
		 " done; exit 1");
	ASSERT_EQ(0, system(command));
	fire(self->bgt, APP, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(2, instance_count(self->bgt, APP));
}

/*
 * The helper ends when the module is unloaded, and is started again; the running task is on its
 * budget again.
 */
TEST_F_TIMEOUT(recovery, module_unloaded, 180)
{
	uint32_t pid = launch(self->bgt, "burn")->pid;
	const struct bgt_instance *instance;
	struct bgt_container *container;
	uint64_t end = now() + DEADLINE;
	struct bgt *bgt;

	bgt_close(self->bgt);
	while (module_unload() == -EAGAIN && now() < end)
		usleep(1000);
	ASSERT_FALSE(module_is_loaded());
	EXPECT_EQ(1, helper_wait());
	EXPECT_EQ(0, kill((pid_t)pid, 0));
	ASSERT_EQ(0, module_load());
	bgt = mutex_connect();
	helper_launch(bgt);
	instance = instance_look(bgt, APP, "burn");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
	EXPECT_EQ(pid, instance->pid);
	do {
		container = container_of_app(bgt);
		ASSERT_NE(NULL, container);
		if (container->times_throttled)
			break;
		bgt_container_free(container);
		look_later(end);
	} while (now() < end);
	EXPECT_EQ(300 * MSEC, container->quota);
	EXPECT_GE(container->times_throttled, 1);
	bgt_container_free(container);
	EXPECT_EQ(0, bgt_instance_cancel(bgt, instance->id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(bgt, APP, "burn", BGT_INSTANCE_CANCELED));
	bgt_close(bgt);
}

/* How many events about new registrations have come since the last call. */
static unsigned int count_registered(struct bgt *watcher)
{
	const struct bgt_event *event;
	unsigned int count = 0;

	while (bgt_next_event(watcher, &event) > 0)
		count += event->type == BGT_EVENT_TASK_REGISTERED;
	return count;
}

/*
 * With a full disk the helper accepts nothing new and loses nothing; it goes on when there is room
 * again. ../lifecycle/inside.c tests tasks in an app's process.
 */
TEST_F_TIMEOUT(recovery, disk_full, 180)
{
	const struct bgt_instance *instance;
	uint64_t end = now() + DEADLINE;
	struct bgt_task_builder *builder;
	struct bgt *watcher = mutex_connect();
	uint32_t id, pid, last;

	helper_move_to_disk(self->bgt);
	ASSERT_EQ(0, bgt_task_associate(watcher, NULL));
	instance = launch(self->bgt, "long");
	EXPECT_EQ(1, count_registered(watcher));
	id = instance->id;
	pid = instance->pid;
	helper_fill_disk();

	builder = bgt_task_builder_new(self->bgt);
	ASSERT_NE(NULL, builder);
	bgt_task_builder_set_app(builder, APP);
	bgt_task_builder_set_name(builder, "ok");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	EXPECT_EQ(-ENOSPC, bgt_task_register(builder, NULL));
	EXPECT_EQ(-ENOSPC, bgt_trigger_fire(self->bgt, APP, "long", BGT_TRIGGER_APPLICATION, NULL));
	EXPECT_EQ(1, count_tasks(self->bgt, &last));
	EXPECT_EQ(0, count_registered(watcher));
	/* The task ends, but its end cannot be recorded. */
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	while (!kill((pid_t)pid, 0) && now() < end)
		usleep(5000);
	EXPECT_EQ(-1, kill((pid_t)pid, 0));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(BGT_INSTANCE_RUNNING, instance_look(self->bgt, APP, "long")->state);

	helper_empty_disk();
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(0, bgt_task_register(builder, NULL));
	bgt_task_builder_free(builder);
	EXPECT_EQ(2, count_tasks(self->bgt, &last));
	EXPECT_EQ(1, count_registered(watcher));
	bgt_close(watcher);
}

/* A oneshot task runs once, also if the helper is killed during the run. */
TEST_F_TIMEOUT(recovery, oneshot, 180)
{
	uint32_t id;

	task_register(self->bgt, APP, "long", 0, true);
	fire(self->bgt, APP, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	fire(self->bgt, APP, "long");
	helper_restart(self->bgt);
	fire(self->bgt, APP, "long");
	EXPECT_EQ(1, instance_count(self->bgt, APP));
	EXPECT_EQ(1, count_tasks(self->bgt, &id));
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, instance_look(self->bgt, APP, "long")->id,
					 BGT_CANCEL_ABORT));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(0, count_tasks(self->bgt, &id));
}

TEST_HARNESS_MAIN
