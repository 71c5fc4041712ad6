/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the next helper has to know of an app's life, until the next boot.
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
	bool exempt;			/* it runs whatever it has spent */
	bool attached;			/* a socket of it was told, and comes back */
	bool saving_over;		/* it has had its extension to save data */
	bool saved;			/* it has said so while it is being suspended */
	uint32_t pid;			/* of what was started as the app; or 0 */
	uint64_t until;			/* it may save its state, CLOCK_MONOTONIC us */
	uint64_t left;			/* of the time for that, ns, while it has an extension */
	bool extended;
	enum bgtask_extension_reason reason;
	uint64_t used;			/* by the user, CLOCK_BOOTTIME us; or 0 */
	uint64_t since;			/* in the background, CLOCK_BOOTTIME us; or 0 */
	uint64_t counted;		/* how far its energy has been counted; or 0 */
	char description[TEXT_MAX + 1];	/* of its extension */
};

/* Writes the note of an app into a directory, or removes it if the app does not run. */
int lifecycle_note_write(const char *directory, const char *app, const struct lifecycle_note *note);

/* Reads the note of an app. False if there is none, or none that makes sense. */
bool lifecycle_note_read(const char *directory, const char *app, struct lifecycle_note *note);

#endif
