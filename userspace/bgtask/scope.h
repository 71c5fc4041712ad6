/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scope is what "bgtask run" makes for its command: a cgroup, and a container with this as its
 * only member.
 */
#ifndef BGTASK_SCOPE_H
#define BGTASK_SCOPE_H

#include <bgtask.h>
#include <limits.h>

struct scope {
	char name[BGT_NAME_MAX + 1];
	char parent[PATH_MAX];

	/* What there is to take down; kept up to date at each step, so it can be done anytime. */
	volatile uint32_t container;
	volatile bool directory;
};

/*
 * Creates the cgroup and the container, or complains and leaves nothing. Returns an exit code. The
 * names are filled in already, the rest is zero.
 */
int scope_create(struct scope *scope, const struct bgt_container_policy *policy);

/* Opens the cgroup's directory. Negative errno on failure. */
int scope_open(const struct scope *scope);

/*
 * Kills what runs in the scope and takes down what is left of it, or complains. Returns an exit
 * code.
 */
int scope_destroy(struct scope *scope);

#endif
