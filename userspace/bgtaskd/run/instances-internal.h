/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The run of an instance, which only the files of this folder know, and what these files offer to
 * each other.
 */
#ifndef BGTASKD_INSTANCES_INTERNAL_H
#define BGTASKD_INSTANCES_INTERNAL_H

#include <signal.h>

#include "instances.h"

struct deadline;
struct host;
struct idle;

/* What an instance has from its firing until it has ended. */
struct run {
	/* launch.c */
	bool is_ready;			/* it is in its app's queue of instances to launch */
	bool starts;			/* it counts in app.nr_running */
	/* run.c */
	int pidfd;			/* of its process; -1 if that is not known */
	struct host *host;		/* of its process, if this helper has started it; or NULL */
	bool plugin;			/* the plugin host runs it */
	uint32_t peer;			/* the socket that has attached, or 0 */
	sd_event_source *exit;		/* event: the process has ended */
	sd_event_source *retry;		/* timer: try again to record the end */
	struct deadline *deadline;	/* for it to end, or for the app to attach */
	bool reprieved;			/* its app is reprieved so that it can end */
	bool overdue;			/* it did not end in time and is killed */
	/* idle.c */
	struct idle *idle;		/* NULL if it is not watched */
	/* activation.c */
	bool in_app;			/* it runs in the app's own process */
	bool told;			/* this helper has told the app of it */
	uint64_t times_throttled;	/* of the app, when the wait for its attaching began */
};

/* Makes an instance of an app, and its run, from a record; NULL if there is no memory. */
struct instance *instance_of_record(struct app *app, const struct instance_record *record);

/*
 * Writes the cgroup of an instance's processes, as app_cgroup() takes it: a cgroup of the
 * instance's own or, for a task that runs in the app, that of the app's processes.
 */
#define INSTANCE_BELOW_SIZE	32
void instance_below(const struct instance *instance, char below[INSTANCE_BELOW_SIZE]);

/* Watches for the end of an instance's process. Returns a negative errno if that cannot be done. */
int instance_watch(struct instance *instance);

/*
 * Judges what became of an instance whose process has ended: returns its state, and sets status and
 * message of its record. @info is NULL if it is not known how the process has ended.
 */
enum bgtask_instance_state instance_judge(struct instance *instance, const siginfo_t *info);

#endif
