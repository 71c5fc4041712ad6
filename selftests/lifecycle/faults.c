// SPDX-License-Identifier: GPL-2.0
/*
 * Each call of the helper that can fail fails once while an app is launched, suspended and resumed,
 * has extensions, and runs a task in its process. See ../tasks/faults.c.
 */
#include <string.h>

#include "actor.h"
#include "attempt.h"
#include "fault.h"
#include "faults.h"
#include "helper.h"
#include "scene.h"

/* Brings the app to the foreground, and reads all that it has to say. */
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

/* Waits until the app is in a state; false if the deadline passes, or the helper has ended. */
static bool becomes(struct bgt *bgt, enum bgt_app_state state)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_app *list, *known;
	bool has_become = false;

	while (!has_become && now() < end && !bgt_app_list(bgt, &list)) {
		for (known = list; known; known = known->next)
			has_become |= !strcmp(known->id, APP) && known->state == state;
		bgt_app_free(list);
		if (!has_become)
			look_later(end);
	}
	return has_become;
}

/* Waits until the app's processes stand still, which the module says. */
static bool stands(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_member *list, *member;
	bool frozen = false;

	while (!frozen && now() < end) {
		if (bgt_member_list(bgt, helper_container(bgt)->id, &list))
			fail("bgt_member_list: %s", bgt_error(bgt));
		for (member = list; member; member = member->next)
			frozen |= member->role == BGT_ROLE_APP && member->frozen;
		bgt_member_free(list);
		if (!frozen)
			look_later(end);
	}
	return frozen;
}

static bool suspend_and_resume(struct bgt *bgt)
{
	if (bgt_app_background(bgt, APP) || !actor_comes_to_say(APP, "suspending"))
		return false;
	actor_do(APP, "saved");
	return becomes(bgt, BGT_APP_SUSPENDED) && stands(bgt) &&
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
	undo_registration(bgt, "inside");
	undo_instance(bgt, "inside");
	/* If the task did not end when it was cancelled, the helper has killed the app. */
	undo_life(bgt);
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

	return !bgt_app_terminate(bgt, APP) && becomes(bgt, BGT_APP_NOT_RUNNING) &&
	       !bgt_app_launch(bgt, APP, &pid) && actor_comes_to_say(APP, "listening");
}

static const struct step life[] = {
	/* Fails first, so that the steps that follow can list apps. */
	{ "list", NULL, attempt_list },
	{ "suspend", undo_life, suspend_and_resume },
	{ "extend", undo_life, extend },
	{ "inside", undo_inside, run_inside },
	{ "launch", undo_life, terminate_and_launch },
};

static void live(struct bgt *bgt)
{
	struct helper_settings settings = HELPER_SETTINGS;

	/* A task in an app that was not told of its cancellation ends only by this timeout. */
	settings.cancel_timeout = 5 * SEC;
	helper_start_with(bgt, &settings);
	actor_install(bgt, "inside");
	helper_register_plain(bgt, "task");
	actor_launch(bgt, APP);
	for (size_t i = 0; i < ARRAY_SIZE(life); i++)
		fault_each(bgt, &life[i]);
}

TEST_F_TIMEOUT(faults, life, 1200)
{
	live(self->bgt);
}

/* The helper is killed where a call could fail. */
TEST_F_TIMEOUT(faults, kills, 1200)
{
	fault_kill();
	live(self->bgt);
}

TEST_HARNESS_MAIN
