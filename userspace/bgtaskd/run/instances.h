/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of instances: run.c has their processes, resume.c those of the helper before,
 * instances.c all that an app has.
 */
#ifndef BGTASKD_INSTANCES_H
#define BGTASKD_INSTANCES_H

#include "model/daemon.h"

/* Makes an instance for a firing, latched and not recorded yet; NULL if there is no memory. */
struct instance *instance_new(struct task *task, const char *argument);

/* Forgets an instance, in whatever state it is; or all instances of an app. */
void instance_unload(struct instance *instance);
void instance_unload_all(struct app *app);

/*
 * Takes the instances of an app that have not ended from the registry; and sees what became of
 * them. If the machine was @rebooted meanwhile, none of them runs.
 */
int instance_load_all(struct app *app);
void instance_resume_all(struct app *app, bool rebooted);

/*
 * Starts the process of an instance that is recorded as launching. Returns true if it runs, which
 * is to be recorded. Otherwise it has ended and is gone, or the helper ends.
 */
bool instance_start(struct instance *instance);

/* Ends an instance: its record says how, but for the state; or it has failed. It is gone then. */
void instance_end(struct instance *instance, enum bgtask_instance_state state);
void instance_fail(struct instance *instance, const char *what, int error);

/* Whether it runs in the app's own process. */
bool instance_is_in_app(const struct instance *instance);

/* A socket is told from now on why the instance is to end; one that was told is gone. */
void instance_attach(struct instance *instance, uint32_t peer);
void instance_peer_gone(struct daemon *daemon, uint32_t peer);

/* Tells the socket that has attached to an instance why the instance is to end. */
void instance_tell_canceled(const struct instance *instance);

/* Goes on with an instance that the helper before has started or was about to start, or ends it. */
void instance_resume(struct instance *instance, bool rebooted);

/* Tells an instance to end, and sees to it that it does. A latched one ends at once and is gone. */
void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason);

/* Tells an instance to end because its own app wants it. */
void instance_cancel_own(struct instance *instance, enum bgtask_cancel_reason reason);

/* Tells all instances of an app to end that run; and if @latched, those that are latched. */
void instance_cancel_all(struct app *app, bool latched, enum bgtask_cancel_reason reason);

#endif
