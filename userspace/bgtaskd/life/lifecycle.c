// SPDX-License-Identifier: GPL-2.0
/*
 * not running ──launch──► running ──background──► suspending ──saved, deadline──► suspended
 *      ▲                   ▲   ▲                      │                              │
 *      │                   │   └──foreground, resume──┴──────foreground, resume──────┘
 *      └──all processes have ended, in whatever state
 *
 * An app for which no socket has attached, as it knows nothing of this, is suspended at once. A
 * state is noted before it is acted on, so that the next helper goes on from there; but an app is
 * brought to the foreground before that is noted, as somebody waits for it.
 */
#include "lifecycle-internal.h"

#include <errno.h>
#include <string.h>

#include "box/container.h"
#include "box/deadline.h"
#include "box/hold.h"
#include "box/presence.h"
#include "model/app.h"
#include "model/daemon.h"
#include "model/observers.h"

#include "extension.h"
#include "program.h"

void lifecycle_enter(struct app *app, enum bgtask_app_state state)
{
	app->life->state = state;
	lifecycle_note(app);
	app->daemon->observers->app_event(app, BGTASK_CMD_APP_CHANGED_NTF);
}

void lifecycle_set_exempt(struct app *app, bool exempt)
{
	if (app->life->exempt == exempt)
		return;
	app->life->exempt = exempt;
	hold_exempt(app, exempt);
}

void lifecycle_tell(struct app *app, uint8_t command, const struct payload *payload)
{
	if (app->life->peer)
		(void)relay_tell(app->daemon->relay, app->life->peer, command, payload);
}

static void tell_resuming(struct app *app)
{
	struct payload payload;

	payload_init(&payload);
	payload_u8(&payload, BGTASK_A_APP_FOREGROUND, app->life->foreground);
	lifecycle_tell(app, BGTASK_CMD_APP_RESUMING_NTF, &payload);
}

static void watch(struct app *app)
{
	if (!app->life->watched && !app_prepare(app) && !presence_begin(app))
		app->life->watched = true;
}

int lifecycle_hold(struct app *app)
{
	bool suspended = app->life->state == BGTASK_APP_STATE_SUSPENDED;
	int error, ui_error;

	if (!suspended || !app->life->activations) {
		error = hold_set(app, suspended);
		ui_error = hold_set_ui(app, suspended);
		return error ? error : ui_error;
	}
	error = hold_set_ui(app, true);
	return error ? error : hold_set(app, false);
}

static void set_foreground(struct app *app, bool foreground)
{
	if (app->life->foreground == foreground)
		return;
	app->life->foreground = foreground;
	/* An app in the foreground has no limits. */
	app->daemon->observers->app_moved(app);
}

static void lose_foreground(struct app *app)
{
	if (app->life->foreground &&
	    sd_event_now(app->daemon->event, CLOCK_BOOTTIME, &app->life->used) < 0)
		app->life->used = 0;
	set_foreground(app, false);
}

/* The app has ended: the last of its processes is gone, for whatever reason. */
static void end(struct app *app)
{
	struct lifecycle *life = app->life;
	bool was_suspended = life->state == BGTASK_APP_STATE_SUSPENDED;

	deadline_end(&life->deadline);
	extension_drop(app);
	life->state = BGTASK_APP_STATE_NOT_RUNNING;
	app->daemon->observers->app_ended(app);
	/* Otherwise the next process that is started in the app's cgroup would be frozen. */
	if (was_suspended)
		(void)lifecycle_hold(app);
	lifecycle_set_exempt(app, false);
	lose_foreground(app);
	life->pid = 0;
	life->peer = 0;
	life->attached = false;
	life->saving_over = false;
	if (life->watched)
		presence_end(app);
	life->watched = false;
	lifecycle_enter(app, BGTASK_APP_STATE_NOT_RUNNING);
}

void lifecycle_look(struct app *app)
{
	struct lifecycle *life = app->life;
	bool was_watched = life->watched;

	watch(app);
	if (!life->watched)
		return;
	if (life->state != BGTASK_APP_STATE_NOT_RUNNING) {
		if (!presence_is_populated(app))
			end(app);
	} else if (presence_is_populated(app)) {
		/* Somebody other than the helper has started the app. */
		lifecycle_enter(app, BGTASK_APP_STATE_RUNNING);
	} else if (!was_watched) {
		presence_end(app);
		life->watched = false;
	}
}

static int start(struct app *app, enum bgtask_app_state state)
{
	struct lifecycle *life = app->life;
	int error;

	if (!app->manifest->exec)
		return -ENOEXEC;
	error = app_prepare(app);
	if (error)
		return error;
	/* The program of before has ended, but that may not have been noticed yet. */
	program_forget(app);
	/* The app may have ended unnoticed while it was held, and its cgroup is held still. */
	(void)lifecycle_hold(app);
	life->state = state;
	if (state == BGTASK_APP_STATE_RUNNING) {
		set_foreground(app, true);
		lifecycle_set_exempt(app, true);
	}
	lifecycle_note(app);
	watch(app);
	error = life->watched ? program_start(app) : -EIO;
	if (!error)
		lifecycle_enter(app, state);
	else
		end(app);
	return error;
}

static int launch(struct app *app)
{
	if (app->life->state != BGTASK_APP_STATE_NOT_RUNNING)
		return -EALREADY;
	return start(app, BGTASK_APP_STATE_RUNNING);
}

