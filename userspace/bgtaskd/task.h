/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks: registrations, and what becomes of them.
 */
#ifndef BGTASKD_TASK_H
#define BGTASKD_TASK_H

#include "daemon.h"

struct task *task_find(struct daemon *daemon, uint32_t id);
struct task *task_by_name(struct app *app, const char *name);

/* Takes an app's registrations from the registry, or forgets them. */
int task_load_all(struct app *app);
void task_unload_all(struct app *app);

/* Makes a registration, that is to be acknowledged then; @record gets its id. */
int task_register(struct app *app, struct task_record *record);

/*
 * Ends a registration, perhaps as its own app wants it. What runs goes on, unless it is cancelled;
 * what is latched is dropped.
 */
int task_unregister(struct task *task, bool cancel, bool own);

/* Ends all registrations of an app, whose instances are cancelled. */
int task_unregister_all(struct app *app, enum bgtask_cancel_reason reason);

/* The registry does not have it any more, so forget it: its instances have ended. */
void task_unload(struct task *task);

/* Puts what is known of a task into a payload. */
void task_put_details(struct payload *payload, const struct task_record *record);

/* Whether it is one of trigger time or maintenance. */
bool task_is_timed(const struct task_record *record);

#endif
