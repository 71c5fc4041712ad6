/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lifecycle.c has for lifecycle-restart.c.
 */
#ifndef BGTASKD_LIFECYCLE_INTERNAL_H
#define BGTASKD_LIFECYCLE_INTERNAL_H

#include "lifecycle.h"

/* It is in a state now, which is noted and told. */
void lifecycle_enter(struct app *app, enum bgtask_app_state state);

/* Lets it run or stand still; only its UI thread, if tasks run in the others. */
int lifecycle_hold(struct app *app);

/* It stands still from now on. */
void lifecycle_suspended(struct app *app);

/* So long (ns) it has to save its state, or to come back. */
int lifecycle_set_deadline(struct app *app, uint64_t time);

#endif
