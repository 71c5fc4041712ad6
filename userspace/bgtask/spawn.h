/* SPDX-License-Identifier: GPL-2.0 */
/* Starts a command, in another cgroup if the caller wants. */
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
 * Starts @argv with this signal mask in the cgroup of @directory, or in the caller's cgroup if
 * @directory is negative. Returns a negative errno if no process could be created.
 */
int spawn(struct child *child, char **argv, int directory, const sigset_t *mask);

/*
 * For a child that has ended: 0, or the negative errno because of which the command was not
 * executed.
 */
int spawn_failure(const struct child *child);

/* Closes the child's descriptors. */
void spawn_close(struct child *child);

#endif
