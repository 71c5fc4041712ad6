/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lifecycle.c, lifecycle-suspend.c and lifecycle-restart.c have for each other.
 */
#ifndef BGTASKD_LIFECYCLE_INTERNAL_H
#define BGTASKD_LIFECYCLE_INTERNAL_H

#include "link/payload.h"

#include "lifecycle.h"

/* Puts an app into a state, which is noted for the next helper and told to listeners. */
void lifecycle_enter(struct app *app, enum bgtask_app_state state);

/* Tells the app's socket, if there is one. */
void lifecycle_tell(struct app *app, uint8_t command, const struct payload *payload);

/*
 * Lets the app run or stand still, as its state says; only its UI thread stands still if tasks run
 * in other threads.
 */
int lifecycle_hold(struct app *app);

/* Says whether the app's container is exempt from its budget for the app's sake. */
void lifecycle_set_exempt(struct app *app, bool exempt);

/*
 * Tells the app that it is to stand still, and has so long (ns) to save its state; or lets it stand
 * still from now on.
 */
void lifecycle_suspend(struct app *app, uint64_t time);
void lifecycle_suspended(struct app *app);

/*
 * Tells a socket that has come that the app is being suspended, unless its state is saved already.
 */
void lifecycle_tell_suspending(struct app *app);

/*
 * Sets the time (ns) that the app has to save its state, or its socket to come back; or sets again
 * what is left of it when a new helper has come, which is all of it if an extension or a debugger
 * has held it up.
 */
int lifecycle_set_deadline(struct app *app, uint64_t time);
int lifecycle_resume_deadline(struct app *app);

#endif
