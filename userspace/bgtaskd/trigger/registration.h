/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registrations that begin and end.
 */
#ifndef BGTASKD_REGISTRATION_H
#define BGTASKD_REGISTRATION_H

#include "model/daemon.h"

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

/* A oneshot task has run; whether the registry knows that. */
void task_over(struct task *task, bool recorded);

#endif
