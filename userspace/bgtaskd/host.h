/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts: the processes in which instances run.
 */
#ifndef BGTASKD_HOST_H
#define BGTASKD_HOST_H

#include "manifest.h"
#include "registry.h"

/*
 * Starts the entry point as the app's user, right into a cgroup. @instance gets the pid, *pidfd a
 * descriptor of the process, *failure one for host_failure(). The process may be frozen before it
 * has done anything, so whether the program can be run is seen only when it has ended. Returns 0 or
 * a negative errno.
 */
int host_start(const struct manifest *manifest, struct instance_record *instance,
	       const char *entry_point, const char *cgroup, int *pidfd, int *failure);

/* Of a host that has ended: 0, or the negative errno with which the program could not be run. */
int host_failure(int failure);

#endif
