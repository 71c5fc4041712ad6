/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lifecycle.c, lifecycle-suspend.c and lifecycle-restart.c have for each other.
 */
#ifndef BGTASKD_LIFECYCLE_INTERNAL_H
#define BGTASKD_LIFECYCLE_INTERNAL_H

#include "lifecycle.h"
#include "payload.h"

/* It is in a state now, which is noted and told. */
void lifecycle_enter(struct app *app, enum bgtask_app_state state);

/* Its socket, if there is one, is told. */
void lifecycle_tell(struct app *app, uint8_t command, const struct payload *payload);

/* Lets it run or stand still; only its UI thread, if tasks run in the others. */
int lifecycle_hold(struct app *app);

/* Whether its container is exempt for its sake. */
void lifecycle_set_exempt(struct app *app, bool exempt);

/* It is to stand still, and has so long (ns) to save its state; or it stands still from now on. */
void lifecycle_suspend(struct app *app, uint64_t time);
void lifecycle_suspended(struct app *app);

/* A socket has come, and is told that as well, unless all is saved. */
void lifecycle_tell_suspending(struct app *app);

/* So long (ns) it has to save its state, or to come back; or what is left of that, or all of it. */
int lifecycle_set_deadline(struct app *app, uint64_t time);
int lifecycle_resume_deadline(struct app *app);

#endif
