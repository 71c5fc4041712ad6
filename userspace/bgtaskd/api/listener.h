/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listeners: sockets that are told what becomes of instances; and those that are told of all apps,
 * what else changes.
 */
#ifndef BGTASKD_LISTENER_H
#define BGTASKD_LISTENER_H

#include "model/daemon.h"

/* Each is told of each progress and each end, so an app has so many. */
#define LISTENERS_MAX	64

/*
 * From now on the socket of a caller is told of an app's instances or, if that is NULL, of all. An
 * app that is suspended is not told; nor is it told later, but finds the outcome in the history.
 */
int listener_add(struct daemon *daemon, struct app *app, const struct call *call);

/* A socket is gone, or there is no more to be told. */
void listener_forget(struct daemon *daemon, uint32_t peer);
void listener_forget_all(struct listeners **listeners);

/*
 * Tells those who are told of all apps what an app itself does, BGTASK_CMD_APP_CHANGED_NTF, or what
 * is done with it, _INSTALLED_NTF, _REMOVED_NTF or _ACCESS_CHANGED_NTF.
 */
void listener_tell_of_app(const struct app *app, uint8_t command);

/* Tells them of a task, BGTASK_CMD_TASK_REGISTERED_NTF or, before it goes, _UNREGISTERED_NTF. */
void listener_tell_of_task(const struct task *task, uint8_t command);

/* Tells them which conditions hold. */
void listener_tell_of_conditions(struct daemon *daemon);

/*
 * Tells of an instance: those who are told of its app of BGTASK_CMD_INSTANCE_PROGRESS_NTF and
 * _ENDED_NTF, those who are told of all also of _CHANGED_NTF.
 */
void listener_tell_of_instance(const struct instance *instance, uint8_t command);

#endif
