// SPDX-License-Identifier: GPL-2.0
/*
 * Every call of the helper fails once that can fail while an app is installed, registers and runs
 * tasks, and gives a socket away. The helper refuses what was asked for, or goes on without, or
 * ends and says why; all works when the test asks again, and nothing is left open or allocated.
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

#define OTHER	"org.example.Other"
#define TASKS									\
	"[Task ok]\nEntryPoint=/bin/true\nTriggers=application\n"		\
	"[Task long]\nEntryPoint=/bin/sleep 1000\nTriggers=application time\n"	\
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

static void undo_run(struct bgt *bgt)
{
	undo_registration(bgt, "ok");
	undo_instance(bgt, "ok");
	helper_register_plain(bgt, "ok");
}

static bool run(struct bgt *bgt)
{
	return !bgt_trigger_fire(bgt, APP, "ok", BGT_TRIGGER_APPLICATION, "an argument") &&
	       attempt_completes(bgt, "ok");
}

static void undo_cancel(struct bgt *bgt)
{
	undo_registration(bgt, "long");
	undo_instance(bgt, "long");
}

static bool cancel(struct bgt *bgt)
{
	enum bgt_instance_state state = BGT_INSTANCE_RUNNING;
	uint32_t id;

	if (helper_try_register(bgt, (struct wanted){
			.name = "long", .trigger = BGT_TRIGGER_APPLICATION }, &id) ||
	    bgt_trigger_fire(bgt, APP, "long", BGT_TRIGGER_APPLICATION, "") ||
	    !attempt_reaches(bgt, "long", &state, &id) ||
	    bgt_instance_cancel(bgt, id, BGT_CANCEL_ABORT))
		return false;
	state = BGT_INSTANCE_COMPLETED;
	return attempt_reaches(bgt, "long", &state, &id) && state == BGT_INSTANCE_CANCELED;
}

/* Channels */

static struct app app;
/* What it has. */
static int pair[2];

static void undo_channel(struct bgt *bgt)
{
	undo_registration(bgt, "socket");
}

/* Whether the helper has a copy of a descriptor. */
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
	/* Another one in its place; or the first is kept. */
	if (!app_set(&app, "socket", pair[1]))
		return has_copy(pair[1]) && !has_copy(pair[0]);
	if (!has_copy(pair[0]))
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

TEST_F_TIMEOUT(faults, calls, 1200)
{
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
	helper_register_plain(self->bgt, "kept");
	ASSERT_EQ(0, bgt_app_set_access(self->bgt, APP, BGT_ACCESS_ALWAYS_ALLOWED));
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
		fault_each(self->bgt, &steps[i]);
	/* A task that does not end when it is cancelled takes the app with it: that is over. */
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	app = app_start();
	fault_each(self->bgt, &channel);
	app_end(&app);
	/* Nothing of all this is left when it ends. */
	EXPECT_EQ(0, helper_quit());
	fault_check_left();
}

TEST_HARNESS_MAIN
