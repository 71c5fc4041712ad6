// SPDX-License-Identifier: GPL-2.0
/*
 * Every call of the helper fails once that can fail while an app is installed, registers, runs
 * tasks, and comes and goes; and while a helper begins that finds all this. The helper refuses or
 * goes on without, or ends and says why. Nothing that was there is lost, all works when asked
 * again, and nothing is left open or allocated.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actor.h"
#include "fault.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"
#include "task.h"

#define OTHER	"org.example.Other"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n"		\
	"[Task long]\nEntryPoint=/bin/sleep 1000\nTriggers=application time\n"	\
	"[Task kept]\nEntryPoint=/bin/true\nTriggers=time application\n"	\
	"[Task latched]\nEntryPoint=/bin/true\nTriggers=application\n"

FIXTURE(faults) {
	struct bgt *bgt;
};

FIXTURE_SETUP(faults)
{
	scene_begin();
	self->bgt = mutex_connect();
	power_begin(true);
	fault_begin();
}

FIXTURE_TEARDOWN_PARENT(faults)
{
	helper_end();
	fault_end();
	scene_end();
}

/* What is tried while a call fails. */
struct step {
	const char *name;
	/* Undoes what may be left of it; or NULL. */
	void (*undo)(struct bgt *bgt);
	/* Whether all that it is for has come about. */
	bool (*act)(struct bgt *bgt);
};

static unsigned int count_descriptors(void)
{
	unsigned int count = 0;
	char path[32];
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", helper_pid());
	directory = opendir(path);
	if (!directory)
		fail("%s: %s", path, strerror(errno));
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* Whether the helper has ended; not by a signal, and it has said why. */
static bool has_ended(const struct step *step)
{
	int status;

	if (waitpid(helper_pid(), &status, WNOHANG) != helper_pid())
		return false;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_FAILURE)
		fail("%s: the helper has ended with status %d after %s", step->name, status,
		     fault_site());
	return true;
}

static void do_well(struct bgt *bgt, const struct step *step)
{
	if (step->undo)
		step->undo(bgt);
	if (!step->act(bgt))
		fail("%s: %s, after a fault in %s", step->name, bgt_error(bgt), fault_site());
	if (step->undo)
		step->undo(bgt);
}

/* Until nothing is left of the step that has not failed before. */
static void fail_each(struct bgt *bgt, const struct step *step)
{
	unsigned int descriptors, faults = 0, ends = 0;
	uint32_t live;
	bool hit;

	do_well(bgt, step);
	do_well(bgt, step);
	descriptors = count_descriptors();
	live = fault_live();
	fault_remember_live();
	do {
		fault_arm();
		(void)step->act(bgt);
		hit = fault_disarm();
		if (hit) note("%s: %s", step->name, fault_site());
		faults += hit;
		if (has_ended(step)) {
			ends++;
			helper_launch(bgt);
			do_well(bgt, step);
			descriptors = count_descriptors();
			live = fault_live();
			fault_remember_live();
		}
		do_well(bgt, step);
		if (count_descriptors() > descriptors)
			fail("%s: %u descriptors are open instead of %u, after a fault in %s",
			     step->name, count_descriptors(), descriptors, fault_site());
		if (fault_live() > live) {
			fault_note_live();
			fail("%s: %u allocations instead of %u, after a fault in %s", step->name,
			     fault_live(), live, fault_site());
		}
	} while (hit);
	note("%s: %u faults, %u helpers ended", step->name, faults, ends);
}

/* Apps */

static void undo_install(struct bgt *bgt)
{
	int error = bgt_app_remove(bgt, OTHER);

	if (error && error != -ENOENT)
		fail("bgt_app_remove: %s", bgt_error(bgt));
}

static bool install(struct bgt *bgt)
{
	char id[BGT_NAME_MAX + 1];
	char text[512];

	snprintf(text, sizeof(text), "[App]\nId=" OTHER "\nUser=nobody\nClass=free\n%s", TASKS);
	return !bgt_app_install(bgt, helper_write("apps/" OTHER ".bgtask", text), id);
}

static bool install_and_remove(struct bgt *bgt)
{
	return install(bgt) && !bgt_app_remove(bgt, OTHER);
}

