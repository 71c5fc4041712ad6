/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Notes: what the next helper has to know of an app's life, until the next boot.
 */
#ifndef BGTASKD_LIFECYCLE_NOTE_H
#define BGTASKD_LIFECYCLE_NOTE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

#include "store/registry.h"

struct lifecycle_note {
	enum bgtask_app_state state;
	bool foreground;
	bool exempt;			/* the app itself needs its container to be exempt */
	bool attached;			/* a socket had attached, and is to attach again */
	bool saving_over;		/* its extension to save data was revoked */
	bool saved;			/* while it is being suspended: its state is saved */
	uint32_t pid;			/* process of the program; or 0 */
	uint64_t until;			/* end of its time to save its state, CLOCK_MONOTONIC us */
	uint64_t left;			/* rest of that time, ns, while it has an extension */
	bool extended;			/* it has an extension, which has the following */
	enum bgtask_extension_reason reason;
	uint64_t used;			/* last by the user, CLOCK_BOOTTIME us; 0 for never */
	uint64_t since;			/* when it left the foreground, CLOCK_BOOTTIME us; or 0 */
	uint64_t counted;		/* see struct extension */
	char description[TEXT_MAX + 1];	/* of the extension, for people */
};

/*
 * Writes the note of an app into a directory, or removes it if the app does not run. Returns 0 or a
 * negative errno.
 */
int lifecycle_note_write(const char *directory, const char *app, const struct lifecycle_note *note);

/* Reads the note of an app from a directory. False if there is no valid note. */
bool lifecycle_note_read(const char *directory, const char *app, struct lifecycle_note *note);

#endif
