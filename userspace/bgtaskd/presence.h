/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether an app runs itself, or is away: suspended, or not there at all. Others see to that; this
 * is how the helper knows.
 */
#ifndef BGTASKD_PRESENCE_H
#define BGTASKD_PRESENCE_H

#include "daemon.h"

/*
 * Begins to watch it, to say channel_app_changed() and lifecycle_look(), until it is ended as
 * often. The app must have its container. Returns 0 or a negative errno.
 */
int presence_begin(struct app *app);
void presence_end(struct app *app);

/* What was last known; only while it is watched. */
bool presence_is_away(const struct app *app);

/* Whether it has processes; only while it is watched. */
bool presence_is_populated(struct app *app);

/* Looks how it is now. */
void presence_look(struct app *app);

/* What the module says may change it; NULL if something it has said is lost. */
void presence_event(struct daemon *daemon, const struct bgt_event *event);

#endif
