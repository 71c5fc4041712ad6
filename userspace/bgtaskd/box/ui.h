/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread of an app's UI, which has a threaded cgroup and a member of its own.
 */
#ifndef BGTASKD_UI_H
#define BGTASKD_UI_H

#include "model/daemon.h"

/*
 * Moves the thread @tid of the app's process @pid to the cgroup of the UI thread. Returns 0 or a
 * negative errno: -ESRCH if the process has no such thread.
 */
int ui_set(struct app *app, uint32_t pid, uint32_t tid);

/* Makes what is missing of the UI thread's cgroup and member. Returns 0 or a negative errno. */
int ui_add(struct app *app);

/* Finds out whether the helper before has made the UI thread's cgroup. */
void ui_resume(struct app *app);

#endif
