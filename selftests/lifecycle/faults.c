// SPDX-License-Identifier: GPL-2.0
/*
 * Every call of the helper fails once that can fail while an app is launched, is suspended and
 * resumed, has extensions, and runs a task itself. See ../tasks/faults.c.
 */
#include <string.h>

#include "actor.h"
#include "attempt.h"
#include "fault.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "power.h"
#include "scene.h"

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
	undo_registration(bgt, "inside");
	undo_instance(bgt, "inside");
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
	return attempt_completes(bgt, "inside");
}

static bool terminate_and_launch(struct bgt *bgt)
{
	uint32_t pid;

	return !bgt_app_terminate(bgt, APP) && app_becomes(bgt, APP, BGT_APP_NOT_RUNNING) &&
	       !bgt_app_launch(bgt, APP, &pid) && actor_comes_to_say(APP, "listening");
}

static const struct step life[] = {
	/* So that what follows can look at it. */
	{ "list", NULL, attempt_list },
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
		fault_each(self->bgt, &life[i]);
}

TEST_HARNESS_MAIN
