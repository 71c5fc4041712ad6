/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: what is known of registrations.
 */
#ifndef BGTASKD_TASK_H
#define BGTASKD_TASK_H

#include "daemon.h"

struct task *task_find(struct daemon *daemon, uint32_t id);
struct task *task_by_name(struct app *app, const char *name);

/* Lets a task be found; and forgets and frees it. The first returns 0 or -ENOMEM. */
int task_insert(struct app *app, const struct task_record *record, struct task **task);
void task_delete(struct task *task);

/* Puts what is known of a task into a payload. */
void task_put_details(struct payload *payload, const struct task_record *record);

/* Whether it is one of trigger time or maintenance. */
bool task_is_timed(const struct task_record *record);

#endif
