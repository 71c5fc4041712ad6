// SPDX-License-Identifier: GPL-2.0
/*
 * Progress and completion: who is told, and what the history has for those who are not.
 *
 * The tasks are this program, which the helper starts as an entry point; its argument says what to
 * do.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define PROGRAM	HELPER_TOP "/program"
#define OTHER	"org.example.Other"
#define HISTORY	5
#define ENTRY(name)	"[Task " name "]\nEntryPoint=" PROGRAM " " name "\nTriggers=application\n"
#define TASKS	"Class=free\n" ENTRY("good") ENTRY("bad") ENTRY("step") ENTRY("silent")

/* Waits until a file of this name exists. */
static void await_file(const char *name)
{
	while (access(helper_path(name), F_OK))
		usleep(5000);
}

static int run_task(const char *what)
{
	struct bgt_instance *instance;
	struct bgt *bgt;

	if (bgt_open(&bgt) || bgt_instance_attach(bgt, &instance))
		return 100;
	bgt_instance_free(instance);
	if (!strcmp(what, "good"))
		return bgt_instance_progress(bgt, 50) || bgt_instance_progress(bgt, 100) ||
		       bgt_instance_complete(bgt, 0, "it is done");
	if (!strcmp(what, "bad"))
		return bgt_instance_complete(bgt, -ENETDOWN, "no network");
	if (!strcmp(what, "step")) {
		if (bgt_instance_progress(bgt, 10))
			return 101;
		await_file("go");
		if (bgt_instance_progress(bgt, 60))
			return 102;
		await_file("end");
		return bgt_instance_complete(bgt, 0, "all steps");
	}
	return 9;
}

static void __attribute__((constructor)) be_task(int argc, char **argv)
{
	if (argc == 2 && getenv("BGTASK_INSTANCE"))
		_exit(run_task(argv[1]));
}

FIXTURE(progress) {
	struct bgt *bgt;
};

FIXTURE_SETUP(progress)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.history = HISTORY;
	scene_begin();
	self->bgt = mutex_connect();
	helper_start_with(self->bgt, &settings);
	/* Copies this program to where the tasks' user can execute it. */
	if (system("install -m 755 /proc/$PPID/exe " PROGRAM))
		fail("cannot copy this program");
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(progress)
{
	helper_end();
}

/* The app: a process in the app's cgroup that records the events that it gets. */
struct app {
	pid_t pid;
	volatile struct heard {
		bool listens;
		unsigned int progress[16];
		unsigned int nr_progress;
		unsigned int nr_ended;
		enum bgt_instance_state state;
		int status;
		char message[64];
	} *heard;
};

static void take(volatile struct heard *heard, const struct bgt_event *event)
{
	if (event->type == BGT_EVENT_INSTANCE_PROGRESS && heard->nr_progress < 16) {
		heard->progress[heard->nr_progress] = event->instance->progress;
		heard->nr_progress++;
	} else if (event->type == BGT_EVENT_INSTANCE_ENDED) {
		heard->state = event->instance->state;
		heard->status = event->instance->status;
		snprintf((char *)heard->message, sizeof(heard->message), "%s",
			 event->instance->message);
		heard->nr_ended++;
	}
}

static int run_app(volatile struct heard *heard)
{
	char path[4096], self[16];
	const struct bgt_event *event;
	struct pollfd fd;
	struct bgt *bgt;
	FILE *procs;

	snprintf(path, sizeof(path), "%s", helper_cgroup(APP, "app/cgroup.procs"));
	snprintf(self, sizeof(self), "%d\n", getpid());
	procs = fopen(path, "w");
	if (!procs || fputs(self, procs) < 0 || fclose(procs))
		return 1;
	if (bgt_open(&bgt) || bgt_task_associate(bgt, NULL))
		return 2;
	fd = (struct pollfd){ .fd = bgt_fd(bgt), .events = POLLIN };
	heard->listens = true;
	for (;;) {
		poll(&fd, 1, -1);
		while (bgt_next_event(bgt, &event) > 0)
			take(heard, event);
	}
}

