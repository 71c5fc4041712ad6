/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether an app's processes stand still, and whether its budget may see to that.
 */
#ifndef BGTASKD_HOLD_H
#define BGTASKD_HOLD_H

#include "daemon.h"

/* Holds the app's own processes, or releases them. Returns 0 or a negative errno. */
int hold_set(struct app *app, bool held);

/* The same with the thread of its UI, if it has said which that is. */
int hold_set_ui(struct app *app, bool held);

/* Whether they are held, by whomever. */
bool hold_is_on(const struct app *app);

/* Lets the app run whatever it has spent, or no more than before; calls are counted. */
void hold_exempt(struct app *app, bool exempt);

/*
 * Lets an app that has to end something run for the time of that, though its budget may be gone;
 * what it uses is charged. One that has to because it wants to itself must have some budget left,
 * or it could go on like that for ever. Returns whether it is so: then hold_reprieve_end() follows.
 */
bool hold_reprieve(struct app *app, bool own);
void hold_reprieve_end(struct app *app);

/* Time stands still for the app: if it has been reprieved, it is anew. */
void hold_reprieve_again(const struct app *app);

#endif
