// SPDX-License-Identifier: GPL-2.0
/*
 * Grants and revokes extensions by the rules of Windows' ExtendedExecutionSession. On battery, the
 * time in the background with an extension, for whatever reason, uses the day's energy; an
 * extension for an unspecified reason may last only as long as there is energy left, and not longer
 * than a limit. An extension to save data is always limited, since whoever wants the app again
 * waits for it. No time passes while a debugger traces the app.
 */
#include "extension.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "box/deadline.h"
#include "model/app.h"

#include "lifecycle-internal.h"

#define NSEC_PER_SEC	UINT64_C(1000000000)

/*
 * How often a debugger is looked for in the longest time on battery, and the shortest times between
 * two looks, us: for an extension with an end, and for one without.
 */
#define LOOKS			50
#define LOOK_USEC_MIN		1000
#define LOOK_USEC_MIN_ENDLESS	100000

/*
 * How often the used energy is recorded, at least, until that of a day is used; and the bounds of
 * the time between two recordings, us.
 */
#define COUNTS			50
#define COUNT_USEC_MIN		100000
#define COUNT_USEC_MAX		60000000

/* An extension. Its times are put off by the time that a debugger traces the app. */
struct extension {
	enum bgtask_extension_reason reason;
	uint64_t since;			/* when it left the foreground, CLOCK_BOOTTIME us; or 0 */
	uint64_t counted;		/* until then its energy is counted; 0 if it uses none */
	uint64_t looked;		/* for a debugger, the last time */
	sd_event_source *timer;		/* of the next look */
	char description[];
};

static uint64_t time_now(const struct daemon *daemon)
{
	uint64_t now;

	return sd_event_now(daemon->event, CLOCK_BOOTTIME, &now) < 0 ? 0 : now;
}

static uint32_t today(void)
{
	return clock_day((int64_t)(clock_now() / NSEC_PER_SEC));
}

uint64_t extension_grant(uint64_t limit, uint64_t budget, uint64_t used)
{
	uint64_t left = used < budget ? budget - used : 0;

	return left < limit ? left : limit;
}

/*
 * How long an extension for an unspecified reason could last on battery if it were granted now, ns.
 */
static uint64_t battery_limit(const struct app *app)
{
	const struct energy_record *energy = &app->life->energy;
	const struct config *config = &app->daemon->config;

	return extension_grant(config->extension_limit, config->extension_budget,
			       energy->day == today() ? energy->used : 0);
}

/* The time since this day has begun, us. */
static uint64_t age_of_day(void)
{
	uint64_t now = clock_now();

	return (now - (uint64_t)clock_this_day((int64_t)(now / NSEC_PER_SEC)) * NSEC_PER_SEC) /
	       1000;
}

/*
 * Counts the energy that was used until now for today, except for that of the days before, and
 * records it.
 */
static void count(struct app *app)
{
	struct extension *extension = app->life->extension;
	struct energy_record *energy = &app->life->energy;
	uint64_t now = time_now(app->daemon), passed;

	if (!extension->counted || now <= extension->counted)
		return;
	passed = now - extension->counted;
	if (energy->day != today()) {
		energy->used = 0;
		if (passed > age_of_day())
			passed = age_of_day();
	}
	energy->day = today();
	energy->used += passed * 1000;
	extension->counted = now;
	if (registry_energy_set(app->daemon->registry, app->id, energy))
		log_line(LOG_ERR, "%s: cannot record what its extension has used: %s", app->id,
			 registry_error(app->daemon->registry));
}

/* Looks for a debugger: if it traces the app, the time since the last look does not count. */
static void look(struct app *app)
{
	struct extension *extension = app->life->extension;
	uint64_t now = time_now(app->daemon), passed = now - extension->looked;

	extension->looked = now;
	if (!extension->since || !passed || !app_is_traced(app, "app"))
		return;
	extension->since += passed;
	if (extension->counted)
		extension->counted += passed;
	lifecycle_note(app);
}

/* When the extension has to end, as things are, CLOCK_BOOTTIME us; 0 if it need not. */
static uint64_t find_end(const struct app *app)
{
	const struct config *config = &app->daemon->config;
	const struct extension *extension = app->life->extension;
	uint64_t end, left;

	if (!extension->since)
		return 0;
	end = extension->since + config->extension_limit / 1000;
	if (extension->reason == BGTASK_EXTENSION_REASON_SAVING_DATA)
		return end;
	if (extension->reason != BGTASK_EXTENSION_REASON_UNSPECIFIED || !extension->counted)
		return 0;
	left = extension->counted + battery_limit(app) / 1000;
	return left < end ? left : end;
}

/*
 * When the used energy is to be recorded, so that a power cut does not give it back; UINT64_MAX for
 * never.
 */