/* Runs a task first, so that the app's cgroup exists. */
static struct app app_start(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	struct app app;

	helper_register_plain(bgt, "silent");
	helper_fire(bgt, "silent");
	if (!instance_wait(bgt, APP, "silent", BGT_INSTANCE_FAILED))
		fail("the first task does not run");
	app.heard = mmap(NULL, sizeof(*app.heard), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (app.heard == MAP_FAILED)
		fail("mmap: %s", strerror(errno));
	app.pid = fork();
	if (!app.pid)
		_exit(run_app(app.heard));
	while (!app.heard->listens) {
		if (now() > end || waitpid(app.pid, NULL, WNOHANG))
			fail("the app does not come up");
		look_later(end);
	}
	return app;
}

static bool app_hears(const struct app *app, unsigned int nr_progress, unsigned int nr_ended)
{
	uint64_t end = now() + DEADLINE;

	while ((app->heard->nr_progress < nr_progress || app->heard->nr_ended < nr_ended) &&
	       now() < end)
		look_later(end);
	return app->heard->nr_progress == nr_progress && app->heard->nr_ended == nr_ended;
}

static void touch(const char *name)
{
	helper_write(name, "");
}

static void let_attach(struct bgt *bgt, const char *name)
{
	helper_register_plain(bgt, name);
	helper_fire(bgt, name);
}

/* A running app is told of progress and ends as they happen, with what the task says. */
TEST_F_TIMEOUT(progress, told, 60)
{
	struct app app = app_start(self->bgt);

	let_attach(self->bgt, "good");
	EXPECT_TRUE(app_hears(&app, 2, 1));
	EXPECT_EQ(50, app.heard->progress[0]);
	EXPECT_EQ(100, app.heard->progress[1]);
	EXPECT_EQ(BGT_INSTANCE_COMPLETED, app.heard->state);
	EXPECT_EQ(0, app.heard->status);
	EXPECT_STREQ("it is done", (const char *)app.heard->message);

	let_attach(self->bgt, "bad");
	EXPECT_TRUE(app_hears(&app, 2, 2));
	EXPECT_EQ(BGT_INSTANCE_FAILED, app.heard->state);
	EXPECT_EQ(-ENETDOWN, app.heard->status);
	EXPECT_STREQ("no network", (const char *)app.heard->message);
	task_kill(app.pid);
}

/*
 * A suspended app is told nothing of what happens meanwhile, not even later; it is told of what
 * comes after.
 */
TEST_F_TIMEOUT(progress, suspended, 60)
{
	const struct bgt_instance *instance = NULL;
	struct app app = app_start(self->bgt);
	uint32_t member = helper_app_member(self->bgt);

	let_attach(self->bgt, "step");
	ASSERT_TRUE(app_hears(&app, 1, 0));
	EXPECT_EQ(10, app.heard->progress[0]);

	member_hold(self->bgt, member, true);
	touch("go");
	/* When the list shows the progress, the task waits for the next file. */
	for (uint64_t end = now() + DEADLINE; now() < end; look_later(end)) {
		instance = instance_look(self->bgt, APP, "step");
		if (instance && instance->progress == 60)
			break;
	}
	ASSERT_NE(NULL, instance);
	ASSERT_EQ(60, instance->progress);
	member_hold(self->bgt, member, false);
	/* The app gets the next event, so an event before it would have come by now. */
	touch("end");
	EXPECT_TRUE(app_hears(&app, 1, 1));
	EXPECT_STREQ("all steps", (const char *)app.heard->message);

	/* It is the same for the end of a task, but the history has the end. */
	member_hold(self->bgt, member, true);
	let_attach(self->bgt, "bad");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED));
	member_hold(self->bgt, member, false);
	let_attach(self->bgt, "good");
	EXPECT_TRUE(app_hears(&app, 3, 2));
	EXPECT_STREQ("it is done", (const char *)app.heard->message);
	instance = instance_look(self->bgt, APP, "bad");
	ASSERT_NE(NULL, instance);
	EXPECT_EQ(-ENETDOWN, instance->status);
	EXPECT_STREQ("no network", instance->message);
	task_kill(app.pid);
}

/* An administrator is told of an app's tasks although the app is suspended. */
TEST_F_TIMEOUT(progress, administrator, 60)
{
	struct app app = app_start(self->bgt);
	const struct bgt_event *event = NULL;
	uint64_t end = now() + DEADLINE;
	struct pollfd fd;

	ASSERT_EQ(0, bgt_task_associate(self->bgt, APP));
	member_hold(self->bgt, helper_app_member(self->bgt), true);
	let_attach(self->bgt, "bad");
	fd = (struct pollfd){ .fd = bgt_fd(self->bgt), .events = POLLIN };
	do {
		poll(&fd, 1, 100);
		while (bgt_next_event(self->bgt, &event) > 0 &&
		       event->type != BGT_EVENT_INSTANCE_ENDED)
			;
	} while ((!event || event->type != BGT_EVENT_INSTANCE_ENDED) && now() < end);
	ASSERT_NE(NULL, event);
	EXPECT_EQ(-ENETDOWN, event->instance->status);
	EXPECT_EQ(0, app.heard->nr_ended);
	task_kill(app.pid);
}

