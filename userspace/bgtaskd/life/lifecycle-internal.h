/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of an app, which only the files of this folder know, and what they offer to each other.
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
	bool exempt;			/* the app itself needs its container to be exempt */
	bool saved;			/* while it is being suspended: its state is saved */
	bool saving_over;		/* its extension to save data was revoked */
	bool watched;			/* presence.c watches it */
	uint64_t used;			/* last by the user, CLOCK_BOOTTIME us; 0 for never */
	uint32_t peer;			/* the socket that has attached to this helper; or 0 */
	bool attached;			/* a socket has attached to this helper or the one before */
	struct deadline *deadline;	/* to save its state, or for the socket to attach again */
	uint64_t until;			/* end of its time to save its state, CLOCK_MONOTONIC us */
	uint64_t left;			/* rest of that time, ns, while it has an extension */
	unsigned int activations;	/* instances that run in it */
	/* program.c */
	uint32_t pid;			/* process of the program; or 0 */
	int pidfd;			/* of this process; or -1 */
	sd_event_source *exit;		/* event: the program has ended */
	struct host *host;		/* of the process, if this helper has started it; or NULL */
	/* extension.c */
	struct extension *extension;	/* or NULL */
	struct energy_record energy;	/* used by extensions today */
};

/* Puts an app into a state, which is noted for the next helper and told to listeners. */
void lifecycle_enter(struct app *app, enum bgtask_app_state state);

/* Tells the app's socket, if there is one. */
void lifecycle_tell(struct app *app, uint8_t command, const struct payload *payload);

/*
 * Holds the app's processes or releases them, as the app's state says; only the UI thread is held
 * while instances run in a suspended app. Returns 0 or a negative errno.
 */
int lifecycle_hold(struct app *app);

/* Says whether the app itself needs its container to be exempt from its budget. */
void lifecycle_set_exempt(struct app *app, bool exempt);

/*
 * lifecycle_suspend() begins to suspend the app, which is told and has @time (ns) to save its
 * state; lifecycle_suspended() has it stand still from now on.
 */
void lifecycle_suspend(struct app *app, uint64_t time);
void lifecycle_suspended(struct app *app);

/*
 * Tells a socket that has attached that the app is being suspended, unless its state is saved
 * already.
 */
void lifecycle_tell_suspending(struct app *app);

/*
 * lifecycle_set_deadline() sets the time (ns) for the app to save its state, or for its socket to
 * attach again. lifecycle_resume_deadline() does so after a restart of the helper, with the time
 * that was left, or with all of it if the app has an extension or is traced. Both return 0 or a
 * negative errno.
 */
int lifecycle_set_deadline(struct app *app, uint64_t time);
int lifecycle_resume_deadline(struct app *app);

#endif
