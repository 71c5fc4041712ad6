// SPDX-License-Identifier: GPL-2.0
/*
 * The rules are those of Windows' ExtendedExecutionSession. On battery, the time in the background
 * is limited for the reason that is unspecified; the time to save data is so always, since whoever
 * wants the app again waits for it.
 */
#include "extension.h"

#include <errno.h>
#include <stdlib.h>

#include "app.h"
#include "deadline.h"
#include "lifecycle.h"

struct extension {
	enum bgtask_extension_reason reason;
	uint64_t since;			/* in the background, CLOCK_BOOTTIME us; or 0 */
	sd_event_source *timer;
};

static uint64_t time_now(const struct daemon *daemon)
{
	uint64_t now;

	return sd_event_now(daemon->event, CLOCK_BOOTTIME, &now) < 0 ? 0 : now;
}

static bool is_limited(const struct app *app, enum bgtask_extension_reason reason)
{
	return reason == BGTASK_EXTENSION_REASON_SAVING_DATA ||
	       (reason == BGTASK_EXTENSION_REASON_UNSPECIFIED && !app->daemon->ac);
}

static int time_is_over(sd_event_source *source, uint64_t usec, void *data)
{
	(void)source;
	(void)usec;
	(void)extension_revoke(data, BGTASK_REVOKED_REASON_SYSTEM_POLICY);
	return 0;
}

/* Looks how long it may last from now on. */
static void set_timer(struct app *app)
{
	struct extension *extension = app->life.extension;
	uint64_t end;

	extension->timer = sd_event_source_disable_unref(extension->timer);
	if (!extension->since || !is_limited(app, extension->reason))
		return;
	end = extension->since + app->daemon->config.extension_limit / 1000;
	if (sd_event_add_time(app->daemon->event, &extension->timer, CLOCK_BOOTTIME, end, 1000,
			      time_is_over, app) < 0)
		log_line(LOG_ERR, "%s: its extension is without a limit: out of memory", app->id);
}

static bool is_unique(const struct app *app)
{
	const struct app *other;

	LIST_FOREACH(other, &app->daemon->apps, entry)
		if (other->life.extension && other->life.extension->reason ==
		    BGTASK_EXTENSION_REASON_LOCATION_TRACKING)
			return false;
	return true;
}

static bool may_have(const struct app *app, enum bgtask_extension_reason reason)
{
	/* Nor may one that runs because nobody has suspended it yet: it would get rid of its budget. */
	if (app_is_denied(app) || !app->life.exempt)
		return false;
	if (app->life.state == BGTASK_APP_STATE_SUSPENDING)
		return reason == BGTASK_EXTENSION_REASON_SAVING_DATA;
	if (app->life.state != BGTASK_APP_STATE_RUNNING)
		return false;
	return reason != BGTASK_EXTENSION_REASON_LOCATION_TRACKING ||
	       (app->life.foreground && is_unique(app));
}

static int add(struct app *app, enum bgtask_extension_reason reason, uint64_t since)
{
	struct extension *extension = calloc(1, sizeof(*extension));

	if (!extension)
		return -ENOMEM;
	extension->reason = reason;
	extension->since = since;
	app->life.extension = extension;
	return 0;
}

int extension_request(struct app *app, enum bgtask_extension_reason reason, bool *allowed,
		      uint64_t *limit)
{
	int error;

	if (app->life.extension)
		return -EBUSY;
	*allowed = may_have(app, reason);
	*limit = !*allowed ? 0 : is_limited(app, reason) ? app->daemon->config.extension_limit :
							   BGTASK_QUOTA_UNLIMITED;
	if (!*allowed)
		return 0;
	error = add(app, reason, app->life.foreground ? 0 : time_now(app->daemon));
	if (error)
		return error;
	if (app->life.state == BGTASK_APP_STATE_SUSPENDING)
		deadline_end(&app->life.deadline);
	lifecycle_exempt(app);
	set_timer(app);
	lifecycle_note(app);
	return 0;
}

void extension_drop(struct app *app)
{
	if (!app->life.extension)
		return;
	sd_event_source_disable_unref(app->life.extension->timer);
	free(app->life.extension);
	app->life.extension = NULL;
}

int extension_close(struct app *app)
{
	if (!app->life.extension)
		return -ENOENT;
	extension_drop(app);
	lifecycle_note(app);
	/* What was being suspended is suspended without more ado. */
	lifecycle_extension_ended(app, app->life.state == BGTASK_APP_STATE_SUSPENDING ?
				  0 : app->daemon->config.suspend_timeout);
	return 0;
}

bool extension_revoke(struct app *app, enum bgtask_revoked_reason why)
{
	const struct config *config = &app->daemon->config;
	enum bgtask_extension_reason reason;
	struct payload payload;
	uint64_t time;

	if (!app->life.extension)
		return false;
	reason = app->life.extension->reason;
	time = reason == BGTASK_EXTENSION_REASON_SAVING_DATA ? config->saving_timeout :
							       config->suspend_timeout;
	extension_drop(app);
	lifecycle_note(app);
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_EXTENSION_REASON, reason);
	payload_u32(&payload, BGTASK_A_EXTENSION_REVOKED, why);
	if (why != BGTASK_REVOKED_REASON_RESUMED)
		payload_u64(&payload, BGTASK_A_EXTENSION_DEADLINE, time);
	if (app->life.peer)
		relay_tell(app->daemon->relay, app->life.peer, BGTASK_CMD_EXTENSION_REVOKED_NTF,
			   &payload);
	if (why != BGTASK_REVOKED_REASON_RESUMED)
		lifecycle_extension_ended(app, time);
	return true;
}

void extension_backgrounded(struct app *app)
{
	app->life.extension->since = time_now(app->daemon);
	set_timer(app);
}

void extension_power_changed(struct daemon *daemon)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->life.extension)
			set_timer(app);
}

bool extension_describe(const struct app *app, enum bgtask_extension_reason *reason,
			uint64_t *since)
{
	const struct extension *extension = app->life.extension;

	*reason = extension ? extension->reason : BGTASK_EXTENSION_REASON_UNSPECIFIED;
	*since = extension ? extension->since : 0;
	return extension;
}

int extension_restore(struct app *app, enum bgtask_extension_reason reason, uint64_t since)
{
	/* How long it lasts is looked at when it is known whether there is AC power. */
	return add(app, reason, since);
}