static uint64_t next_count(const struct app *app)
{
	uint64_t step = app->daemon->config.extension_budget / 1000 / COUNTS;
	uint64_t counted = app->life->extension->counted;

	if (!counted)
		return UINT64_MAX;
	if (step > COUNT_USEC_MAX)
		step = COUNT_USEC_MAX;
	return counted + (step > COUNT_USEC_MIN ? step : COUNT_USEC_MIN);
}

/*
 * When to look again: at the extension's end, and before that for a debugger and to record the used
 * energy; 0 for never.
 */
static uint64_t next_look(const struct app *app)
{
	const struct extension *extension = app->life->extension;
	uint64_t limit = app->daemon->config.extension_limit / 1000, step = limit / LOOKS;
	uint64_t end = find_end(app), least = end ? LOOK_USEC_MIN : LOOK_USEC_MIN_ENDLESS;
	uint64_t next = extension->looked + (step > least ? step : least);

	if (next_count(app) < next)
		next = next_count(app);
	if (end)
		return end < next ? end : next;
	/*
	 * An extension that has outlasted the limit on battery has no end as long as there is AC
	 * power, and ends at once without, so a debugger makes no difference.
	 */
	if (!extension->since ||
	    (!extension->counted && extension->looked >= extension->since + limit))
		return 0;
	return next;
}

static int time_passes(sd_event_source *source, uint64_t usec, void *data)
{
	struct app *app = data;

	look(app);
	if (next_count(app) <= time_now(app->daemon)) {
		count(app);
		lifecycle_note(app);
	}
	usec = find_end(app);
	if (usec && usec <= time_now(app->daemon)) {
		/* Another day, with energy of its own, may have begun. */
		count(app);
		usec = find_end(app);
		if (usec <= time_now(app->daemon)) {
			(void)extension_revoke(app, BGTASK_REVOKED_REASON_SYSTEM_POLICY);
			return 0;
		}
		lifecycle_note(app);
	}
	usec = next_look(app);
	if (!usec)
		return 0;
	(void)sd_event_source_set_time(source, usec);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

static void set_timer(struct app *app)
{
	struct extension *extension = app->life->extension;
	uint64_t next;

	look(app);
	count(app);
	if (!extension->since || !app_saves_energy(app))
		extension->counted = 0;
	else if (!extension->counted)
		extension->counted = time_now(app->daemon);
	extension->timer = sd_event_source_disable_unref(extension->timer);
	next = next_look(app);
	/* An app that has not attached to this helper yet could not be told of the end. */
	if (next && app->life->peer &&
	    sd_event_add_time(app->daemon->event, &extension->timer, CLOCK_BOOTTIME, next, 1000,
			      time_passes, app) < 0)
		log_line(LOG_ERR, "%s: its extension is without a limit: out of memory", app->id);
}

static bool is_unique(const struct app *app)
{
	const struct app *other;

	LIST_FOREACH(other, &app->daemon->apps, entry)
		if (other->life->extension && other->life->extension->reason ==
		    BGTASK_EXTENSION_REASON_LOCATION_TRACKING)
			return false;
	return true;
}

static bool may_have(const struct app *app, enum bgtask_extension_reason reason)
{
	/*
	 * An app that is not exempt runs only since nobody has suspended it yet; with an extension
	 * it would get rid of its budget.
	 */
	if (app_is_denied(app) || !app->life->exempt)
		return false;
	if (reason == BGTASK_EXTENSION_REASON_SAVING_DATA && app->life->saving_over)
		return false;
	if (app->life->state == BGTASK_APP_STATE_SUSPENDING)
		return reason == BGTASK_EXTENSION_REASON_SAVING_DATA;
	if (app->life->state != BGTASK_APP_STATE_RUNNING)
		return false;
	if (reason == BGTASK_EXTENSION_REASON_LOCATION_TRACKING)
		return app->life->foreground && is_unique(app);
	return reason == BGTASK_EXTENSION_REASON_SAVING_DATA || !app_saves_energy(app) ||
	       battery_limit(app);
}

static int add(struct app *app, enum bgtask_extension_reason reason, const char *description)
{
	struct extension *extension = calloc(1, sizeof(*extension) + strlen(description) + 1);

	if (!extension)
		return -ENOMEM;
	strcpy(extension->description, description);
	extension->reason = reason;
	extension->looked = time_now(app->daemon);
	app->life->extension = extension;
	return 0;
}

static uint64_t limit_of(const struct app *app, enum bgtask_extension_reason reason)
{
	if (reason == BGTASK_EXTENSION_REASON_SAVING_DATA)
		return app->daemon->config.extension_limit;
	if (reason == BGTASK_EXTENSION_REASON_UNSPECIFIED && app_saves_energy(app))
		return battery_limit(app);
	return BGTASK_QUOTA_UNLIMITED;
}

int extension_request(struct app *app, enum bgtask_extension_reason reason, const char *description,
		      bool *allowed, uint64_t *limit)
{
	int error;

	if (app->life->extension)
		return -EBUSY;
	*allowed = may_have(app, reason);
	*limit = *allowed ? limit_of(app, reason) : 0;
	if (!*allowed)
		return 0;
	error = add(app, reason, description);
	if (error)
		return error;
	app->life->extension->since = app->life->foreground ? 0 : time_now(app->daemon);
	if (app->life->state == BGTASK_APP_STATE_SUSPENDING)
		lifecycle_stop_deadline(app);
	set_timer(app);
	lifecycle_note(app);
	return 0;
}

void extension_forget(struct app *app)
{
	if (!app->life->extension)
		return;
	sd_event_source_disable_unref(app->life->extension->timer);
	free(app->life->extension);
	app->life->extension = NULL;
}

void extension_drop(struct app *app)
{
	if (app->life->extension) {
		look(app);
		count(app);
	}
	extension_forget(app);
}

int extension_close(struct app *app)
{
	if (!app->life->extension)
		return -ENOENT;
	extension_drop(app);
	if (app->life->state != BGTASK_APP_STATE_SUSPENDING)
		lifecycle_extension_ended(app, app->daemon->config.suspend_timeout);
	/*
	 * An app that is being suspended has what is left of its time to save its state; none if
	 * that is saved.
	 */
	else
		lifecycle_extension_ended(app, app->life->saved ? 0 : app->life->left);
	/* Noted only now: before, the next helper would not know that it has to suspend the app. */
	lifecycle_note(app);
	return 0;
}

bool extension_revoke(struct app *app, enum bgtask_revoked_reason why)
{
	const struct config *config = &app->daemon->config;
	enum bgtask_extension_reason reason;
	struct payload payload;
	uint64_t time;

	if (!app->life->extension)
		return false;
	reason = app->life->extension->reason;
	time = reason == BGTASK_EXTENSION_REASON_SAVING_DATA ? config->saving_timeout :
							       config->suspend_timeout;
	extension_drop(app);
	if (reason == BGTASK_EXTENSION_REASON_SAVING_DATA)
		/*
		 * An app in the foreground is not being suspended, and may get another such
		 * extension when it is.
		 */
		app->life->saving_over = why != BGTASK_REVOKED_REASON_RESUMED &&
					!app->life->foreground;
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_EXTENSION_REASON, reason);
	payload_u32(&payload, BGTASK_A_EXTENSION_REVOKED, why);
	if (why != BGTASK_REVOKED_REASON_RESUMED)
		payload_u64(&payload, BGTASK_A_EXTENSION_DEADLINE, time);
	if (app->life->peer)
		(void)relay_tell(app->daemon->relay, app->life->peer,
				 BGTASK_CMD_EXTENSION_REVOKED_NTF, &payload);
	if (why != BGTASK_REVOKED_REASON_RESUMED)
		lifecycle_extension_ended(app, time);
	/* Noted only now, see extension_close(). */
	lifecycle_note(app);
	return true;
}

