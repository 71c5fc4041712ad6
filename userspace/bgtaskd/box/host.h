/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts: the processes in which instances run.
 */
#ifndef BGTASKD_HOST_H
#define BGTASKD_HOST_H

#include <stdbool.h>

#include "store/manifest.h"
#include "store/registry.h"

/* What is started, and how. */
struct host_options {
	const struct manifest *manifest;
	const char *entry_point;
	const char *plugin_host;	/* the program that runs it if it is a plugin */
	const char *cgroup;
	int socket;			/* its descriptor 3; or -1 */
};

/* What a process needs until it has executed its program. */
struct host;

/*
 * Starts the entry point as the app's user, right into a cgroup: for an instance, or as the app
 * itself if that is NULL. *pidfd gets a descriptor of the process. The process may be frozen before
 * it has done anything, so whether the program can be run is seen only when it has ended; *host is
 * to be kept until then. Returns 0 or a negative errno.
 */
int host_start(const struct host_options *options, const struct instance_record *instance,
	       uint32_t *pid, int *pidfd, struct host **host);
void host_free(struct host *host);

/* Of a process that has ended: 0, or the negative errno with which it could not be executed. */
int host_failure(const struct host *host);

/* Whether it is "FILE.so:SYMBOL", which takes a program to run it. */
bool host_is_plugin(const char *entry_point);

/* What is wrong with an entry point, whatever files there are ("is empty"); or NULL. */
const char *host_entry_point_fault(const char *entry_point);

#endif
