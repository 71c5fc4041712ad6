/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program that an app is, as its manifest has it.
 */
#ifndef BGTASKD_PROGRAM_H
#define BGTASKD_PROGRAM_H

#include "model/daemon.h"

/* Starts the program in the app's cgroup, as its user. When it ends, lifecycle_look() is called. */
int program_start(struct app *app);

/* Watches what the helper before has started, life.pid, if it is still there. */
void program_adopt(struct app *app);

/* Lets the program go on, for the next helper. */
void program_forget(struct app *app);

#endif