void extension_attached(struct app *app)
{
	if (!app->life->extension)
		return;
	/*
	 * The helper before may have ended after access was denied, but before it revoked the
	 * extension.
	 */
	if (app_is_denied(app)) {
		(void)extension_revoke(app, BGTASK_REVOKED_REASON_SYSTEM_POLICY);
		return;
	}
	set_timer(app);
	lifecycle_note(app);
}

void extension_backgrounded(struct app *app)
{
	look(app);
	app->life->extension->since = time_now(app->daemon);
	set_timer(app);
}

void extension_power_changed(struct daemon *daemon)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry) {
		if (!app->life->extension)
			continue;
		set_timer(app);
		lifecycle_note(app);
	}
}

bool extension_is_held(const struct app *app)
{
	return app->life->extension;
}

bool extension_describe(const struct app *app, enum bgtask_extension_reason *reason,
			const char **description)
{
	const struct extension *extension = app->life->extension;

	if (extension) {
		*reason = extension->reason;
		*description = extension->description;
	}
	return extension;
}

void extension_note(const struct app *app, struct lifecycle_note *note)
{
	const struct extension *extension = app->life->extension;

	if (!extension)
		return;
	note->extended = true;
	note->reason = extension->reason;
	note->since = extension->since;
	note->counted = extension->counted;
	strcpy(note->description, extension->description);
}

int extension_restore(struct app *app, const struct lifecycle_note *note)
{
	int error = add(app, note->reason, note->description);

	if (error)
		return error;
	/* The timer is set when the app has attached and it is known whether there is AC power. */
	app->life->extension->since = note->since;
	app->life->extension->counted = note->counted;
	return 0;
}