/* An administrator who names no app is told of the tasks of all apps. */
TEST_F_TIMEOUT(progress, of_all_apps, 180)
{
	struct pollfd poll_fd = { .events = POLLIN };
	const struct bgt_event *event;
	uint64_t end = now() + DEADLINE;
	bool first = false, second = false;

	helper_install(self->bgt, OTHER, TASKS);
	helper_register_plain(self->bgt, "silent");
	helper_register(self->bgt, (struct wanted){ .app = OTHER, .name = "silent",
						    .trigger = BGT_TRIGGER_APPLICATION });
	ASSERT_EQ(0, bgt_task_associate(self->bgt, NULL));
	/* Associating twice does not double the events; nor does another helper. */
	ASSERT_EQ(0, bgt_task_associate(self->bgt, APP));
	helper_restart(self->bgt);
	poll_fd.fd = bgt_fd(self->bgt);
	while (bgt_next_event(self->bgt, &event) > 0)
		;
	helper_fire(self->bgt, "silent");
	ASSERT_EQ(0, bgt_trigger_fire(self->bgt, OTHER, "silent", BGT_TRIGGER_APPLICATION, NULL));
	while (!(first && second) && now() < end) {
		if (bgt_next_event(self->bgt, &event) <= 0) {
			poll(&poll_fd, 1, 100);
			continue;
		}
		if (event->type != BGT_EVENT_INSTANCE_ENDED)
			continue;
		EXPECT_STREQ("silent", event->instance->name);
		EXPECT_FALSE(first && !strcmp(event->instance->app, APP));
		first |= !strcmp(event->instance->app, APP);
		second |= !strcmp(event->instance->app, OTHER);
	}
	EXPECT_TRUE(first);
	EXPECT_TRUE(second);
}

/* An app that did not run finds the last instances of its tasks in the history, in their order. */
TEST_F_TIMEOUT(progress, history, 60)
{
	struct bgt_instance *list, *instance;
	unsigned int count = 0;
	uint32_t last = 0;

	helper_register_plain(self->bgt, "good");
	helper_register_plain(self->bgt, "bad");
	helper_register_plain(self->bgt, "silent");
	for (unsigned int i = 0; i < HISTORY - 1; i++) {
		helper_fire(self->bgt, "silent");
		while (instance_count(self->bgt, APP) <= i ||
		       instance_look(self->bgt, APP, "silent")->state != BGT_INSTANCE_FAILED)
			usleep(5000);
	}
	helper_fire(self->bgt, "good");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "good", BGT_INSTANCE_COMPLETED));
	EXPECT_EQ(HISTORY, instance_count(self->bgt, APP));
	helper_fire(self->bgt, "bad");
	ASSERT_NE(NULL, instance_wait(self->bgt, APP, "bad", BGT_INSTANCE_FAILED));
	helper_restart(self->bgt);

	ASSERT_EQ(0, bgt_instance_list(self->bgt, APP, &list));
	for (instance = list; instance; instance = instance->next) {
		EXPECT_GT(instance->id, last);
		last = instance->id;
		count++;
		if (count < HISTORY - 1) {
			/* The exit status of a task that reports nothing. */
			EXPECT_STREQ("silent", instance->name);
			EXPECT_EQ(9, instance->status);
		} else if (count == HISTORY - 1) {
			EXPECT_STREQ("good", instance->name);
			EXPECT_EQ(BGT_INSTANCE_COMPLETED, instance->state);
			EXPECT_EQ(100, instance->progress);
			EXPECT_STREQ("it is done", instance->message);
		} else {
			EXPECT_STREQ("bad", instance->name);
			EXPECT_EQ(BGT_INSTANCE_FAILED, instance->state);
			EXPECT_EQ(-ENETDOWN, instance->status);
		}
	}
	bgt_instance_free(list);
	EXPECT_EQ(HISTORY, count);
}

TEST_HARNESS_MAIN
