/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of this folder know of an app's life, and have for each other.
 */
#ifndef BGTASKD_LIFECYCLE_INTERNAL_H
#define BGTASKD_LIFECYCLE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "link/payload.h"
#include "store/registry.h"

#include "lifecycle.h"

struct deadline;
struct extension;
struct host;

/* The life of one app. */
struct lifecycle {
	enum bgtask_app_state state;
	bool foreground;
	bool exempt;			/* its container is that for the app's sake */
	bool saved;			/* it has said so while it is being suspended */
	bool saving_over;		/* it has had its extension to save data, and has to end */
	bool watched;			/* by presence.c */
	uint64_t used;			/* by the user last, CLOCK_BOOTTIME us; 0 for never */
	uint32_t peer;			/* the socket that is told; or 0 */
	bool attached;			/* there is one, or will be when a new helper has come */
	struct deadline *deadline;	/* to save its state, or for a socket to come back */
	uint64_t until;			/* it may save its state, CLOCK_MONOTONIC us */
	uint64_t left;			/* of that time, ns, while it has an extension */
	unsigned int activations;	/* tasks that run in it */
	/* program.c */
	uint32_t pid;			/* what was started as the app; or 0 */
	int pidfd;			/* the same, if this helper has started it; or -1 */
	sd_event_source *exit;
	struct host *host;
	/* extension.c */
	struct extension *extension;	/* or NULL */
	struct energy_record energy;	/* that extensions have used */
};

/* Puts an app into a state, which is noted for the next helper and told to listeners. */
void lifecycle_enter(struct app *app, enum bgtask_app_state state);

/* Tells the app's socket, if there is one. */
void lifecycle_tell(struct app *app, uint8_t command, const struct payload *payload);

/*
 * Lets the app run or stand still, as its state says; only its UI thread stands still if tasks run
 * in other threads.
 */
int lifecycle_hold(struct app *app);

/* Says whether the app's container is exempt from its budget for the app's sake. */
void lifecycle_set_exempt(struct app *app, bool exempt);

/*
 * Tells the app that it is to stand still, and has so long (ns) to save its state; or lets it stand
 * still from now on.
 */
void lifecycle_suspend(struct app *app, uint64_t time);
void lifecycle_suspended(struct app *app);

/*
 * Tells a socket that has come that the app is being suspended, unless its state is saved already.
 */
void lifecycle_tell_suspending(struct app *app);

/*
 * Sets the time (ns) that the app has to save its state, or its socket to come back; or sets again
 * what is left of it when a new helper has come, which is all of it if an extension or a debugger
 * has held it up.
 */
int lifecycle_set_deadline(struct app *app, uint64_t time);
int lifecycle_resume_deadline(struct app *app);

#endif
