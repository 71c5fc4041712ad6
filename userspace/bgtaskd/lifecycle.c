// SPDX-License-Identifier: GPL-2.0
/*
 * not running ──launch──► running ──background──► suspending ──saved, deadline──► suspended
 *      ▲                   ▲   ▲                      │                              │
 *      │                   │   └──foreground, resume──┴──────foreground, resume──────┘
 *      └──all processes have ended, in whatever state
 *
 * An app that nobody attaches for, as it knows nothing of this, is suspended at once. So that the
 * next helper goes on from there, the state is noted before it is acted on; but what brings an app
 * to the foreground is done first, as somebody waits for it.
 */
#include "lifecycle.h"

#include <errno.h>
#include <string.h>

#include "app.h"
#include "daemon.h"
#include "deadline.h"
#include "extension.h"
#include "hold.h"
#include "lifecycle-note.h"
#include "listener.h"
#include "presence.h"
#include "program.h"

void lifecycle_note(const struct app *app)
{
	const struct lifecycle *life = &app->life;
	struct lifecycle_note note = {
		.state = life->state,
		.foreground = life->foreground,
		.pid = life->pid,
	};
	int error;

	note.extended = extension_describe(app, &note.reason, &note.since);
	error = lifecycle_note_write(app->daemon->config.runtime_directory, app->id, &note);
	if (error)
		log_line(LOG_ERR, "%s: cannot note its state: %s", app->id, strerror(-error));
}

static void enter(struct app *app, enum bgtask_app_state state)
{
	app->life.state = state;
	lifecycle_note(app);
	listener_tell_of_app(app);
}

static void set_exempt(struct app *app, bool exempt)
{
	if (app->life.exempt == exempt)
		return;
	app->life.exempt = exempt;
	hold_exempt(app, exempt);
}

void lifecycle_exempt(struct app *app)
{
	set_exempt(app, true);
}

static void tell(struct app *app, uint8_t command, const struct payload *payload)
{
	if (app->life.peer)
		relay_tell(app->daemon->relay, app->life.peer, command, payload);
}

static void tell_suspending(struct app *app, uint64_t time)
{
	struct payload payload;

	payload_init(&payload);
	payload_u64(&payload, BGTASK_A_APP_DEADLINE, time);
	tell(app, BGTASK_CMD_APP_SUSPENDING_NTF, &payload);
}

static void tell_resuming(struct app *app)
{
	struct payload payload;

	payload_init(&payload);
	payload_u8(&payload, BGTASK_A_APP_FOREGROUND, app->life.foreground);
	tell(app, BGTASK_CMD_APP_RESUMING_NTF, &payload);
}

static void watch(struct app *app)
{
	if (!app->life.watched && !app_prepare(app) && !presence_begin(app))
		app->life.watched = true;
}

/* All its processes have ended, by themselves or not. */
static void end(struct app *app)
{
	struct lifecycle *life = &app->life;

	deadline_end(&life->deadline);
	extension_drop(app);
	/* Or the next that is started in its cgroup would stand still. */
	if (life->state == BGTASK_APP_STATE_SUSPENDED)
		(void)hold_set(app, false);
	set_exempt(app, false);
	life->foreground = false;
	life->pid = 0;
	life->peer = 0;
	if (life->watched)
		presence_end(app);
	life->watched = false;
	enter(app, BGTASK_APP_STATE_NOT_RUNNING);
}

void lifecycle_look(struct app *app)
{
	struct lifecycle *life = &app->life;
	bool was_watched = life->watched;

	watch(app);
	if (!life->watched)
		return;
	if (life->state != BGTASK_APP_STATE_NOT_RUNNING) {
		if (!presence_is_populated(app))
			end(app);
	} else if (presence_is_populated(app)) {
		/* Somebody else has started it. */
		enter(app, BGTASK_APP_STATE_RUNNING);
	} else if (!was_watched) {
		presence_end(app);
		life->watched = false;
	}
}

/* Stands still from now on. */
static void suspended(struct app *app)
{
	deadline_end(&app->life.deadline);
	extension_drop(app);
	enter(app, BGTASK_APP_STATE_SUSPENDED);
	(void)hold_set(app, true);
	set_exempt(app, false);
}

static void time_is_over(void *data)
{
	struct app *app = data;
	struct lifecycle *life = &app->life;

	if (life->state == BGTASK_APP_STATE_SUSPENDING) {
		if (!life->saved)
			log_line(LOG_WARNING, "%s: has not saved its state in time", app->id);
		suspended(app);
		return;
	}
	/* Nobody has come back for the extension that the helper before has granted. */
	deadline_end(&life->deadline);
	(void)extension_close(app);
}

static int set_deadline(struct app *app, uint64_t time)
{
	char path[PATH_MAX];

	deadline_end(&app->life.deadline);
	app_cgroup(app, "app", path, sizeof(path));
	return deadline_begin(&app->life.deadline, app->daemon->event, path, time, time_is_over, app);
}

static void suspend(struct app *app, uint64_t time)
{
	app->life.saved = false;
	if (!app->life.peer) {
		suspended(app);
		return;
	}
	/* Were it frozen, it could save nothing. */
	set_exempt(app, true);
	enter(app, BGTASK_APP_STATE_SUSPENDING);
	tell_suspending(app, time);
	if (set_deadline(app, time))
		suspended(app);
}

void lifecycle_extension_ended(struct app *app, uint64_t time)
{
	if (app->life.foreground)
		return;
	if (app->life.state == BGTASK_APP_STATE_RUNNING)
		suspend(app, time);
	else if (app->life.state == BGTASK_APP_STATE_SUSPENDING && (!time || set_deadline(app, time)))
		suspended(app);
}

