// SPDX-License-Identifier: GPL-2.0
/*
 * Suspends an app: tells it, gives it some time to save its state, and has it stand still.
 */
#include <errno.h>

#include "box/deadline.h"
#include "model/app.h"
#include "model/daemon.h"

#include "extension.h"
#include "lifecycle-internal.h"

static void tell_suspending(struct app *app, uint64_t time)
{
	struct payload payload;

	payload_init(&payload);
	payload_u64(&payload, BGTASK_A_APP_DEADLINE, time);
	lifecycle_tell(app, BGTASK_CMD_APP_SUSPENDING_NTF, &payload);
}

void lifecycle_tell_suspending(struct app *app)
{
	struct lifecycle *life = app->life;

	if (life->state == BGTASK_APP_STATE_SUSPENDING && !life->saved)
		tell_suspending(app, life->extension ? life->left : deadline_left(life->deadline));
}

void lifecycle_suspended(struct app *app)
{
	deadline_end(&app->life->deadline);
	extension_drop(app);
	lifecycle_enter(app, BGTASK_APP_STATE_SUSPENDED);
	(void)lifecycle_hold(app);
	lifecycle_set_exempt(app, false);
	lifecycle_note(app);
}

/* Sets when the time to save the state ends, so that the next helper does not begin it anew. */
static void set_until(struct app *app, uint64_t time)
{
	app->life->until = deadline_now() + time / 1000;
}

static void time_is_over(void *data)
{
	struct app *app = data;
	struct lifecycle *life = app->life;

	if (life->state == BGTASK_APP_STATE_SUSPENDING) {
		if (!life->saved)
			log_line(LOG_WARNING, "%s: has not saved its state in time", app->id);
		lifecycle_suspended(app);
		return;
	}
	/* The app has not attached again for the extension that the helper before has granted. */
	deadline_end(&life->deadline);
	(void)extension_close(app);
}

int lifecycle_set_deadline(struct app *app, uint64_t time)
{
	deadline_end(&app->life->deadline);
	return deadline_begin(&app->life->deadline, app, "app", time, time_is_over, app);
}

void lifecycle_suspend(struct app *app, uint64_t time)
{
	app->life->saved = false;
	if (!app->life->attached) {
		lifecycle_suspended(app);
		return;
	}
	/* A frozen app could not save its state. */
	lifecycle_set_exempt(app, true);
	set_until(app, time);
	lifecycle_enter(app, BGTASK_APP_STATE_SUSPENDING);
	tell_suspending(app, time);
	if (lifecycle_set_deadline(app, time))
		lifecycle_suspended(app);
}

void lifecycle_stop_deadline(struct app *app)
{
	app->life->left = deadline_left(app->life->deadline);
	deadline_end(&app->life->deadline);
}

void lifecycle_extension_ended(struct app *app, uint64_t time)
{
	if (app->life->foreground)
		return;
	if (app->life->state == BGTASK_APP_STATE_RUNNING) {
		lifecycle_suspend(app, time);
	} else if (app->life->state == BGTASK_APP_STATE_SUSPENDING) {
		set_until(app, time);
		if (!time || lifecycle_set_deadline(app, time))
			lifecycle_suspended(app);
	}
}

int lifecycle_resume_deadline(struct app *app)
{
	const struct config *config = &app->daemon->config;
	uint64_t time = app->life->saving_over ? config->saving_timeout : config->suspend_timeout;
	uint64_t now = deadline_now(), left;

	/* While a debugger traces the app, it is not known how much of the time has passed. */
	if (!app->life->extension && !app_is_traced(app, "app")) {
		left = now < app->life->until ? (app->life->until - now) * 1000 : 0;
		time = left < time ? left : time;
	}
	return lifecycle_set_deadline(app, time);
}

void lifecycle_saved(struct app *app)
{
	app->life->saved = true;
	lifecycle_note(app);
}

void lifecycle_saving_ended(struct app *app)
{
	if (!app->life->extension)
		lifecycle_suspended(app);
}
