// SPDX-License-Identifier: GPL-2.0
/*
 * Takes an app's traffic from the module's counters, day by day, and only the traffic that counts:
 * on battery, and not while the user looks at the app. The less of a budget is left, the more often
 * the counters are looked at.
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
 * While tasks run on battery, the counters are looked at every 5 s and, the less is left, the more
 * often, up to every 250 ms; the timer may be late by a quarter. So a budget can be overrun by the
 * traffic of about 6 s if all of it is used at once, and by that of half a second if using it takes
 * a minute. The excess is not taken from the next day's budget.
 */
#define LOOK_USEC_MAX	(5 * USEC_PER_SEC)
#define LOOK_USEC_MIN	(USEC_PER_SEC / 4)
#define ACCURACY	4
/*
 * The longest time between two looks while the next day is waited for, as the clock or the time
 * zone may be set.
 */
#define DAY_USEC_MAX	(3600 * USEC_PER_SEC)

/*
 * How often the use of a budget is recorded, at least, until it is spent. If the helper is killed,
 * the next one goes on from the module's counters, so no traffic is lost; but traffic that was not
 * recorded is taken as counting or free by the state of then. So the use is recorded as well when
 * the power changes and when no instance runs any more.
 */
#define RECORDS		16

/* The network budget of an app. */
struct network {
	struct network_record record;
	uint64_t recorded;		/* @record.seen at the last recording */
	bool looked;			/* there was a look; the next two are known */
	bool battery;			/* at the last look, the app had to save energy */
	bool unlimited;			/* at the last look, the user looked at the app */
	bool spent;			/* the budget was found spent, which was logged */
	sd_event_source *timer;		/* of the next look; NULL before the first */
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

/*
 * Whether an app has no limits since the user looks at it, whoever has brought it to the
 * foreground.
 */
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
 * Takes the traffic since the last look. It counts or is free by the power that the last look
 * found; and by the foreground that the last look found, as the helper looks whenever it moves the
 * app. Somebody else may have exempted the app at any time since the last look: then all of the
 * traffic is free.
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
	 * At the first look of this helper, power and foreground are taken to have been the same
	 * since the helper before.
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
 * Cancels the instances of an app whose budget is spent; or, if the user looks at the app, which
 * then has no limits, launches those that are latched.
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

/* Returns the time until the next look, us; 0 if none is due before something changes. */
static uint64_t next_look(const struct app *app)
{
	uint64_t interval = 0;
	int64_t now = time_now();

	if (!app_has_network_budget(app))
		return 0;
	if (app->nr_running)
		interval = network_interval(app->network->record.used, app_network_budget(app));
	/*
	 * When the budget is spent, the running instances were cancelled, so the next look is for
	 * the next day.
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
	 * The event loop takes the look, at once, since callers do not expect that instances are
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
