/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts: the processes in which instances run.
 */
#ifndef BGTASKD_HOST_H
#define BGTASKD_HOST_H

#include "manifest.h"
#include "registry.h"

/* What a process needs until it has executed its program. */
struct host;

/*
 * Starts the entry point as the app's user, right into a cgroup. @instance gets the pid, *pidfd a
 * descriptor of the process. The process may be frozen before it has done anything, so whether the
 * program can be run is seen only when it has ended; *host is to be kept until then. Returns 0 or a
 * negative errno.
 */
int host_start(const struct manifest *manifest, struct instance_record *instance,
	       const char *entry_point, const char *cgroup, int *pidfd, struct host **host);
void host_free(struct host *host);

/* Of a process that has ended: 0, or the negative errno with which it could not be executed. */
int host_failure(const struct host *host);

#endif