static bool set_access(struct bgt *bgt)
{
	return !bgt_app_set_access(bgt, APP, BGT_ACCESS_DENIED_BY_USER) &&
	       !bgt_app_set_access(bgt, APP, BGT_ACCESS_UNSPECIFIED);
}

static bool list(struct bgt *bgt)
{
	struct bgt_instance *instances = NULL;
	struct bgt_task *tasks = NULL;
	struct bgt_app *apps = NULL;
	enum bgt_work_cost cost;
	uint32_t holding, set;
	bool well;

	well = !bgt_app_list(bgt, &apps) && !bgt_task_list(bgt, APP, &tasks) && !bgt_instance_list(bgt, APP, &instances) &&
	       !bgt_condition_get(bgt, &holding, &set, &cost) && apps && tasks;
	bgt_app_free(apps);
	bgt_task_free(tasks);
	bgt_instance_free(instances);
	return well;
}

/* Tasks */

static void unregister(struct bgt *bgt, const char *name)
{
	int error = bgt_task_unregister_by_name(bgt, APP, name, true);

	if (error && error != -ENOENT)
		fail("cannot unregister %s: %s", name, bgt_error(bgt));
}

static void undo_register(struct bgt *bgt)
{
	unregister(bgt, "long");
}

static bool register_task(struct bgt *bgt)
{
	uint32_t id;

	return !helper_try_register(bgt, (struct wanted){
			.name = "long", .trigger = BGT_TRIGGER_TIME, .interval = 3600 * SEC,
			.conditions = BGT_CONDITION_USER_PRESENT, .oneshot = true, .cancel = true,
		}, &id);
}

static bool register_and_unregister(struct bgt *bgt)
{
	return register_task(bgt) &&
	       !bgt_task_unregister_by_name(bgt, APP, "long", false);
}

/*
 * The last instance of a task, in @state or a later one; false if the deadline passes. The helper
 * may be unable to answer.
 */
static bool reaches(struct bgt *bgt, const char *task, enum bgt_instance_state *state,
		    uint32_t *id)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_instance_state least = *state;

	do {
		struct bgt_instance *list = NULL, *instance;
		bool has_reached = false;

		(void)bgt_instance_list(bgt, APP, &list);
		for (instance = list; instance; instance = instance->next) {
			if (strcmp(instance->name, task))
				continue;
			has_reached = instance->state >= least;
			*state = instance->state;
			*id = instance->id;
		}
		bgt_instance_free(list);
		if (has_reached)
			return true;
		look_later(end);
	} while (now() < end);
	return false;
}

/* The last instance has ended, if there is one, in whatever way. */
static void wait_end(struct bgt *bgt, const char *task)
{
	enum bgt_instance_state state = BGT_INSTANCE_COMPLETED;
	uint32_t id;

	if (instance_look(bgt, APP, task) && !reaches(bgt, task, &state, &id))
		fail("%s does not end after a fault in %s", task, fault_site());
}

static bool completes(struct bgt *bgt, const char *task)
{
	enum bgt_instance_state state = BGT_INSTANCE_COMPLETED;
	uint32_t id;

	return reaches(bgt, task, &state, &id) && state == BGT_INSTANCE_COMPLETED;
}

static void undo_run(struct bgt *bgt)
{
	unregister(bgt, "ok");
	wait_end(bgt, "ok");
	helper_register_plain(bgt, "ok");
}

static bool run(struct bgt *bgt)
{
	return !bgt_trigger_fire(bgt, APP, "ok", BGT_TRIGGER_APPLICATION, "an argument") &&
	       completes(bgt, "ok");
}

static void undo_cancel(struct bgt *bgt)
{
	unregister(bgt, "long");
	wait_end(bgt, "long");
}

static bool cancel(struct bgt *bgt)
{
	enum bgt_instance_state state = BGT_INSTANCE_RUNNING;
	uint32_t id;

	if (helper_try_register(bgt, (struct wanted){
			.name = "long", .trigger = BGT_TRIGGER_APPLICATION }, &id) ||
	    bgt_trigger_fire(bgt, APP, "long", BGT_TRIGGER_APPLICATION, "") ||
	    !reaches(bgt, "long", &state, &id) ||
	    bgt_instance_cancel(bgt, id, BGT_CANCEL_ABORT))
		return false;
	state = BGT_INSTANCE_COMPLETED;
	return reaches(bgt, "long", &state, &id) && state == BGT_INSTANCE_CANCELED;
}

