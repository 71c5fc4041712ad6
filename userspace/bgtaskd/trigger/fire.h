/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Firing: a trigger makes an instance of each task that has it. It is latched while a condition
 * does not hold or the user does not let the app run, and launched as soon as that changes. While
 * one runs, one more firing is remembered.
 */
#ifndef BGTASKD_FIRE_H
#define BGTASKD_FIRE_H

#include "model/daemon.h"

/*
 * A trigger fires for one task, or for all tasks that have it, of an app or, if that is NULL, of
 * all. When this returns 0 the firing will not be forgotten; if it returns a negative errno it has
 * not happened, for none of them.
 */
int fire_task(struct task *task, const char *argument);
int fire_all(struct daemon *daemon, struct app *app, enum bgtask_trigger trigger,
	     const char *argument);

/* The time of a task has come, and comes again at @due. */
int fire_due(struct task *task, uint64_t due);

/* Access has changed: launches what was latched. */
void fire_reconsider_all(struct daemon *daemon);

/*
 * Conditions or the power have changed: listeners are told, latched instances are launched, and
 * instances are cancelled that must not run without a condition.
 */
void fire_conditions_changed(struct daemon *daemon);

/* The instance of a task has ended; if it was the active one, it is the turn of the next. */
void fire_instance_ended(struct task *task, const struct instance *instance);

#endif
