/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Presence: whether an app itself runs or is away, which means that it is suspended or has no
 * processes. Others start and suspend the app; this file only finds out.
 */
#ifndef BGTASKD_PRESENCE_H
#define BGTASKD_PRESENCE_H

#include "model/daemon.h"

/*
 * presence_begin() begins to watch an app, which must have its container: the observers
 * app_presence and app_processes are called on changes. It returns 0 or a negative errno. The watch
 * ends when presence_end() was called as often.
 */
int presence_begin(struct app *app);
void presence_end(struct app *app);

/* Whether the app was away at the last look. Only while the app is watched. */
bool presence_is_away(const struct app *app);

/* Whether the app has processes of its own now. Only while the app is watched. */
bool presence_is_populated(struct app *app);

/* Looks whether the app is away now, and calls the observer app_presence if that has changed. */
void presence_look(struct app *app);

/*
 * Looks at the app that an event of the module is about or, if @event is NULL since events were
 * lost, at all apps.
 */
void presence_event(struct daemon *daemon, const struct bgt_event *event);

#endif
