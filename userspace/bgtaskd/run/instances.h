/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances that are started, cancelled and ended (run.c), taken over from the helper before
 * (resume.c), and handled together as those of one app (instances.c); and their runs
 * (instance-run.c).
 */
#ifndef BGTASKD_INSTANCES_H
#define BGTASKD_INSTANCES_H

#include "model/daemon.h"

/* Makes an instance for a firing, latched and not recorded yet; NULL if there is no memory. */
struct instance *instance_new(struct task *task, const char *argument);

/*
 * Frees an instance, in whatever state it is; or all instances of an app. Their processes are left
 * alone.
 */
void instance_unload(struct instance *instance);
void instance_unload_all(struct app *app);

/*
 * instance_load_all() loads the instances of an app whose ends are not recorded, and returns 0 or a
 * negative errno. instance_resume_all() then finds out what became of them: none of them runs if
 * the machine was @rebooted meanwhile.
 */
int instance_load_all(struct app *app);
void instance_resume_all(struct app *app, bool rebooted);

/*
 * Starts an instance that is recorded as launching. Returns true if the instance runs; the caller
 * then records this. Otherwise the instance has ended and must not be used any more, or the helper
 * is about to end.
 */
bool instance_start(struct instance *instance);

/*
 * instance_end() ends an instance, whose record says all but the state; instance_fail() ends one
 * that has failed, with a message that begins with @what, and @error, a negative errno. The
 * instance must not be used any more.
 */
void instance_end(struct instance *instance, enum bgtask_instance_state state);
void instance_fail(struct instance *instance, const char *what, int error);

/* Whether an instance runs in the app's own process. */
bool instance_is_in_app(const struct instance *instance);

/*
 * instance_attach() makes @peer the socket that is told when the instance is to end;
 * instance_peer_gone() forgets a socket that was closed.
 */
void instance_attach(struct instance *instance, uint32_t peer);
void instance_peer_gone(struct daemon *daemon, uint32_t peer);

/* Tells the socket that has attached to an instance why the instance is to end. */
void instance_tell_canceled(const struct instance *instance);

/* Goes on with an instance that was loaded: takes over its process, ends it, or has it launched. */
void instance_resume(struct instance *instance, bool rebooted);

/*
 * Tells an instance to end, and has it killed with its app if it does not end in time. A latched
 * instance ends at once and must not be used any more.
 */
void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason);

/* The same, because the instance's own app wants it. */
void instance_cancel_own(struct instance *instance, enum bgtask_cancel_reason reason);

/* Cancels all instances of an app that were started and, if @latched, those that are latched. */
void instance_cancel_all(struct app *app, bool latched, enum bgtask_cancel_reason reason);

#endif
