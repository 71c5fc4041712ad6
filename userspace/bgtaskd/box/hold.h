/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Holding an app's processes, and exempting or reprieving the app, so that a spent budget does not
 * freeze it.
 */
#ifndef BGTASKD_HOLD_H
#define BGTASKD_HOLD_H

#include "model/daemon.h"

/* Holds the app's own processes, or releases them. Returns 0 or a negative errno. */
int hold_set(struct app *app, bool held);

/*
 * Holds or releases the app's UI thread, if the app has said which thread that is. Returns 0 or a
 * negative errno.
 */
int hold_set_ui(struct app *app, bool held);

/* Whether the app's own processes are held, whoever holds them. */
bool hold_is_on(const struct app *app);

/*
 * Exempts the app from its budget, or ends that. The app is exempt until as many calls have ended
 * the exemption as have begun it.
 */
void hold_exempt(struct app *app, bool exempt);

/*
 * Counts an exemption that the helper before has begun. The app's container, which is still to be
 * adopted, is exempt already.
 */
void hold_was_exempt(struct app *app);

/*
 * Reprieves an app: it runs on for the cancel timeout, even if its budget is spent, so that an
 * instance can end; what it uses is charged. If the app itself wants the end (@own), it is
 * reprieved only if it has some budget left; otherwise it could run on for ever by cancelling one
 * instance after another. Returns true if the app is reprieved; then hold_reprieve_end() is due.
 */
bool hold_reprieve(struct app *app, bool own);
void hold_reprieve_end(struct app *app);

/*
 * Begins an app's reprieve anew, if it has one: its deadline has stood still while the reprieve has
 * gone on.
 */
void hold_reprieve_again(const struct app *app);

#endif