static int launch(struct app *app)
{
	struct lifecycle *life = &app->life;
	int error;

	if (life->state != BGTASK_APP_STATE_NOT_RUNNING || life->pidfd >= 0)
		return -EALREADY;
	if (!app->manifest->exec)
		return -ENOEXEC;
	error = app_prepare(app);
	if (error)
		return error;
	/* One that was held and has gone while nobody looked. */
	(void)hold_set(app, false);
	set_exempt(app, true);
	life->foreground = true;
	watch(app);
	error = life->watched ? program_start(app) : -EIO;
	if (!error)
		enter(app, BGTASK_APP_STATE_RUNNING);
	else
		end(app);
	return error;
}

static int run(struct app *app, bool foreground)
{
	struct lifecycle *life = &app->life;
	enum bgtask_app_state before = life->state;
	bool was_foreground = life->foreground;
	int error = 0;

	if (foreground)
		life->foreground = true;
	if (before == BGTASK_APP_STATE_SUSPENDED)
		error = hold_set(app, false);
	set_exempt(app, true);
	if (error)
		return error;
	deadline_end(&life->deadline);
	if (before == BGTASK_APP_STATE_SUSPENDING || (foreground && !was_foreground))
		(void)extension_revoke(app, BGTASK_REVOKED_REASON_RESUMED);
	if (before != BGTASK_APP_STATE_RUNNING || was_foreground != life->foreground)
		enter(app, BGTASK_APP_STATE_RUNNING);
	if (before != BGTASK_APP_STATE_RUNNING)
		tell_resuming(app);
	return 0;
}

static int leave_foreground(struct app *app)
{
	struct lifecycle *life = &app->life;

	life->foreground = false;
	if (life->state != BGTASK_APP_STATE_RUNNING)
		return 0;
	if (life->extension) {
		extension_backgrounded(app);
		enter(app, BGTASK_APP_STATE_RUNNING);
	} else {
		suspend(app, app->daemon->config.suspend_timeout);
	}
	return 0;
}

static int suspend_now(struct app *app)
{
	struct lifecycle *life = &app->life;

	life->foreground = false;
	/* With one, its end suspends the app. */
	if (!extension_revoke(app, BGTASK_REVOKED_REASON_SYSTEM_POLICY) &&
	    life->state == BGTASK_APP_STATE_RUNNING)
		suspend(app, app->daemon->config.suspend_timeout);
	return 0;
}

static int terminate(struct app *app)
{
	if (bgt_container_kill(app->daemon->bgt, app->container, BGT_ROLE_APP)) {
		log_line(LOG_ERR, "%s: cannot kill it: %s", app->id, bgt_error(app->daemon->bgt));
		return -EIO;
	}
	return 0;
}

int lifecycle_move(struct app *app, enum bgtask_app_move move)
{
	if (move == BGTASK_APP_MOVE_LAUNCH)
		return launch(app);
	if (app->life.state == BGTASK_APP_STATE_NOT_RUNNING)
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
	app->life.peer = peer;
	/* It has come back for its extension. */
	if (app->life.state != BGTASK_APP_STATE_SUSPENDING || app->life.extension)
		deadline_end(&app->life.deadline);
}

static void lose_peer(struct app *app)
{
	app->life.peer = 0;
	/* Nobody is left to say that it has saved its state, or is done. */
	if (app->life.state == BGTASK_APP_STATE_SUSPENDING)
		suspended(app);
	else
		(void)extension_close(app);
}

void lifecycle_peer_gone(struct daemon *daemon, uint32_t peer)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->life.peer == peer)
			lose_peer(app);
}

void lifecycle_saved(struct app *app)
{
	app->life.saved = true;
	if (!app->life.extension)
		suspended(app);
}

void lifecycle_init(struct app *app)
{
	app->life.pidfd = -1;
}

void lifecycle_load(struct app *app)
{
	struct lifecycle *life = &app->life;
	struct lifecycle_note note;

	if (!lifecycle_note_read(app->daemon->config.runtime_directory, app->id, &note))
		return;
	life->state = note.state;
	life->foreground = note.foreground;
	life->pid = note.pid;
	if (note.extended && extension_restore(app, note.reason, note.since))
		log_line(LOG_ERR, "%s: its extension is lost", app->id);
	/* Its container is adopted with that. */
	if (life->state == BGTASK_APP_STATE_SUSPENDING || life->foreground || life->extension) {
		life->exempt = true;
		app->exempt++;
	}
}

void lifecycle_resume(struct app *app)
{
	struct lifecycle *life = &app->life;

	program_adopt(app);
	lifecycle_look(app);
	if (life->state == BGTASK_APP_STATE_SUSPENDED) {
		(void)hold_set(app, true);
	} else if (life->state == BGTASK_APP_STATE_SUSPENDING || life->extension) {
		/* Its socket comes back, if it is there, and is told then. */
		if (set_deadline(app, app->daemon->config.suspend_timeout))
			suspended(app);
	}
}

void lifecycle_removed(struct app *app)
{
	if (app->life.state != BGTASK_APP_STATE_NOT_RUNNING)
		end(app);
}

void lifecycle_forget(struct app *app)
{
	struct lifecycle *life = &app->life;

	deadline_end(&life->deadline);
	extension_drop(app);
	program_forget(app);
	if (life->watched)
		presence_end(app);
	life->watched = false;
}
