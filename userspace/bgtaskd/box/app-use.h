/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an app uses, as the module has counted it.
 */
#ifndef BGTASKD_APP_USE_H
#define BGTASKD_APP_USE_H

#include "model/daemon.h"

struct app_use {
	uint64_t cpu;			/* us, of all its processes */
	uint64_t network;		/* bytes, to and from other machines */
	uint64_t local;			/* bytes, on this one */
	uint64_t times_throttled;
	bool throttled;
	bool exempted;			/* somebody else than the helper has made it exempt */
};

/* Returns 0 or a negative errno: -ENOENT if the app has no container. */
int app_use_read(const struct app *app, struct app_use *use);

/*
 * Whether somebody has to know what an app's sockets send and receive, as is so while some tasks
 * run. The second function lets the module count accordingly, and a while longer.
 */
bool app_use_counts_traffic(const struct app *app);
void app_use_count_traffic(struct app *app);

/* Whether the module counts that now. */
bool app_use_is_traffic_counted(const struct app *app);

/* To be called when the helper ends. */
void app_use_close(struct daemon *daemon);

#endif