static const struct step calls[] = {
	{ "list", NULL, list },
	{ "install", undo_install, install_and_remove },
	{ "access", NULL, set_access },
	{ "register", undo_register, register_and_unregister },
	{ "run", undo_run, run },
	{ "cancel", undo_cancel, cancel },
};

TEST_F_TIMEOUT(faults, calls, 1200)
{
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
	helper_register_plain(self->bgt, "kept");
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		fail_each(self->bgt, &calls[i]);
	/* Nothing of all this is left when it ends. */
	EXPECT_EQ(0, helper_quit());
	fault_remember_live();
	EXPECT_EQ(0, fault_live());
}

/* The life of an app */

/* The app is in the foreground, and has nothing more to say. */
static void undo_life(struct bgt *bgt)
{
	static unsigned int number;
	const char *line;
	char text[32];

	if (app_look(bgt, APP)->state == BGT_APP_NOT_RUNNING)
		actor_launch(bgt, APP);
	if (bgt_app_foreground(bgt, APP))
		fail("cannot come to the foreground: %s, after a fault in %s", bgt_error(bgt),
		     fault_site());
	actor_do(APP, "close");
	do
		line = actor_next(APP);
	while (*line && strncmp(line, "close", 5));
	snprintf(text, sizeof(text), "mark %u", ++number);
	actor_do(APP, text);
	if (!actor_comes_to_say(APP, text))
		fail("the app does not answer after a fault in %s", fault_site());
}

static bool suspend_and_resume(struct bgt *bgt)
{
	if (bgt_app_background(bgt, APP) || !actor_comes_to_say(APP, "suspending"))
		return false;
	actor_do(APP, "saved");
	return app_becomes(bgt, APP, BGT_APP_SUSPENDED) && app_stands(bgt, APP, true) &&
	       !bgt_app_foreground(bgt, APP) && actor_comes_to_say(APP, "resuming 1");
}

static bool extend(struct bgt *bgt)
{
	actor_do(APP, "request unspecified");
	if (strncmp(actor_next(APP), "allowed", 7))
		return false;
	if (bgt_app_background(bgt, APP))
		return false;
	actor_do(APP, "close");
	return actor_comes_to_say(APP, "suspending") && !bgt_app_foreground(bgt, APP);
}

static void undo_inside(struct bgt *bgt)
{
	undo_life(bgt);
	unregister(bgt, "inside");
	wait_end(bgt, "inside");
	helper_register_plain(bgt, "inside");
}

static bool run_inside(struct bgt *bgt)
{
	if (bgt_trigger_fire(bgt, APP, "inside", BGT_TRIGGER_APPLICATION, "an argument") ||
	    !actor_comes_to_say(APP, "activated inside an argument"))
		return false;
	actor_do(APP, "progress 50");
	if (strncmp(actor_next(APP), "progress", 8))
		return false;
	actor_do(APP, "complete 0");
	return completes(bgt, "inside");
}

static bool terminate_and_launch(struct bgt *bgt)
{
	uint32_t pid;

	return !bgt_app_terminate(bgt, APP) && app_becomes(bgt, APP, BGT_APP_NOT_RUNNING) &&
	       !bgt_app_launch(bgt, APP, &pid) && actor_comes_to_say(APP, "listening");
}

static const struct step life[] = {
	/* So that what follows can look at it. */
	{ "list", NULL, list },
	{ "suspend", undo_life, suspend_and_resume },
	{ "extend", undo_life, extend },
	{ "inside", undo_inside, run_inside },
	{ "launch", undo_life, terminate_and_launch },
};

TEST_F_TIMEOUT(faults, life, 1200)
{
	struct helper_settings settings = HELPER_SETTINGS;

	/* What is told to end by an app that was not told does not do so by itself. */
	settings.cancel_timeout = 5 * SEC;
	helper_start_with(self->bgt, &settings);
	actor_install(self->bgt, "inside");
	helper_register_plain(self->bgt, "task");
	actor_launch(self->bgt, APP);
	for (size_t i = 0; i < ARRAY_SIZE(life); i++)
		fail_each(self->bgt, &life[i]);
}

/* Beginning */

