/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: what is known of registrations, from registering to unregistering.
 */
#ifndef BGTASKD_TASK_H
#define BGTASKD_TASK_H

#include "daemon.h"

struct task *task_find(struct daemon *daemon, uint32_t id);
struct task *task_by_name(struct app *app, const char *name);

/*
 * task_insert() makes a task of a record and adds it to those that can be found; it returns 0 or
 * -ENOMEM. task_delete() removes the task and frees it.
 */
int task_insert(struct app *app, const struct task_record *record, struct task **task);
void task_delete(struct task *task);

/* Puts the description of a task, as programs get it, into a payload. */
void task_put_details(struct payload *payload, const struct task_record *record);

/* Whether the task has one of the triggers time and maintenance. */
bool task_is_timed(const struct task_record *record);

#endif
