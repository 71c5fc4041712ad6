// SPDX-License-Identifier: GPL-2.0
/*
 * Reads the module's counters of an app, and has the module count the app's traffic while somebody
 * needs to know it. Counting goes on for a while longer, since the next task may come soon, and
 * beginning and ending to count costs more than counting.
 */
#include "app-use.h"

#include <errno.h>

#include "model/app.h"

#include "container-internal.h"

/* How long counting goes on after the last task has ended. */
#define LINGER_USEC	(10 * UINT64_C(1000000))

int app_use_read(const struct app *app, struct app_use *use)
{
	struct bgt_container *container;
	int error;

	if (!app->box->container)
		return -ENOENT;
	error = bgt_container_get(app->daemon->bgt, app->box->container, &container);
	if (error)
		return error;
	*use = (struct app_use) {
		.cpu = container->usage / 1000,
		.network = container->received + container->sent,
		.local = container->local,
		.times_throttled = container->times_throttled,
		.throttled = container->throttled,
		.exempted = container->exempt && (!app->box->exempt || app->box->was_exempt),
	};
	bgt_container_free(container);
	return 0;
}

bool app_use_counts_traffic(const struct app *app)
{
	return app->nr_running &&
	       (config_watches_idle(&app->daemon->config) || app_has_network_budget(app));
}

bool app_use_is_traffic_counted(const struct app *app)
{
	return app->box->traffic_counted;
}

static void count_traffic(struct app *app, bool count)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	int error;

	policy.set = BGT_POLICY_COUNT_TRAFFIC;
	policy.count_traffic = count;
	error = bgt_container_set(app->daemon->bgt, app->box->container, &policy);
	if (!error)
		app->box->traffic_counted = count;
	/* If somebody has deleted the container, an event of the module says so as well. */
	else if (error != -ENOENT && log_may(&app->log, app->id))
		log_line(LOG_ERR, "%s: cannot count what it sends: %s", app->id,
			 bgt_error(app->daemon->bgt));
}

static int sweep(sd_event_source *source, uint64_t usec, void *data)
{
	struct daemon *daemon = data;
	struct app *app;

	(void)source;
	(void)usec;
	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->box->container && app->box->traffic_counted &&
		    !app_use_counts_traffic(app))
			count_traffic(app, false);
	return 0;
}

static void sweep_later(struct daemon *daemon)
{
	int enabled = SD_EVENT_OFF;

	if (!daemon->sweep) {
		(void)sd_event_add_time_relative(daemon->event, &daemon->sweep, CLOCK_MONOTONIC,
						 LINGER_USEC, 0, sweep, daemon);
		return;
	}
	(void)sd_event_source_get_enabled(daemon->sweep, &enabled);
	if (enabled != SD_EVENT_OFF)
		return;
	(void)sd_event_source_set_time_relative(daemon->sweep, LINGER_USEC);
	(void)sd_event_source_set_enabled(daemon->sweep, SD_EVENT_ONESHOT);
}

void app_use_count_traffic(struct app *app)
{
	bool count = app_use_counts_traffic(app);

	if (!app->box->container || app->box->traffic_counted == count)
		return;
	if (count)
		count_traffic(app, true);
	else
		sweep_later(app->daemon);
}

void app_use_close(struct daemon *daemon)
{
	daemon->sweep = sd_event_source_disable_unref(daemon->sweep);
}
