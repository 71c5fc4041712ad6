// SPDX-License-Identifier: GPL-2.0
/*
 * Takes what an app's sockets have moved from the module's counters, day by day, and only what
 * counts: on battery, and not while the user looks at the app. The less of a budget is left, the
 * more often it is looked at.
 */
#include "network.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "box/app-use.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/instance.h"

#include "instances.h"
#include "launch.h"

#define USEC_PER_SEC	UINT64_C(1000000)
#define NSEC_PER_SEC	1000000000

/*
 * While tasks run on battery it is looked at every 5 s and, the less is left, the more often, to
 * every 250 ms. So a budget can be overrun by what is sent in these 5 s, and no more than a quarter
 * of them later, if all of it is used in them; and by what is sent in half a second, if that takes
 * a minute. What is overrun is not taken from the next day.
 */
#define LOOK_USEC_MAX	(5 * USEC_PER_SEC)
#define LOOK_USEC_MIN	(USEC_PER_SEC / 4)
#define ACCURACY	4
/* Until the next day; but the clock, or the time zone, may be set. */
#define DAY_USEC_MAX	(3600 * USEC_PER_SEC)

/*
 * The helper may be killed at any time. The module's counters go on, so that nothing is lost which
 * was not recorded; only what does not count should not be taken for what does. So it is recorded
 * when this part of the budget has gone, and when what runs or the power changes.
 */
#define RECORDS		16

/* What is known of an app. */
struct network {
	struct network_record record;
	uint64_t recorded;		/* @record.seen, when it was last recorded */
	bool looked;			/* the following are known */
	bool battery;			/* as it was at the last look */
	bool unlimited;			/* the same; in the foreground an app has no limits */
	bool spent;			/* as was told */
	sd_event_source *timer;
};

void network_take(struct network_record *record, uint32_t day, uint64_t total, bool counts)
{
	uint64_t moved = total < record->seen ? total : total - record->seen;

	if (record->day != day)
		record->used = 0;
	record->day = day;
	record->seen = total;
	if (counts && __builtin_add_overflow(record->used, moved, &record->used))
		record->used = UINT64_MAX;
}

uint64_t network_interval(uint64_t used, uint64_t budget)
{
	uint64_t left = used < budget ? budget - used : 0, interval = 0;

	if (budget)
		interval = (uint64_t)((double)LOOK_USEC_MAX * (double)left / (double)budget);
	return interval < LOOK_USEC_MIN ? LOOK_USEC_MIN : interval;
}

static int64_t time_now(void)
{
	return (int64_t)(clock_now() / NSEC_PER_SEC);
}

static bool is_spent(const struct app *app)
{
	const struct network_record *record = &app->network->record;

	return app_has_network_budget(app) && record->used >= app_network_budget(app) &&
	       record->day == clock_day(time_now());
}

/* An app that the user looks at has no limits, whoever has brought the app to the foreground. */
static bool is_unlimited(const struct app *app, const struct app_use *use)
{
	return lifecycle_is_foreground(app) || use->exempted;
}

bool network_may_launch(const struct task *task)
{
	const struct app *app = task->app;
	struct app_use use;

	return !is_spent(app) || (!app_use_read(app, &use) && is_unlimited(app, &use));
}

static void record(struct app *app)
{
	struct network *network = app->network;
	struct registry *registry = app->daemon->registry;

	if (network->recorded == network->record.seen)
		return;
	if (!registry_network_set(registry, app->id, &network->record))
		network->recorded = network->record.seen;
	else if (log_may(&app->log, app->id))
		log_line(LOG_ERR, "%s: cannot record what it has sent: %s", app->id,
			 registry_error(registry));
}

/*
 * Takes what was sent and received since the last look. The power is taken to have been what the
 * last look found; so is the foreground if the helper has brought the app there, since the helper
 * looks whenever an app moves. Somebody else may have made the app exempt at any time since the
 * last look: then all of the traffic is free.
 */
static void settle(struct app *app)
{
	struct network *network = app->network;
	uint64_t unrecorded, part = app_network_budget(app) / RECORDS;
	bool battery = app_saves_energy(app), changed, unlimited, was_free;
	struct app_use use;

	if (app_use_read(app, &use))
		return;
	unlimited = is_unlimited(app, &use);
	changed = !network->looked || network->battery != battery;
	/*
	 * At the first look, the time since the helper before is taken to have been as it is now.
	 */
	if (!network->looked) {
		network->battery = battery;
		network->unlimited = unlimited;
	}
	was_free = !network->battery || network->unlimited ||
		   (unlimited && !lifecycle_is_foreground(app));
	network_take(&network->record, clock_day(time_now()), use.network, !was_free);
	network->looked = true;
	network->battery = battery;
	network->unlimited = unlimited;

	unrecorded = network->record.seen < network->recorded ? UINT64_MAX :
		     network->record.seen - network->recorded;
	if (changed || unrecorded > part || !app->nr_running || is_spent(app))
		record(app);
}