/* Whether the helper answers; if not, it has ended. */
static bool comes_up(struct bgt *bgt, const struct step *step)
{
	uint64_t end = now() + DEADLINE;
	enum bgt_work_cost cost;
	uint32_t holding, set;

	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (has_ended(step))
			return false;
		if (now() > end)
			fail("the helper neither answers nor ends after a fault in %s",
			     fault_site());
		look_later(end);
	}
	return true;
}

static long log_size(void)
{
	struct stat status;

	return stat(helper_path("log"), &status) ? 0 : (long)status.st_size;
}

/*
 * All that was registered is there. What ran runs on; or it has ended, as the helper could not watch
 * it. Returns the process.
 */
static uint32_t check_all_is_there(struct bgt *bgt, uint32_t pid)
{
	const struct bgt_instance *instance;
	struct bgt_task *tasks, *task;
	unsigned int count = 0;

	if (bgt_task_list(bgt, APP, &tasks))
		fail("bgt_task_list: %s, after a fault in %s", bgt_error(bgt), fault_site());
	for (task = tasks; task; task = task->next)
		count++;
	bgt_task_free(tasks);
	if (count != 4)
		fail("%u tasks are registered after a fault in %s", count, fault_site());
	instance = instance_look(bgt, APP, "latched");
	if (!instance || instance->state != BGT_INSTANCE_LATCHED)
		fail("latched is %s after a fault in %s", instance ?
		     bgt_instance_state_name(instance->state) : "not there", fault_site());
	instance = instance_look(bgt, APP, "long");
	if (instance && instance->state == BGT_INSTANCE_RUNNING && instance->pid == pid)
		return pid;
	if (!instance || instance->state == BGT_INSTANCE_RUNNING || !*instance->message ||
	    !kill((pid_t)pid, 0))
		fail("long is %s, after a fault in %s", instance ?
		     bgt_instance_state_name(instance->state) : "not there", fault_site());
	note("long: %s", instance->message);
	helper_fire(bgt, "long");
	instance = instance_wait(bgt, APP, "long", BGT_INSTANCE_RUNNING);
	return instance ? instance->pid : 0;
}

TEST_F_TIMEOUT(faults, beginning, 1200)
{
	static const struct step beginning = { .name = "beginning" };
	unsigned int faults = 0, ends = 0, left_open;
	struct bgt *bgt = self->bgt;
	uint32_t pid;
	bool hit, up;
	long size;

	helper_start(bgt);
	helper_install(bgt, APP, TASKS);
	helper_register_plain(bgt, "kept");
	helper_register_plain(bgt, "ok");
	helper_register(bgt, (struct wanted){ .name = "latched",
			.trigger = BGT_TRIGGER_APPLICATION,
			.conditions = BGT_CONDITION_USER_NOT_PRESENT });
	ASSERT_EQ(0, bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT |
				       BGT_CONDITION_USER_NOT_PRESENT, BGT_CONDITION_USER_PRESENT,
				       false));
	helper_fire(bgt, "latched");
	pid = helper_run(bgt, "long")->pid;
	EXPECT_EQ(0, helper_quit());
	EXPECT_EQ(0, fault_live());
	left_open = fault_left_open();
	do {
		size = log_size();
		fault_arm();
		helper_begin();
		up = comes_up(bgt, &beginning);
		hit = fault_disarm();
		if (hit)
			note("%s: %s", up ? "up" : "ended", fault_site());
		faults += hit;
		ends += !up;
		if (!up && log_size() == size)
			fail("the helper has not said why it ends after a fault in %s",
			     fault_site());
		/* Until what could not be removed at once is. */
		if (up)
			pause_for(2 * SEC);
		if (up && helper_quit())
			fail("the helper does not end well after a fault in %s", fault_site());
		if (fault_live()) {
			fault_note_live();
			fail("%u allocations are left after a fault in %s", fault_live(),
			     fault_site());
		}
		if (fault_left_open() > left_open)
			fail("%u descriptors are left open instead of %u after a fault in %s",
			     fault_left_open(), left_open, fault_site());
		helper_launch(bgt);
		pid = check_all_is_there(bgt, pid);
		helper_quit();
	} while (hit);
	note("beginning: %u faults, %u helpers ended", faults, ends);
	helper_launch(bgt);
	do_well(bgt, &calls[4]);
}

TEST_HARNESS_MAIN
