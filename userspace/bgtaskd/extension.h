/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extensions: an app may run on in the background, or take its time to save its state.
 */
#ifndef BGTASKD_EXTENSION_H
#define BGTASKD_EXTENSION_H

#include "daemon.h"
#include "lifecycle-note.h"

/*
 * Asks for one, with a description for people, of up to TEXT_MAX bytes. *allowed says whether it is
 * granted, *limit how long it lasts on battery (ns) as things are. -EBUSY if there is one.
 */
int extension_request(struct app *app, enum bgtask_extension_reason reason, const char *description,
		      bool *allowed, uint64_t *limit);

/* Gives it back, and lets the app be suspended if it is in the background. -ENOENT without one. */
int extension_close(struct app *app);

/* Takes it back, if there is one: the app is told, and has a moment. True if there was one. */
bool extension_revoke(struct app *app, enum bgtask_revoked_reason reason);

/* It ends with what it was for; nobody is told. */
void extension_drop(struct app *app);

/* The helper ends; the next one knows of it. */
void extension_forget(struct app *app);

/* Its socket is there, maybe for the first time since the helper was started anew. */
void extension_attached(struct app *app);

/* The app has left the foreground. */
void extension_backgrounded(struct app *app);

/* AC power has come or gone, or an app has got or lost the right to do without. */
void extension_power_changed(struct daemon *daemon);

/* For the next helper. */
void extension_note(const struct app *app, struct lifecycle_note *note);
int extension_restore(struct app *app, const struct lifecycle_note *note);

/* Whether there is one, and why; the description is valid as long as it is. */
bool extension_describe(const struct app *app, enum bgtask_extension_reason *reason,
			const char **description);

/*
 * How far the unlimited part of a day's energy goes (ns): what may be granted on battery, when so
 * much of it is used.
 */
uint64_t extension_grant(uint64_t limit, uint64_t budget, uint64_t used);

#endif