static void launch_latched(struct app *app)
{
	struct instance *instance;

	LIST_FOREACH(instance, &app->instances, by_app)
		launch_consider(instance);
}

/*
 * The budget is spent: what runs is cancelled. If the user looks at the app, it has no limits, and
 * what has waited is launched.
 */
static void take_away(struct app *app)
{
	struct instance *instance;

	if (!app->network->spent)
		log_line(LOG_NOTICE, "%s: its network budget is spent: %llu bytes today", app->id,
			 (unsigned long long)app->network->record.used);
	app->network->spent = true;
	if (app->network->unlimited) {
		launch_latched(app);
		return;
	}
	LIST_FOREACH(instance, &app->instances, by_app)
		if (instance->record.state == BGTASK_INSTANCE_STATE_RUNNING)
			instance_cancel(instance, BGTASK_CANCEL_REASON_RESOURCE_REVOCATION);
}

/* When to look again, us from now; 0 for not before something changes. */
static uint64_t next_look(const struct app *app)
{
	uint64_t interval = 0;
	int64_t now = time_now();

	if (!app_has_network_budget(app))
		return 0;
	if (app->nr_running)
		interval = network_interval(app->network->record.used, app_network_budget(app));
	/*
	 * When the budget is spent, what runs was told to end, so the next look is that of the next
	 * day.
	 */
	if (app->network->spent) {
		interval = (uint64_t)(clock_next_day(now) - now) * USEC_PER_SEC;
		if (interval > DAY_USEC_MAX)
			interval = DAY_USEC_MAX;
		if (app->nr_running && app->network->unlimited)
			interval = LOOK_USEC_MAX;
	}
	return interval;
}

static int look(sd_event_source *source, uint64_t usec, void *data)
{
	struct app *app = data;
	uint64_t interval;

	(void)usec;
	settle(app);
	if (is_spent(app)) {
		take_away(app);
	} else if (app->network->spent) {
		app->network->spent = false;
		launch_latched(app);
	}
	interval = next_look(app);
	if (!interval)
		return 0;
	(void)sd_event_source_set_time_accuracy(source, interval / ACCURACY);
	(void)sd_event_source_set_time_relative(source, interval);
	(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	return 0;
}

int network_open(struct app *app)
{
	struct network *network = calloc(1, sizeof(*network));
	int error;

	if (!network)
		return -ENOMEM;
	app->network = network;
	error = registry_network_get(app->daemon->registry, app->id, &network->record);
	network->recorded = network->record.seen;
	return error;
}

void network_update(struct app *app)
{
	struct network *network = app->network;
	int error = 0;

	/* Nothing is done before the power is known, nor when the helper ends. */
	if (!app->daemon->started)
		return;
	if (!network->looked || network->battery || app_has_network_budget(app))
		settle(app);
	app_use_count_traffic(app);
	if (!network->spent && !is_spent(app) &&
	    !(app->nr_running && app_has_network_budget(app))) {
		(void)sd_event_source_set_enabled(network->timer, SD_EVENT_OFF);
		return;
	}
	/*
	 * The look is taken from the event loop, since callers do not expect that instances are
	 * cancelled or launched here.
	 */
	if (!network->timer)
		error = sd_event_add_time_relative(app->daemon->event, &network->timer,
						   CLOCK_MONOTONIC, 0, 1, look, app);
	else
		(void)sd_event_source_set_time_accuracy(network->timer, 1);
	if (error < 0) {
		log_line(LOG_ERR, "%s: cannot watch its network budget: %s", app->id,
			 strerror(-error));
		return;
	}
	(void)sd_event_source_set_time_relative(network->timer, 0);
	(void)sd_event_source_set_enabled(network->timer, SD_EVENT_ONESHOT);
}

void network_power_changed(struct daemon *daemon)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->nr_running || app_use_is_traffic_counted(app) || app->network->spent ||
		    is_spent(app))
			network_update(app);
}

void network_close(struct app *app)
{
	if (!app->network)
		return;
	sd_event_source_disable_unref(app->network->timer);
	free(app->network);
	app->network = NULL;
}
