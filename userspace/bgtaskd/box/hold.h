/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether an app's processes stand still, and whether its budget may see to that.
 */
#ifndef BGTASKD_HOLD_H
#define BGTASKD_HOLD_H

#include "model/daemon.h"

/* Holds the app's own processes, or releases them. Returns 0 or a negative errno. */
int hold_set(struct app *app, bool held);

/* Holds or releases the thread of the app's UI, if the app has said which thread that is. */
int hold_set_ui(struct app *app, bool held);

/* Whether the app's own processes are held, by whomever. */
bool hold_is_on(const struct app *app);

/*
 * Lets the app run whatever it has spent, or takes that back. As many calls take back as have let
 * it run.
 */
void hold_exempt(struct app *app, bool exempt);

/* The helper before has let the app run, and its container, which is to be adopted, is exempt. */
void hold_was_exempt(struct app *app);

/*
 * Lets an app run while it has to end something, though its budget may be gone; what it uses is
 * charged. If the end is the app's @own wish, it must have some budget left, or it could go on like
 * that for ever. Returns true if the app is reprieved: then hold_reprieve_end() is due.
 */
bool hold_reprieve(struct app *app, bool own);
void hold_reprieve_end(struct app *app);

/* Begins an app's reprieve anew, if it has one, since time stands still for the app. */
void hold_reprieve_again(const struct app *app);

#endif
