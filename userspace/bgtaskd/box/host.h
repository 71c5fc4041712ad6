/* SPDX-License-Identifier: GPL-2.0 */
/* Hosts: the processes in which instances run. */
#ifndef BGTASKD_HOST_H
#define BGTASKD_HOST_H

#include <stdbool.h>

#include "store/manifest.h"
#include "store/registry.h"

/* What to start, and how. */
struct host_options {
	const struct manifest *manifest;
	const char *entry_point;
	const char *plugin_host;	/* the program that runs plugins */
	const char *cgroup;
	int socket;			/* becomes descriptor 3 of the process; -1 for none */
};

/* The memory of a process that has not executed its program yet. */
struct host;

/*
 * Starts the entry point as the app's user in a cgroup: for an instance, or as the app itself if
 * @instance is NULL. *pidfd gets a descriptor of the process. The process may be frozen at once, so
 * only when it has ended is it certain whether the program could be executed. The caller keeps
 * *host until the process has ended. Returns 0 or a negative errno.
 */
int host_start(const struct host_options *options, const struct instance_record *instance,
	       uint32_t *pid, int *pidfd, struct host **host);
void host_free(struct host *host);

/*
 * For a process that has ended: 0, or the negative errno with which executing the program failed.
 */
int host_failure(const struct host *host);

/* Whether an entry point is "FILE.so:SYMBOL", which the plugin host has to run. */
bool host_is_plugin(const char *entry_point);

/*
 * Returns what is wrong with an entry point, such as "is empty", or NULL. Files are not looked at.
 */
const char *host_entry_point_fault(const char *entry_point);

#endif
