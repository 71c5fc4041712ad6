/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of an app itself: it runs, in the foreground or not, is told to save its state, and
 * stands still. Its tasks run whatever it does.
 */
#ifndef BGTASKD_LIFECYCLE_H
#define BGTASKD_LIFECYCLE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

struct app;
struct daemon;

/* Begins the life of an app, which does not run. Returns 0 or -ENOMEM. */
int lifecycle_open(struct app *app);

/*
 * Reads what the helper before has noted, before the app's container is adopted; and goes on from
 * there, when it is. The first returns 0 or a negative errno.
 */
int lifecycle_load(struct app *app);
void lifecycle_resume(struct app *app);

/* The app is removed, and its processes were killed. */
void lifecycle_removed(struct app *app);

/* The app is forgotten; its processes stay what they are. */
void lifecycle_close(struct app *app);

enum bgtask_app_state lifecycle_state(const struct app *app);
bool lifecycle_is_foreground(const struct app *app);

/* What was started as the app; or 0. */
uint32_t lifecycle_pid(const struct app *app);

/* The socket that has attached for the app, and is told of its life; or 0. */
uint32_t lifecycle_peer(const struct app *app);

/* When the user used the app last, CLOCK_BOOTTIME us; 0 for never. */
uint64_t lifecycle_used(const struct app *app);

/* Looks whether processes of the app have come or are all gone. */
void lifecycle_look(struct app *app);

/*
 * Moves an app that is known to run or not, see lifecycle_look(). 0, -EALREADY, -ENOEXEC, -ESRCH,
 * or what has gone wrong.
 */
int lifecycle_move(struct app *app, enum bgtask_app_move move);

/* A socket of the app is told from now on; one that was told is gone. */
void lifecycle_attach(struct app *app, uint32_t peer);
void lifecycle_peer_gone(struct daemon *daemon, uint32_t peer);

/*
 * The app, which is being suspended, has saved its state; and then, it has been answered, so that
 * it may stand still.
 */
void lifecycle_saved(struct app *app);
void lifecycle_saving_ended(struct app *app);

/*
 * For extension.c: the app is suspended later, when its extension has ended; and then it has so
 * much time (ns) to save its state.
 */
void lifecycle_stop_deadline(struct app *app);
void lifecycle_extension_ended(struct app *app, uint64_t time);

/*
 * For activation.c: a task is to run in the app, which is started if it does not run, and runs but
 * for its UI thread if it is suspended. -ENOEXEC if it cannot be started, or what has gone wrong.
 * Then it has ended.
 */
int lifecycle_activate(struct app *app);
void lifecycle_deactivate(struct app *app);

/* The same as the first for a task that the helper before has let run in the app. */
void lifecycle_was_activated(struct app *app);

/* Notes what the next helper has to know. */
void lifecycle_note(const struct app *app);

#endif
