// SPDX-License-Identifier: GPL-2.0
/* Tasks: how they are run and how they end, also if the helper is killed meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define ALL	"Triggers=application time\n"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\n" ALL					\
	"[Task bad]\nEntryPoint=/bin/sh -c 'exit 7'\n" ALL			\
	"[Task shot]\nEntryPoint=/bin/sh -c 'kill -SEGV $$'\n" ALL		\
	"[Task none]\nEntryPoint=/nowhere/at/all\n" ALL				\
	"[Task file]\nEntryPoint=/etc/passwd with arguments\n" ALL		\
	"[Task mark]\nEntryPoint=/bin/sh -c \"echo ran >" HELPER_TOP "/mark\"\n" ALL	\
	"[Task leaves]\nEntryPoint=/bin/sh -c 'sleep 1000 & exit 0'\n" ALL	\
	"[Task long]\nEntryPoint=/bin/sleep 1000\n" ALL

FIXTURE(tasks) {
	struct bgt *bgt;
};

FIXTURE_SETUP(tasks)
{
	scene_begin();
	self->bgt = mutex_connect();
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(tasks)
{
	helper_end();
}

TEST_F_TIMEOUT(tasks, completed, 180)
{
	const struct bgt_instance *instance;
	struct bgt_task *list;
	uint32_t id;

	id = helper_register_plain(self->bgt, "ok");
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	ASSERT_NE(NULL, list);
	EXPECT_EQ(NULL, list->next);
	EXPECT_EQ(id, list->id);
	EXPECT_STREQ("ok", list->name);
	EXPECT_STREQ("/bin/true", list->entry_point);
	bgt_task_free(list);

	helper_fire(self->bgt, "ok");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(id, instance->task);
	EXPECT_EQ(0, instance->status);
	EXPECT_STREQ("an argument", instance->argument);
	EXPECT_GE(instance->started, instance->fired);
	EXPECT_GE(instance->ended, instance->started);
	EXPECT_EQ(0, instance->pid);
}

/* A process that a task has started is killed with the task, and the task's cgroup is removed. */
TEST_F_TIMEOUT(tasks, leaves_a_child, 180)
{
	uint64_t end = now() + DEADLINE;
	char below[32];

	helper_register_plain(self->bgt, "leaves");
	helper_fire(self->bgt, "leaves");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "leaves", BGT_INSTANCE_COMPLETED));
	snprintf(below, sizeof(below), "task/%u", instance_look(self->bgt, APP, "leaves")->id);
	while (!access(helper_cgroup(APP, below), F_OK) && now() < end)
		look_later(end);
	EXPECT_NE(0, access(helper_cgroup(APP, below), F_OK));
}

TEST_F_TIMEOUT(tasks, failed, 180)
{
	const struct bgt_instance *instance;

	helper_register_plain(self->bgt, "bad");
	helper_fire(self->bgt, "bad");
	instance = instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(7, instance->status);

	helper_register_plain(self->bgt, "none");
	helper_fire(self->bgt, "none");
	instance = instance_wait(self->bgt, APP, "none", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-ENOENT, instance->status);
	EXPECT_STREQ("cannot be run: No such file or directory", instance->message);

	helper_register_plain(self->bgt, "file");
	helper_fire(self->bgt, "file");
	instance = instance_wait(self->bgt, APP, "file", BGT_INSTANCE_FAILED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-EACCES, instance->status);
	EXPECT_STREQ("cannot be run: Permission denied", instance->message);

	helper_register_plain(self->bgt, "shot");
	helper_fire(self->bgt, "shot");
	instance = instance_wait(self->bgt, APP, "shot", BGT_INSTANCE_TERMINATED);
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(SIGSEGV, instance->status);
	EXPECT_STREQ("killed by signal 11 (Segmentation fault)", instance->message);
	EXPECT_FALSE(instance->canceled);
}

/* Whether a process has not executed its program yet, and so still is a copy of the helper. */
static bool is_helpers(uint32_t pid)
{
	char path[64], program[256] = "";

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	return readlink(path, program, sizeof(program) - 1) > 0 && strstr(program, "bgtaskd");
}

/*
 * A process that is started in a frozen cgroup shares the helper's memory until it is thawed. The
 * helper does not wait for that, and can end.
 */
