/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of this folder know of a run, and have for each other.
 */
#ifndef BGTASKD_INSTANCES_INTERNAL_H
#define BGTASKD_INSTANCES_INTERNAL_H

#include <signal.h>

#include "instances.h"

struct deadline;
struct host;
struct idle;

/* What an instance has while it waits for its start, runs, and ends. */
struct run {
	/* launch.c */
	bool is_ready;			/* it waits for its start */
	bool starts;			/* it counts among those of its app that run */
	/* run.c */
	int pidfd;			/* -1 before it is started */
	struct host *host;		/* that this helper has started for it, or NULL */
	bool plugin;			/* which bgtask-host runs */
	uint32_t peer;			/* the socket that has attached, or 0 */
	sd_event_source *exit;		/* the process ends */
	sd_event_source *retry;		/* to record that it has ended */
	struct deadline *deadline;	/* of its time to end, or for the app to attach */
	bool reprieved;			/* its app is, so that it can end */
	bool overdue;			/* it did not end in time, and is killed for that */
	/* idle.c */
	struct idle *idle;		/* if that is watched */
	/* activation.c */
	bool in_app;			/* it runs in the app's own process */
	bool told;			/* the app was told so, by this helper */
	uint64_t times_throttled;	/* of the app, when it began to be waited for */
};

/* Makes an instance of a record, of an app; NULL if there is no memory. */
struct instance *instance_of_record(struct app *app, const struct instance_record *record);

/*
 * The cgroup of an instance's processes, as app_cgroup() takes it: a cgroup of its own or, for a
 * task that runs in the app, the app's.
 */
#define INSTANCE_BELOW_SIZE	32
void instance_below(const struct instance *instance, char below[INSTANCE_BELOW_SIZE]);

/* Watches for the end of an instance's process. */
int instance_watch(struct instance *instance);

/* What became of a process; @info is NULL if nobody says more of it. */
enum bgtask_instance_state instance_judge(struct instance *instance, const siginfo_t *info);

#endif
