/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration: bgtaskd.conf(5), with a default for everything.
 */
#ifndef BGTASKD_CONFIG_H
#define BGTASKD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "problem.h"

#define CLASS_NAME_MAX	31

#define NETWORK_UNLIMITED	UINT64_MAX

/*
 * How much CPU time the apps of a class get; times are nanoseconds. And how many bytes their tasks
 * may send and receive in a day, on battery; NETWORK_UNLIMITED for any.
 */
struct quota_class {
	struct quota_class *next;
	char name[CLASS_NAME_MAX + 1];
	uint64_t quota;
	uint64_t period;
	uint64_t network_budget;
};

struct config {
	/* Where the database is; /var/lib/bgtask. */
	char *state_directory;
	/* What the next helper has to know, until the next boot; /run/bgtask. */
	char *runtime_directory;
	/*
	 * Where manifests are, those in the later directory over those in the earlier;
	 * /usr/share/bgtask/apps and /etc/bgtask/apps.
	 */
	char *manifest_directories[2];
	/* The cgroup that apps' cgroups are made in, below the cgroup2 mount; "bgtask.apps". */
	char *cgroup;
	/*
	 * "lock-screen", 2 s of 15 min and 45 MB; "standard", 1 s of 2 h and 7.5 MB. From Windows
	 * 8's documentation.
	 */
	struct quota_class *classes;
	/* Time and maintenance triggers are no more often than this; 15 min. */
	uint64_t minimum_interval;
	/* How many apps have lock-screen access; 7. */
	uint32_t lock_screen_slots;
	/* How long a task may take to end when it is cancelled; 5 s. */
	uint64_t cancel_timeout;
	/* How long an app may take to save its state when it is suspended; 5 s. */
	uint64_t suspend_timeout;
	/* How long an app may go on when an extension to save data is revoked; 1 s. */
	uint64_t saving_timeout;
	/* How long an extension lasts on battery, and all of an app's in a day; 10 min, 1 h. */
	uint64_t extension_limit, extension_budget;
	/*
	 * A task that uses less than both minima for so long is idle, or hangs, and is cancelled;
	 * 10 min, or 3 min while no user is present. Never, if that is 0. 10 ms, 1 KiB.
	 */
	uint64_t idle_window;
	uint64_t idle_window_standby;
	uint64_t idle_minimum_cpu;
	uint64_t idle_minimum_traffic;
	/*
	 * An app is killed when others stand still for memory so long in a second; 150 ms.
	 * Never, if that is 0.
	 */
	uint64_t memory_stall;
	/* How many instances of an app run at the same time; 16. */
	uint32_t concurrent_instances;
	/* How many ended instances are kept for each app; 100. */
	uint32_t history;
	/* What runs plugins; NULL for that which was installed or built with bgtaskd. */
	char *plugin_host;
};

/*
 * Reads a file; one that is not there is as good as an empty one. Unknown sections and keys, and
 * values out of range, are errors. Returns 0 or a negative errno.
 */
int config_load(struct config *config, const char *path, struct problem *problem);
void config_free(struct config *config);

/* NULL if there is no such class. */
const struct quota_class *config_class(const struct config *config, const char *name);
/* Whether tasks are watched that seem to be idle. */
bool config_watches_idle(const struct config *config);

#endif
