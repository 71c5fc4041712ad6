// SPDX-License-Identifier: GPL-2.0
/*
 * Each call of the helper that can fail fails once while an app is installed, registers and runs
 * tasks, and gives a socket away. The helper refuses the request, does without, or ends and says
 * why; everything works when the test asks again, and nothing is left open or allocated. Then the
 * helper is killed at each of these calls.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attempt.h"
#include "fault.h"
#include "giver.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define OTHER	"org.example.Other"
/* Each run of the task "ok" writes the number of its instance to this file, as a line. */
#define RUNS	HELPER_SAID "/runs"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/sh -c \"echo $BGTASK_INSTANCE >>" RUNS "\"\n"	\
	"Triggers=application\n"						\
	"[Task long]\nEntryPoint=/bin/sleep 1000\nTriggers=application time\n"	\
	"[Task stubborn]\nEntryPoint=/bin/sh -c \"trap '' TERM; exec sleep 1000\"\n"	\
	"Triggers=application\n"						\
	"[Task leaves]\nEntryPoint=/bin/sh -c 'sleep 1000 & exit 0'\n"		\
	"Triggers=application\n"						\
	"[Task kept]\nEntryPoint=/bin/true\nTriggers=time application\n"	\
	"[Task socket]\nEntryPoint=/bin/true\nTriggers=control-channel\n"

FIXTURE(faults) {
	struct bgt *bgt;
};

FIXTURE_SETUP(faults)
{
	scene_begin();
	self->bgt = mutex_connect();
	fault_begin();
}

FIXTURE_TEARDOWN_PARENT(faults)
{
	helper_end();
	fault_end();
	scene_end();
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
	char text[1024];

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
	       !bgt_app_set_access(bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED);
}

/* Tasks */

static void undo_register(struct bgt *bgt)
{
	undo_registration(bgt, "long");
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

/* How many firings of the current registration the helper has acknowledged. */
static unsigned int fired;

/*
 * An acknowledged firing runs exactly once, whenever the helper is killed; a firing that was not
 * acknowledged may run.
 */
static void check_runs(struct bgt *bgt)
{
	unsigned int runs = 0, number, last = 0;
	FILE *file = fopen(RUNS, "re");

	while (file && fscanf(file, "%u", &number) == 1) {
		runs++;
		if (number == last)
			fail("%u has run twice after a fault in %s", number, fault_site());
		last = number;
	}
	if (file)
		fclose(file);
	if (runs < fired || runs > fired + 1)
		fail("%u runs, %u firings after a fault in %s", runs, fired, fault_site());
	(void)unlink(RUNS);
	fired = 0;
}

static void undo_run(struct bgt *bgt)
{
	undo_instance(bgt, "ok");
	/* If calls fail without a kill, a run may fail for want of what the call was for. */
	if (fault_kills())
		check_runs(bgt);
	undo_registration(bgt, "ok");
	helper_register_plain(bgt, "ok");
}

static bool run(struct bgt *bgt)
{
	if (bgt_trigger_fire(bgt, APP, "ok", BGT_TRIGGER_APPLICATION, "an argument"))
		return false;
	fired++;
	return attempt_completes(bgt, "ok");
}

/* Cancels a task that ignores SIGTERM, and so runs until it is killed. */

static void undo_cancel(struct bgt *bgt)
{
	undo_registration(bgt, "stubborn");
	undo_instance(bgt, "stubborn");
}

static bool cancel(struct bgt *bgt)
{
	enum bgt_instance_state state = BGT_INSTANCE_RUNNING;
	uint32_t id;

	if (helper_try_register(bgt, (struct wanted){
			.name = "stubborn", .trigger = BGT_TRIGGER_APPLICATION }, &id) ||
	    bgt_trigger_fire(bgt, APP, "stubborn", BGT_TRIGGER_APPLICATION, "") ||
	    !attempt_reaches(bgt, "stubborn", &state, &id) ||
	    bgt_instance_cancel(bgt, id, BGT_CANCEL_ABORT))
		return false;
	state = BGT_INSTANCE_COMPLETED;
	return attempt_reaches(bgt, "stubborn", &state, &id) &&
	       (state == BGT_INSTANCE_CANCELED || state == BGT_INSTANCE_TERMINATED);
}

/* Channels */

static struct app app;
/* The sockets that the app gives away. */
static int pair[2];

static void undo_channel(struct bgt *bgt)
{
	undo_registration(bgt, "socket");
}

/* Whether the helper has the socket of this descriptor open. */
static bool has_copy(int fd)
{
	struct stat ours, theirs;
	char path[64];

	if (fstat(fd, &ours))
		fail("fstat: %s", strerror(errno));
	for (int i = 0; i < 256; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", helper_pid(), i);
		if (!stat(path, &theirs) && theirs.st_dev == ours.st_dev &&
		    theirs.st_ino == ours.st_ino)
			return true;
	}
	return false;
}

static bool set_channel(struct bgt *bgt)
{
	(void)bgt;
	if (app_register(&app, "socket", pair[0]))
		return false;
	/* Replaces the socket by another one; if that fails, the helper must keep the first one. */
	if (!app_set(&app, "socket", pair[1]))
		return has_copy(pair[1]) && !has_copy(pair[0]);
	/* A helper that is killed loses its sockets, unless a service manager keeps them. */
	if (!fault_kills() && !has_copy(pair[0]))
		fail("the socket is lost after a fault in %s", fault_site());
	return false;
}

static const struct step steps[] = {
	{ "list", NULL, attempt_list },
	{ "install", undo_install, install_and_remove },
	{ "access", NULL, set_access },
	{ "register", undo_register, register_and_unregister },
	{ "run", undo_run, run },
	{ "cancel", undo_cancel, cancel },
};

static const struct step channel = { "channel", undo_channel, set_channel };

static void take_steps(struct bgt *bgt)
{
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		fault_each(bgt, &steps[i]);
	/* Only now, since the helper kills the app when the task "stubborn" does not end. */
	app = app_start();
	fault_each(bgt, &channel);
	app_end(&app);
}

static void begin(struct bgt *bgt)
{
	struct helper_settings settings = HELPER_SETTINGS;

	settings.cancel_timeout = SEC;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		fail("socketpair: %s", strerror(errno));
	helper_start_with(bgt, &settings);
	helper_install(bgt, APP, TASKS);
	helper_register_plain(bgt, "kept");
	if (bgt_app_set_access(bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED))
		fail("bgt_app_set_access: %s", bgt_error(bgt));
}

TEST_F_TIMEOUT(faults, calls, 1200)
{
	begin(self->bgt);
	take_steps(self->bgt);
	/* A helper that ends leaves nothing open or allocated. */
	EXPECT_EQ(0, helper_quit());
	fault_check_left();
}

/*
 * No fault: the child that a task leaves behind is killed with the task, and the helper forgets it.
 */
TEST_F_TIMEOUT(faults, leftovers, 180)
{
	begin(self->bgt);
	helper_register_plain(self->bgt, "leaves");
	helper_fire(self->bgt, "leaves");
	ASSERT_TRUE(attempt_completes(self->bgt, "leaves"));
	/* Longer than the helper takes to find the task's cgroup empty. */
	pause_for(2 * SEC);
	EXPECT_EQ(0, helper_quit());
	fault_check_left();
}

/* The helper is killed where a call could fail. */
TEST_F_TIMEOUT(faults, kills, 1200)
{
	fault_kill();
	begin(self->bgt);
	take_steps(self->bgt);
}

TEST_HARNESS_MAIN
