/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An app that does what a test tells it, and says what it is told: a copy of the test's own
 * program, which the helper starts.
 */
#ifndef BGTASK_TEST_ACTOR_H
#define BGTASK_TEST_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/*
 * Installs it as APP: @kind is "attached", "unattached" or "inside". The last one also has the task
 * "inside", which runs in it, and a UI thread, which counts as long as it runs, and has a lock.
 */
void actor_install(struct bgt *bgt, const char *kind);

/* The same, as another app. */
void actor_install_as(struct bgt *bgt, const char *app, const char *kind);

/* Path of a file that it shares with the test. Valid until the next call. */
const char *actor_path(const char *app, const char *what);

/* What it says, and what it is told, is no longer. */
#define ACTOR_LINE_SIZE	128

/* The lines of its manifest, and more, for helper_install(). Valid until the next call. */
const char *actor_manifest(const char *kind, const char *more);

/* Launches it, and waits until it listens. Returns its process. */
uint32_t actor_launch(struct bgt *bgt, const char *app);

/* A helper with these lines of settings, and the app "attached". Returns its process. */
uint32_t actor_begin(struct bgt *bgt, const char *settings);

/*
 * Tells it to do something: "saved", "close", "share", "finish", "request REASON", "exit"; to ask
 * for the "foreground" itself; "complete STATUS" and "progress N" of what runs in it, "lock" to
 * wait for that of the UI thread, "burn MS" of CPU time; "mark TEXT" to say just that; "deaf" to
 * listen to nobody before it has done what it is told next; "leave" to close its connection, and
 * live on. What comes of it is what it says next.
 */
void actor_do(const char *app, const char *command);

/* Waits until it says this next: "suspending", "resuming 1", "revoked system-policy", "saved 0". */
bool actor_says(const char *app, const char *text);

/* What it says next; "" if the deadline passes. Valid until the next call. */
const char *actor_next(const char *app);

/* Waits until it says this, whatever it says before. */
bool actor_comes_to_say(const char *app, const char *text);

/* Both. */
bool actor_does(const char *app, const char *command, const char *text);

/* Sends it from the foreground to the background, and has it suspended. */
void actor_suspend(struct bgt *bgt, const char *app);

/* How far the UI thread has counted. */
uint64_t actor_beats(const char *app);

/* Whether it has said nothing more. */
bool actor_is_silent(const char *app);

/* What is known of an app. Valid until the next call. */
const struct bgt_app *app_look(struct bgt *bgt, const char *app);

/* Waits until an app is in a state. */
bool app_becomes(struct bgt *bgt, const char *app, enum bgt_app_state state);

/* Whether it is in the background, and runs, as it has an extension. */
bool app_goes_on(struct bgt *bgt, const char *app);

/* Waits until it is suspended and stands still. */
bool app_is_suspended(struct bgt *bgt, const char *app);

/* Waits until its processes stand still, or do not; and the same for its UI thread alone. */
bool app_stands(struct bgt *bgt, const char *app, bool still);
bool ui_stands(struct bgt *bgt, const char *app, bool still);

#endif
