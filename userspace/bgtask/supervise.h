/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Running a command as a child that lives up to its parent's signals: they are passed on to it, and
 * the parent stops, goes on and ends as it does.
 */
#ifndef BGTASK_SUPERVISE_H
#define BGTASK_SUPERVISE_H

#include <signal.h>

/* The signals that are passed on, and the mask from before, which is the command's. */
struct signals {
	sigset_t taken;
	sigset_t before;
};

/* From now on, signals wait for the command to be started. */
void supervise_prepare(struct signals *signals);

/*
 * Runs @argv in the cgroup of @directory, or in this process's if that is negative. Returns the
 * command's exit code, or one of EXIT_* after a complaint.
 */
int supervise(char **argv, int directory, const struct signals *signals);

#endif
