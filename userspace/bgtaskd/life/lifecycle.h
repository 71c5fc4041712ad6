/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of an app itself: it runs, in the foreground or not, is told to save its state, and
 * stands still. Its tasks run whatever it does.
 */
#ifndef BGTASKD_LIFECYCLE_H
#define BGTASKD_LIFECYCLE_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "store/registry.h"

struct app;
struct daemon;

/* The life of one app. A socket of the app is told of it, once that has attached. */
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
	uint32_t pid;			/* what was started as the app; or 0 */
	int pidfd;			/* the same, if this helper has started it; or -1 */
	sd_event_source *exit;
	struct host *host;
	struct deadline *deadline;	/* to save its state, or for a socket to come back */
	uint64_t until;			/* it may save its state, CLOCK_MONOTONIC us */
	uint64_t left;			/* of that time, ns, while it has an extension */
	struct extension *extension;	/* or NULL; extension.c */
	struct energy_record energy;	/* that extensions have used */
	unsigned int activations;	/* tasks that run in it; activation.c */
	bool has_ui;			/* there is a cgroup of its UI thread; ui.c */
};

void lifecycle_init(struct app *app);

/*
 * Reads what the helper before has noted, before the app's container is adopted; and goes on from
 * there, when it is.
 */
void lifecycle_load(struct app *app);
void lifecycle_resume(struct app *app);

/* The app is removed, and its processes were killed. */
void lifecycle_removed(struct app *app);

/* The app is forgotten; its processes stay what they are. */
void lifecycle_forget(struct app *app);

/* Looks whether processes of the app have come or are all gone. */
void lifecycle_look(struct app *app);

/*
 * Moves an app that is known to run or not, see lifecycle_look(). 0, -EALREADY, -ENOEXEC, -ESRCH,
 * or what has gone wrong.
 */
int lifecycle_move(struct app *app, enum bgtask_app_move move);

/* A socket of the app is told from now on; one that was told is gone. */
void lifecycle_attach(struct app *app, uint32_t peer);
void lifecycle_peer_gone(struct daemon *daemon, uint32_t peer);

/*
 * The app, which is being suspended, has saved its state; and then, it has been answered, so that
 * it may stand still.
 */
void lifecycle_saved(struct app *app);
void lifecycle_saving_ended(struct app *app);

/*
 * For extension.c: the app is suspended later, when its extension has ended; and then it has so
 * much time (ns) to save its state.
 */
void lifecycle_stop_deadline(struct app *app);
void lifecycle_extension_ended(struct app *app, uint64_t time);

/*
 * For activation.c: a task is to run in the app, which is started if it does not run, and runs but
 * for its UI thread if it is suspended. -ENOEXEC if it cannot be started, or what has gone wrong.
 * Then it has ended.
 */
int lifecycle_activate(struct app *app);
void lifecycle_deactivate(struct app *app);

/* Notes what the next helper has to know. */
void lifecycle_note(const struct app *app);

#endif
