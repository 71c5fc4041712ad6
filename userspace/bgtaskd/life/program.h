/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An app's program, which is Exec of its manifest.
 */
#ifndef BGTASKD_PROGRAM_H
#define BGTASKD_PROGRAM_H

#include "model/daemon.h"

/* Starts the program in the app's cgroup, as its user. When it ends, lifecycle_look() is called. */
int program_start(struct app *app);

/* Watches the program that the helper before has started, life.pid, if it still runs. */
void program_adopt(struct app *app);

/* Forgets the program, which runs on. */
void program_forget(struct app *app);

#endif