TEST_F_TIMEOUT(tasks, begins_frozen, 180)
{
	const struct bgt_instance *instance;
	struct bgt_container *container;
	enum bgt_work_cost cost;
	uint32_t holding, set;
	char text[8] = "";
	int file;

	helper_register_plain(self->bgt, "ok");
	helper_register_plain(self->bgt, "mark");
	helper_fire(self->bgt, "ok");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	file = open(HELPER_TOP "/mark", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, fchmod(file, 0666));

	ASSERT_EQ(0, bgt_container_get_by_name(self->bgt, APP, &container));
	container_set_quota(self->bgt, container->id, 0);
	helper_fire(self->bgt, "ok");
	helper_fire(self->bgt, "mark");
	instance = instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(is_helpers(instance->pid));
	EXPECT_EQ(0, bgt_condition_get(self->bgt, &holding, &set, &cost));
	container_set_quota(self->bgt, container->id, BGT_QUOTA_UNLIMITED);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(4, pread(file, text, sizeof(text), 0));
	ASSERT_EQ(0, ftruncate(file, 0));

	/* The next helper sets the app's budget again, which thaws the process. */
	container_set_quota(self->bgt, container->id, 0);
	helper_fire(self->bgt, "mark");
	instance = instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	EXPECT_TRUE(is_helpers(instance->pid));
	EXPECT_EQ(0, helper_quit());
	helper_restart(self->bgt);
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "mark", BGT_INSTANCE_FAILED));
	EXPECT_EQ(4, pread(file, text, sizeof(text), 0));
	bgt_container_free(container);
	close(file);
}

TEST_F_TIMEOUT(tasks, time, 180)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_task *list;

	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	helper_register(self->bgt, (struct wanted){ .name = "ok", .trigger = BGT_TRIGGER_TIME,
						    .interval = INTERVAL_MIN });
	while (instance_count(self->bgt, APP) < 3 && now() < end)
		look_later(end);
	EXPECT_GE(instance_count(self->bgt, APP), 3);
	EXPECT_EQ(0, bgt_task_unregister_by_name(self->bgt, APP, "ok", true));

	/* A oneshot task runs once; then its registration is gone. */
	helper_register(self->bgt, (struct wanted){ .name = "bad", .trigger = BGT_TRIGGER_TIME,
						    .interval = INTERVAL_MIN, .oneshot = true });
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED));
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	EXPECT_EQ(NULL, list);
	bgt_task_free(list);
}

/* After each kill, the next helper knows the registrations and the running task. */
TEST_F_TIMEOUT(tasks, helper_killed, 180)
{
	const struct bgt_instance *instance;
	struct bgt_task *list;
	uint32_t id, pid;

	helper_register_plain(self->bgt, "long");
	helper_register_plain(self->bgt, "ok");
	helper_fire(self->bgt, "long");
	instance = instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING);
	ASSERT_NE(NULL, instance);
	id = instance->id;
	pid = instance->pid;
	for (int i = 0; i < 3; i++) {
		helper_restart(self->bgt);
		ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
		ASSERT_NE(NULL, list);
		ASSERT_NE(NULL, list->next);
		EXPECT_EQ(NULL, list->next->next);
		bgt_task_free(list);
		instance = instance_look(self->bgt, APP, "long");
		ASSERT_NE(NULL, instance);
		EXPECT_EQ(id, instance->id);
		EXPECT_EQ(pid, instance->pid);
		EXPECT_EQ(BGT_INSTANCE_RUNNING, instance->state);
		EXPECT_EQ(0, kill((pid_t)pid, 0));
	}
	EXPECT_EQ(0, bgt_instance_cancel(self->bgt, id, BGT_CANCEL_ABORT));
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_CANCELED));
	EXPECT_EQ(1, instance_count(self->bgt, APP));
}

TEST_F_TIMEOUT(tasks, app_removed, 180)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_container *container;
	struct bgt_app *list;
	int error;

	helper_register_plain(self->bgt, "long");
	helper_fire(self->bgt, "long");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "long", BGT_INSTANCE_RUNNING));
	while ((error = bgt_app_remove(self->bgt, APP)) == -EAGAIN && now() < end)
		look_later(end);
	EXPECT_EQ(0, error);
	ASSERT_EQ(0, bgt_app_list(self->bgt, &list));
	EXPECT_EQ(NULL, list);
	bgt_app_free(list);
	EXPECT_EQ(-ENOENT, bgt_container_get_by_name(self->bgt, APP, &container));
}

TEST_HARNESS_MAIN
