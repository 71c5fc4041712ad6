/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extensions: leave for an app to run on in the background, or to take its time to save its state.
 */
#ifndef BGTASKD_EXTENSION_H
#define BGTASKD_EXTENSION_H

#include "model/daemon.h"

#include "lifecycle-note.h"

/*
 * Asks for an extension, with a description for people of up to TEXT_MAX bytes. *allowed says
 * whether it is granted, *limit how long it may last as things are (ns, or BGTASK_QUOTA_UNLIMITED).
 * Returns 0 or a negative errno: -EBUSY if the app has an extension.
 */
int extension_request(struct app *app, enum bgtask_extension_reason reason, const char *description,
		      bool *allowed, uint64_t *limit);

/*
 * Gives the extension back; an app in the background is suspended then. -ENOENT if there is none.
 */
int extension_close(struct app *app);

/*
 * Revokes the extension: the app is told and, unless it was resumed, has a moment until it is
 * suspended. False if there is no extension.
 */
bool extension_revoke(struct app *app, enum bgtask_revoked_reason reason);

/* Ends the extension, if there is one, without telling anybody. */
void extension_drop(struct app *app);

/* Frees the extension, if there is one, when the helper ends. The next helper goes on with it. */
void extension_forget(struct app *app);

/*
 * To be called when the app has attached, perhaps for the first time since this helper was started.
 */
void extension_attached(struct app *app);

/* To be called when an app that has an extension has left the foreground. */
void extension_backgrounded(struct app *app);

/*
 * To be called when AC power has come or gone, or when the access of an app has changed, on which
 * it depends whether the app has to save energy.
 */
void extension_power_changed(struct daemon *daemon);

/*
 * extension_note() puts the extension into the note for the next helper. extension_restore() makes
 * it again from there, and returns 0 or -ENOMEM.
 */
void extension_note(const struct app *app, struct lifecycle_note *note);
int extension_restore(struct app *app, const struct lifecycle_note *note);

bool extension_is_held(const struct app *app);

/*
 * Whether the app has an extension, with its reason and description, which is valid as long as the
 * extension.
 */
bool extension_describe(const struct app *app, enum bgtask_extension_reason *reason,
			const char **description);

/*
 * How long an extension may last on battery, ns: @limit, or less if so much of the day's energy
 * (@budget) is @used.
 */
uint64_t extension_grant(uint64_t limit, uint64_t budget, uint64_t used);

#endif
