/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Starting a command, straight into a cgroup if need be.
 */
#ifndef BGTASK_SPAWN_H
#define BGTASK_SPAWN_H

#include <signal.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	int pidfd;
	int failure;
};

/*
 * Starts @argv in the cgroup of @directory, or in the caller's if that is negative, with the given
 * signal mask. Negative errno if that fails before there is a process.
 */
int spawn(struct child *child, char **argv, int directory, const sigset_t *mask);

/* Of a child that has ended: 0, or the negative errno with which the command could not be run. */
int spawn_failure(const struct child *child);

/* Closes the child's descriptors. */
void spawn_close(struct child *child);

#endif
