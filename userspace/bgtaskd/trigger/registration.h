/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registrations: loading, making and ending them.
 */
#ifndef BGTASKD_REGISTRATION_H
#define BGTASKD_REGISTRATION_H

#include "model/daemon.h"

/*
 * task_load_all() loads an app's registrations from the registry, and returns 0 or a negative
 * errno. task_unload_all() frees them; they stay registered.
 */
int task_load_all(struct app *app);
void task_unload_all(struct app *app);

/*
 * Registers a task, which the caller is to acknowledge then; @record gets its id. Returns 0 or a
 * negative errno: -EEXIST if the app has a task of this name.
 */
int task_register(struct app *app, struct task_record *record);

/*
 * Unregisters a task; @own if the app itself wants it. A running instance goes on unless @cancel; a
 * latched one is cancelled. Returns 0 or a negative errno.
 */
int task_unregister(struct task *task, bool cancel, bool own);

/* Unregisters all tasks of an app and cancels all its instances. Returns 0 or a negative errno. */
int task_unregister_all(struct app *app, enum bgtask_cancel_reason reason);

/* Frees a task, with its timer and its channel. The registry is not changed. */
void task_unload(struct task *task);

/* Frees a oneshot task that has run; if that is @recorded, listeners are told. */
void task_over(struct task *task, bool recorded);

#endif
