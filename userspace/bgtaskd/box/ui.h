/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The thread of an app's UI: in a threaded cgroup below the app's, a member of its own.
 */
#ifndef BGTASKD_UI_H
#define BGTASKD_UI_H

#include "model/daemon.h"

/*
 * Makes a thread of one of the app's processes its UI thread. -ESRCH if the process has no such
 * thread.
 */
int ui_set(struct app *app, uint32_t pid, uint32_t tid);

/* Makes the UI thread's cgroup and member, as far as they do not exist. 0 or a negative errno. */
int ui_add(struct app *app);

/* Sees whether the helper before has made that cgroup. */
void ui_resume(struct app *app);

#endif
