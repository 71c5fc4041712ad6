/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether an app itself runs, or is away: suspended, or not there at all. Others suspend and start
 * it; this file only finds out.
 */
#ifndef BGTASKD_PRESENCE_H
#define BGTASKD_PRESENCE_H

#include "model/daemon.h"

/*
 * Begins to watch an app: the observers app_presence and app_processes are called when its presence
 * changes, until presence_end() was called as often. The app must have its container. Returns 0 or
 * a negative errno.
 */
int presence_begin(struct app *app);
void presence_end(struct app *app);

/* Whether the app was away when that was last looked at. Only while the app is watched. */
bool presence_is_away(const struct app *app);

/* Whether the app has processes of its own. Only while the app is watched. */
bool presence_is_populated(struct app *app);

/* Looks whether the app is away now. */
void presence_look(struct app *app);

/*
 * Takes an event of the module, which may change the presence of an app; NULL if events were lost.
 */
void presence_event(struct daemon *daemon, const struct bgt_event *event);

#endif
