/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extensions: an app may run on in the background, or take its time to save its state.
 */
#ifndef BGTASKD_EXTENSION_H
#define BGTASKD_EXTENSION_H

#include "model/daemon.h"

#include "lifecycle-note.h"

/*
 * Asks for an extension, with a description for people, of up to TEXT_MAX bytes. *allowed says
 * whether it is granted, *limit how long it lasts on battery (ns) as things are. -EBUSY if the app
 * has one.
 */
int extension_request(struct app *app, enum bgtask_extension_reason reason, const char *description,
		      bool *allowed, uint64_t *limit);

/*
 * Gives the extension back; an app in the background is suspended then. -ENOENT if there is none.
 */
int extension_close(struct app *app);

/* Takes the extension back: the app is told, and has a moment to end. False if there is none. */
bool extension_revoke(struct app *app, enum bgtask_revoked_reason reason);

/* Ends the extension, since what it was for has ended; nobody is told. */
void extension_drop(struct app *app);

/* To be called when the helper ends. The next one goes on with the extension. */
void extension_forget(struct app *app);

/*
 * To be called when the app's socket is there, perhaps for the first time since this helper was
 * started.
 */
void extension_attached(struct app *app);

/* The app has left the foreground. */
void extension_backgrounded(struct app *app);

/* AC power has come or gone, or an app has got or lost the right to do without. */
void extension_power_changed(struct daemon *daemon);

/* For the next helper. */
void extension_note(const struct app *app, struct lifecycle_note *note);
int extension_restore(struct app *app, const struct lifecycle_note *note);

bool extension_is_held(const struct app *app);

/* Whether the app has an extension, and why; the description is valid as long as the extension. */
bool extension_describe(const struct app *app, enum bgtask_extension_reason *reason,
			const char **description);

/*
 * How far the unlimited part of a day's energy goes (ns): what may be granted on battery, when so
 * much of it is used.
 */
uint64_t extension_grant(uint64_t limit, uint64_t budget, uint64_t used);

#endif
