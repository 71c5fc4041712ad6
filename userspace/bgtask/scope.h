/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scope is what "bgtask run" makes for its command: a cgroup, and a container whose only member
 * is this cgroup.
 */
#ifndef BGTASK_SCOPE_H
#define BGTASK_SCOPE_H

#include <bgtask.h>
#include <limits.h>

struct scope {
	char name[BGT_NAME_MAX + 1];
	char parent[PATH_MAX];

	/*
	 * What exists of the scope. Updated at each step, so that the scope can be destroyed at any
	 * time.
	 */
	volatile uint32_t container;
	volatile bool directory;
};

/*
 * Creates the cgroup and the container. If that fails, prints an error and removes what was made.
 * Returns an exit code. The caller has filled in the names; all other fields are zero.
 */
int scope_create(struct scope *scope, const struct bgt_container_policy *policy);

/* Opens the cgroup's directory. Returns a descriptor or a negative errno. */
int scope_open(const struct scope *scope);

/*
 * Kills the processes in the scope, and removes what exists of the scope. Prints an error if that
 * fails. Returns an exit code.
 */
int scope_destroy(struct scope *scope);

#endif
