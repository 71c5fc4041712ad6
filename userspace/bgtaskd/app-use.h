/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an app uses, as the module has counted it.
 */
#ifndef BGTASKD_APP_USE_H
#define BGTASKD_APP_USE_H

#include "daemon.h"

struct app_use {
	uint64_t cpu;			/* us, of all its processes */
	uint64_t network;		/* bytes, to and from other machines */
	uint64_t local;			/* bytes, on this one */
	uint64_t times_throttled;
	bool throttled;
	bool foreground;		/* or else exempt, but for its tasks' or extension's sake */
};

/* Returns 0 or a negative errno, as if it has no container. */
int app_use_read(const struct app *app, struct app_use *use);

/*
 * Whether the module is to count what its sockets send and receive: only while a task runs of which
 * that has to be known, and a while longer. The latter tells it so.
 */
bool app_use_counts_traffic(const struct app *app);
void app_use_count_traffic(struct app *app);

/* The helper ends. */
void app_use_close(struct daemon *daemon);

#endif
