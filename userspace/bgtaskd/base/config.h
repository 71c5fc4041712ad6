/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration: bgtaskd.conf(5), with a default for every key. */
#ifndef BGTASKD_CONFIG_H
#define BGTASKD_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "problem.h"

#define CLASS_NAME_MAX	31

#define NETWORK_UNLIMITED	UINT64_MAX

/*
 * A class of apps: how much CPU time its apps get, in nanoseconds, and how many bytes the tasks of
 * an app may send and receive in a day on battery; NETWORK_UNLIMITED for no limit.
 */
struct quota_class {
	struct quota_class *next;
	char name[CLASS_NAME_MAX + 1];
	uint64_t quota;
	uint64_t period;
	uint64_t network_budget;
};

struct config {
	/* The directory of the database; /var/lib/bgtask. */
	char *state_directory;
	/* The directory of what the next helper has to know until the next boot; /run/bgtask. */
	char *runtime_directory;
	/*
	 * The directories of manifests; /usr/share/bgtask/apps and /etc/bgtask/apps. A manifest in
	 * the second directory overrides one of the same name in the first.
	 */
	char *manifest_directories[2];
	/* The cgroup above the cgroups of apps, below the cgroup2 mount; "bgtask.apps". */
	char *cgroup;
	/*
	 * "lock-screen", with 2 s of every 15 min and 45 MB, and "standard", with 1 s of every 2 h
	 * and 7.5 MB. The numbers are from the documentation of Windows 8.
	 */
	struct quota_class *classes;
	/* The shortest interval of time and maintenance triggers; 15 min. */
	uint64_t minimum_interval;
	/* How many apps can have lock-screen access; 7. */
	uint32_t lock_screen_slots;
	/* How long a task may take to end when it is cancelled; 5 s. */
	uint64_t cancel_timeout;
	/* How long an app may take to save its state when it is suspended; 5 s. */
	uint64_t suspend_timeout;
	/* How long an app may go on when an extension to save data is revoked; 1 s. */
	uint64_t saving_timeout;
	/*
	 * On battery: how long an extension lasts, and all extensions of an app in a day; 10 min, 1
	 * h.
	 */
	uint64_t extension_limit, extension_budget;
	/*
	 * A task that uses less than both minima for the length of a window is idle or hangs, and
	 * is cancelled. The window is 10 min, or 3 min while no user is present; 0 turns this off.
	 * The minima are 10 ms and 1 KiB.
	 */
	uint64_t idle_window;
	uint64_t idle_window_standby;
	uint64_t idle_minimum_cpu;
	uint64_t idle_minimum_traffic;
	/*
	 * An app is killed when processes wait for memory for so long in a second; 150 ms. 0 turns
	 * this off.
	 */
	uint64_t memory_stall;
	/* How many instances of an app run at the same time; 16. */
	uint32_t concurrent_instances;
	/* How many ended instances are kept for each app; 100. */
	uint32_t history;
	/* The program that runs plugins; NULL for the program installed or built with bgtaskd. */
	char *plugin_host;
};

/*
 * Reads a file; a missing file is the same as an empty file. Unknown sections and keys, and values
 * out of range, are errors. Returns 0 or a negative errno.
 */
int config_load(struct config *config, const char *path, struct problem *problem);
void config_free(struct config *config);

/* Returns the class of this name, or NULL. */
const struct quota_class *config_class(const struct config *config, const char *name);
/* Whether tasks are watched for being idle. */
bool config_watches_idle(const struct config *config);

#endif
