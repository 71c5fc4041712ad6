/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of an app itself: it runs, in the foreground or not, is told to save its state, and
 * stands still. Its tasks run whatever the app does.
 */
#ifndef BGTASKD_LIFECYCLE_H
#define BGTASKD_LIFECYCLE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

struct app;
struct daemon;

/* Begins the life of an app, which does not run at first. Returns 0 or -ENOMEM. */
int lifecycle_open(struct app *app);

/*
 * lifecycle_load() reads what the helper before has noted, before the app's container is adopted,
 * and returns 0 or a negative errno. lifecycle_resume() goes on from there afterwards.
 */
int lifecycle_load(struct app *app);
void lifecycle_resume(struct app *app);

/* To be called when the app is removed and its processes were killed. */
void lifecycle_removed(struct app *app);

/* Ends the life of an app that is forgotten; its processes are left as they are. */
void lifecycle_close(struct app *app);

enum bgtask_app_state lifecycle_state(const struct app *app);
bool lifecycle_is_foreground(const struct app *app);

/* The process of the app's program; 0 if the helper has not started it, or if it has ended. */
uint32_t lifecycle_pid(const struct app *app);

/* The socket that has attached for the app and is told of its life; or 0. */
uint32_t lifecycle_peer(const struct app *app);

/* When the user used the app last, CLOCK_BOOTTIME us; 0 for never. */
uint64_t lifecycle_used(const struct app *app);

/* Looks whether the app has processes, and follows if it was started or has ended. */
void lifecycle_look(struct app *app);

/*
 * Moves an app to another state; lifecycle_look() is to be called before. Returns 0 or a negative
 * errno: -EALREADY if an app to be launched runs, -ENOEXEC if its manifest has no Exec, -ESRCH if
 * any other app does not run.
 */
int lifecycle_move(struct app *app, enum bgtask_app_move move);

/*
 * lifecycle_attach() makes @peer the socket that is told of the app's life; lifecycle_peer_gone()
 * forgets a socket that was closed.
 */
void lifecycle_attach(struct app *app, uint32_t peer);
void lifecycle_peer_gone(struct daemon *daemon, uint32_t peer);

/*
 * lifecycle_saved() notes that an app that is being suspended has saved its state.
 * lifecycle_saving_ended() has it stand still, once the caller has answered the app.
 */
void lifecycle_saved(struct app *app);
void lifecycle_saving_ended(struct app *app);

/*
 * For extension.c: lifecycle_stop_deadline() stops the time to save the state while the app has an
 * extension. lifecycle_extension_ended() suspends an app in the background, which then has @time
 * (ns) to save its state.
 */
void lifecycle_stop_deadline(struct app *app);
void lifecycle_extension_ended(struct app *app, uint64_t time);

/*
 * For activation.c: lifecycle_activate() lets the app run for an instance. The app is started if it
 * does not run; if it is suspended, all but its UI thread runs. Returns 0 or a negative errno:
 * -ENOEXEC if the manifest has no Exec. lifecycle_deactivate() is called when the instance has
 * ended.
 */
int lifecycle_activate(struct app *app);
void lifecycle_deactivate(struct app *app);

/* Counts an instance for which the helper before has called lifecycle_activate(). */
void lifecycle_was_activated(struct app *app);

/* Writes the note of the app for the next helper. */
void lifecycle_note(const struct app *app);

#endif
