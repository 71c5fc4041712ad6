/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an app uses, as the module has counted it.
 */
#ifndef BGTASKD_APP_USE_H
#define BGTASKD_APP_USE_H

#include "model/daemon.h"

struct app_use {
	uint64_t cpu;			/* us, used by all its processes */
	uint64_t network;		/* bytes, to and from other machines */
	uint64_t local;			/* bytes, within this machine */
	uint64_t times_throttled;	/* how often its budget has been spent */
	bool throttled;			/* its budget is spent now */
	bool exempted;			/* somebody other than the helper has exempted it */
};

/* Reads the counters. Returns 0 or a negative errno: -ENOENT if the app has no container. */
int app_use_read(const struct app *app, struct app_use *use);

/*
 * Whether the app's traffic has to be counted: its tasks run, and either idle tasks are watched for
 * or the app has a network budget. app_use_count_traffic() tells the module to count, or ends that
 * after a while.
 */
bool app_use_counts_traffic(const struct app *app);
void app_use_count_traffic(struct app *app);

/* Whether the module counts the app's traffic now. */
bool app_use_is_traffic_counted(const struct app *app);

/* To be called when the helper ends. */
void app_use_close(struct daemon *daemon);

#endif
