/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An app that carries out the test's commands, and writes down the results and the events that it
 * gets: a copy of the test's own program, which the helper starts.
 */
#ifndef BGTASK_TEST_ACTOR_H
#define BGTASK_TEST_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bgtask.h"

/*
 * Installs the actor as APP. @kind is "attached", "unattached" or "inside". An actor of the last
 * kind has the task "inside", which runs in the app's process, and a UI thread, which counts as
 * long as it runs and holds a lock.
 */
void actor_install(struct bgt *bgt, const char *kind);

/* Installs the actor as another app. */
void actor_install_as(struct bgt *bgt, const char *app, const char *kind);

/* Path of a file that the actor shares with the test. Valid until the next call. */
const char *actor_path(const char *app, const char *what);

/* The size of a line that the actor reads or writes. */
#define ACTOR_LINE_SIZE	128

/*
 * The text of the actor's manifest, with more lines, for helper_install(). Valid until the next
 * call.
 */
const char *actor_manifest(const char *kind, const char *more);

/* Launches the actor, and waits until it listens. Returns its process. */
uint32_t actor_launch(struct bgt *bgt, const char *app);

/*
 * Starts a helper with these settings, and the actor of kind "attached" as APP. Returns its
 * process.
 */
uint32_t actor_begin(struct bgt *bgt, const char *settings);

/*
 * Gives the actor a command: "saved", "close", "share", "finish", "request REASON", "exit";
 * "foreground" to ask for the foreground by itself; "complete STATUS" and "progress N" for the task
 * that runs in it; "lock" to wait for the lock of the UI thread; "burn MS" to use CPU time; "mark
 * TEXT" to say this text; "deaf" to read no events until after the next command; "leave" to close
 * its connection and run on. The actor says the result.
 */
void actor_do(const char *app, const char *command);

/*
 * Waits for the actor's next line, and compares: "suspending", "resuming 1", "revoked
 * system-policy".
 */
bool actor_says(const char *app, const char *text);

/* The actor's next line; "" if the deadline passes. Valid until the next call. */
const char *actor_next(const char *app);

/* Waits until the actor says this text, and skips all lines before. */
bool actor_comes_to_say(const char *app, const char *text);

/* Gives a command, and expects this text as the next line. */
bool actor_does(const char *app, const char *command, const char *text);

/* Sends the actor from the foreground to the background, and lets it be suspended. */
void actor_suspend(struct bgt *bgt, const char *app);

/* How far the actor's UI thread has counted. */
uint64_t actor_beats(const char *app);

/* Whether the actor has said nothing since its last line was read. */
bool actor_is_silent(const char *app);

/* The helper's description of an app. Valid until the next call. */
const struct bgt_app *app_look(struct bgt *bgt, const char *app);

/* Waits until an app is in a state. */
bool app_becomes(struct bgt *bgt, const char *app, enum bgt_app_state state);

/* Whether the app runs in the background because it has an extension. */
bool app_goes_on(struct bgt *bgt, const char *app);

/* Waits until the app is suspended and its processes stand still. */
bool app_is_suspended(struct bgt *bgt, const char *app);

/* Wait until the app's processes, or only its UI thread, stand still or run. */
bool app_stands(struct bgt *bgt, const char *app, bool still);
bool ui_stands(struct bgt *bgt, const char *app, bool still);

#endif
