/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: registrations, and the firing of their triggers.
 */
#ifndef BGTASKD_TASK_H
#define BGTASKD_TASK_H

#include "daemon.h"

struct task *task_find(struct daemon *daemon, uint32_t id);
struct task *task_by_name(struct app *app, const char *name);

/* Takes a registration from the registry, or a new one that is to be acknowledged. */
int task_load(struct app *app, const struct task_record *record, struct task **task);
int task_register(struct app *app, struct task_record *record, struct task **task);

/* Ends a registration. What runs goes on, unless it is cancelled; what is latched is dropped. */
int task_unregister(struct task *task, bool cancel);

/* Its trigger fires, or it is time for it. */
void task_fire(struct task *task, enum bgtask_trigger trigger, const char *argument);

/* A trigger fires for all tasks of an app that have it, or for all. */
void task_fire_all(struct daemon *daemon, struct app *app, enum bgtask_trigger trigger,
		   const char *argument);

/* Access or power has changed: launches what was latched. */
void task_reconsider_all(struct daemon *daemon);

/* The same for conditions; and what must not run without one is cancelled. */
void task_conditions_changed(struct daemon *daemon);

/* The active instance of a task has ended. */
void task_instance_ended(struct task *task);

/* Sets the timer of a task of trigger time or maintenance. */
void task_set_timer(struct task *task);

#endif
