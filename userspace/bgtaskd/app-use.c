// SPDX-License-Identifier: GPL-2.0
#include "app-use.h"

#include <errno.h>

#include "idle.h"
#include "network.h"

int app_use_read(const struct app *app, struct app_use *use)
{
	struct bgt_container *container;
	int error;

	if (!app->container)
		return -ENOENT;
	error = bgt_container_get(app->daemon->bgt, app->container, &container);
	if (error)
		return error;
	*use = (struct app_use) {
		.cpu = container->usage / 1000,
		.network = container->received + container->sent,
		.local = container->local,
		.times_throttled = container->times_throttled,
		.throttled = container->throttled,
		.foreground = app->life.foreground ||
			      (container->exempt && (!app->exempt || app->was_exempt)),
	};
	bgt_container_free(container);
	return 0;
}

bool app_use_counts_traffic(const struct app *app)
{
	return app->nr_running && (idle_is_watched(app->daemon) || network_is_limited(app));
}

void app_use_count_traffic(struct app *app)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	bool count = app_use_counts_traffic(app);
	int error;

	if (!app->container || app->traffic_counted == count)
		return;
	policy.set = BGT_POLICY_COUNT_TRAFFIC;
	policy.count_traffic = count;
	error = bgt_container_set(app->daemon->bgt, app->container, &policy);
	if (!error)
		app->traffic_counted = count;
	/* That somebody has deleted it is told otherwise. */
	else if (error != -ENOENT && log_may(&app->log, app->id))
		log_line(LOG_ERR, "%s: cannot count what it sends: %s", app->id,
			 bgt_error(app->daemon->bgt));
}
