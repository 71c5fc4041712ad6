/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Firing: a trigger makes an instance of each task that has the trigger. The instance is latched
 * until the task's gates are open and the app has room, and is launched then. While an instance of
 * a task runs, one more firing of the task is remembered.
 */
#ifndef BGTASKD_FIRE_H
#define BGTASKD_FIRE_H

#include "model/daemon.h"

/*
 * Fires a trigger: for one task; or for all tasks that have it, of @app or, if that is NULL, of all
 * apps. When 0 is returned the firing is recorded and will not be forgotten; when a negative errno
 * is returned the firing has happened for none of them.
 */
int fire_task(struct task *task, const char *argument);
int fire_all(struct daemon *daemon, struct app *app, enum bgtask_trigger trigger,
	     const char *argument);

/* Fires a task whose time has come, and records that it is due again at @due. Returns the same. */
int fire_due(struct task *task, uint64_t due);

/*
 * To be called when access has changed: launches what was latched, and fires what was due
 * meanwhile.
 */
void fire_reconsider_all(struct daemon *daemon);

/*
 * To be called when conditions or the power have changed: tells listeners, cancels instances that
 * must not run on, and launches those that were latched.
 */
void fire_conditions_changed(struct daemon *daemon);

/*
 * To be called when an instance of a task has ended: if it was the active one, the next one takes
 * its place.
 */
void fire_instance_ended(struct task *task, const struct instance *instance);

#endif
