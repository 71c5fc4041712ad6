/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listeners: sockets that are told what becomes of instances of an app; or of those of all apps,
 * and what else changes.
 */
#ifndef BGTASKD_LISTENER_H
#define BGTASKD_LISTENER_H

#include "model/daemon.h"

/* How many listeners an app may have, since each of them is told of each progress and each end. */
#define LISTENERS_MAX	64

/*
 * Makes a caller's socket a listener to an app or, if @app is NULL, to all apps. A suspended app is
 * not told of events, nor is it told later; it finds the outcome in the history. Returns 0, -ENOMEM
 * or -EUSERS.
 */
int listener_add(struct daemon *daemon, struct app *app, const struct call *call);

/*
 * listener_forget() forgets a socket that was closed; listener_forget_all() frees all listeners of
 * a list.
 */
void listener_forget(struct daemon *daemon, uint32_t peer);
void listener_forget_all(struct listeners **listeners);

/*
 * Tells the listeners to all apps what an app itself does, BGTASK_CMD_APP_CHANGED_NTF, or what is
 * done with it, _INSTALLED_NTF, _REMOVED_NTF or _ACCESS_CHANGED_NTF.
 */
void listener_tell_of_app(const struct app *app, uint8_t command);

/*
 * Tells the same listeners of a task: BGTASK_CMD_TASK_REGISTERED_NTF, or _UNREGISTERED_NTF before
 * the task is freed.
 */
void listener_tell_of_task(const struct task *task, uint8_t command);

/* Tells the same listeners which conditions hold. */
void listener_tell_of_conditions(struct daemon *daemon);

/*
 * Tells the listeners to an instance's app, and those to all apps, of
 * BGTASK_CMD_INSTANCE_PROGRESS_NTF and _ENDED_NTF; the listeners to all apps also of _CHANGED_NTF.
 */
void listener_tell_of_instance(const struct instance *instance, uint8_t command);

#endif