int lifecycle_activate(struct app *app)
{
	struct lifecycle *life = app->life;
	int error = 0;

	lifecycle_look(app);
	if (life->state == BGTASK_APP_STATE_NOT_RUNNING) {
		/* The app is not in the foreground, and stands still when the task has ended. */
		error = start(app, BGTASK_APP_STATE_SUSPENDED);
		life->activations += !error;
		return error;
	}
	if (!life->activations++ && life->state == BGTASK_APP_STATE_SUSPENDED)
		error = lifecycle_hold(app);
	life->activations -= !!error;
	return error;
}

void lifecycle_was_activated(struct app *app)
{
	app->life->activations++;
}

void lifecycle_deactivate(struct app *app)
{
	struct lifecycle *life = app->life;

	if (!--life->activations && life->state == BGTASK_APP_STATE_SUSPENDED)
		(void)lifecycle_hold(app);
}

static int run(struct app *app, bool foreground)
{
	struct lifecycle *life = app->life;
	enum bgtask_app_state before = life->state;
	bool was_foreground = life->foreground;
	int error = 0;

	if (before == BGTASK_APP_STATE_SUSPENDED) {
		life->state = BGTASK_APP_STATE_RUNNING;
		error = lifecycle_hold(app);
	}
	if (error) {
		life->state = before;
		(void)lifecycle_hold(app);
		return error;
	}
	life->saving_over = false;
	lifecycle_set_exempt(app, true);
	if (foreground)
		set_foreground(app, true);
	if (before == BGTASK_APP_STATE_SUSPENDING || (foreground && !was_foreground))
		(void)extension_revoke(app, BGTASK_REVOKED_REASON_RESUMED);
	/*
	 * With an extension, the deadline is that for the app's socket to attach again, and stays.
	 */
	if (!life->extension)
		deadline_end(&life->deadline);
	if (before != BGTASK_APP_STATE_RUNNING || was_foreground != life->foreground)
		lifecycle_enter(app, BGTASK_APP_STATE_RUNNING);
	if (before != BGTASK_APP_STATE_RUNNING)
		tell_resuming(app);
	return 0;
}

static int leave_foreground(struct app *app)
{
	struct lifecycle *life = app->life;
	bool was_foreground = life->foreground;

	lose_foreground(app);
	if (life->state != BGTASK_APP_STATE_RUNNING)
		return 0;
	if (life->extension) {
		/* An app that is in the background already gets no more time. */
		if (!was_foreground)
			return 0;
		extension_backgrounded(app);
		lifecycle_enter(app, BGTASK_APP_STATE_RUNNING);
	} else {
		lifecycle_suspend(app, app->daemon->config.suspend_timeout);
	}
	return 0;
}

static int suspend_now(struct app *app)
{
	struct lifecycle *life = app->life;

	lose_foreground(app);
	/* If the app has an extension, revoking it suspends the app. */
	if (!extension_revoke(app, BGTASK_REVOKED_REASON_SYSTEM_POLICY) &&
	    life->state == BGTASK_APP_STATE_RUNNING)
		lifecycle_suspend(app, app->daemon->config.suspend_timeout);
	return 0;
}

static int terminate(struct app *app)
{
	if (bgt_container_kill(app->daemon->bgt, app_container(app), BGT_ROLE_APP)) {
		log_line(LOG_ERR, "%s: cannot kill it: %s", app->id, bgt_error(app->daemon->bgt));
		return -EIO;
	}
	return 0;
}

int lifecycle_move(struct app *app, enum bgtask_app_move move)
{
	if (move == BGTASK_APP_MOVE_LAUNCH)
		return launch(app);
	if (app->life->state == BGTASK_APP_STATE_NOT_RUNNING)
		return -ESRCH;
	switch (move) {
	case BGTASK_APP_MOVE_FOREGROUND:
		return run(app, true);
	case BGTASK_APP_MOVE_BACKGROUND:
		return leave_foreground(app);
	case BGTASK_APP_MOVE_SUSPEND:
		return suspend_now(app);
	case BGTASK_APP_MOVE_RESUME:
		return run(app, false);
	case BGTASK_APP_MOVE_TERMINATE:
		return terminate(app);
	default:
		return -EINVAL;
	}
}

void lifecycle_attach(struct app *app, uint32_t peer)
{
	lifecycle_look(app);
	app->life->peer = peer;
	app->life->attached = true;
	lifecycle_note(app);
	/*
	 * The deadline was for the socket to attach again, unless it is that for saving the state.
	 */
	if (app->life->state != BGTASK_APP_STATE_SUSPENDING || app->life->extension)
		deadline_end(&app->life->deadline);
	lifecycle_tell_suspending(app);
	extension_attached(app);
	app->daemon->observers->app_attached(app);
	/* The app may just have named its UI thread, which is to be held as well. */
	if (app->life->state == BGTASK_APP_STATE_SUSPENDED)
		(void)lifecycle_hold(app);
}

static void lose_peer(struct app *app)
{
	app->life->peer = 0;
	app->life->attached = false;
	lifecycle_note(app);
	app->daemon->observers->app_peer_gone(app);
	/*
	 * No socket is left by which the app could say that its state is saved, or close its
	 * extension.
	 */
	if (app->life->state == BGTASK_APP_STATE_SUSPENDING)
		lifecycle_suspended(app);
	else
		(void)extension_close(app);
}

void lifecycle_peer_gone(struct daemon *daemon, uint32_t peer)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->life->peer == peer)
			lose_peer(app);
}

void lifecycle_removed(struct app *app)
{
	if (app->life->state != BGTASK_APP_STATE_NOT_RUNNING)
		end(app);
}
