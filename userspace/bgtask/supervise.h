/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Runs a command as a child that gets its parent's signals: the signals are passed on to the child,
 * and the parent stops, continues and ends as the child does.
 */
#ifndef BGTASK_SUPERVISE_H
#define BGTASK_SUPERVISE_H

#include <signal.h>

/* The signals that are passed on, and the signal mask from before, which the command gets. */
struct signals {
	sigset_t taken;
	sigset_t before;
};

/* From now on signals stay pending, until supervise() passes them on to the command. */
void supervise_prepare(struct signals *signals);

/*
 * Runs @argv in the cgroup of @directory, or in this process's cgroup if @directory is negative.
 * Returns the command's exit code, or one of EXIT_* after an error message.
 */
int supervise(char **argv, int directory, const struct signals *signals);

#endif
