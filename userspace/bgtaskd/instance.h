/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances: runs of tasks, from the firing of a trigger to what became of it. instance.c has what
 * is known of them, run.c their processes.
 */
#ifndef BGTASKD_INSTANCE_H
#define BGTASKD_INSTANCE_H

#include "daemon.h"

/*
 * Makes an instance for a firing, latched and not recorded yet; NULL if there is no memory. The
 * second function records it.
 */
struct instance *instance_new(struct task *task, const char *argument);
int instance_add(struct instance *instance);

/* Records what has changed. Returns 0 or a negative errno, which is logged. */
int instance_record(struct instance *instance);

/* Forgets an instance, in whatever state it is; or all instances of an app. */
void instance_unload(struct instance *instance);
void instance_unload_all(struct app *app);

/*
 * Takes the instances of an app that have not ended from the registry; and sees what became of
 * them. If the machine was @rebooted meanwhile, none of them runs.
 */
int instance_load_all(struct app *app);
void instance_resume_all(struct app *app, bool rebooted);

struct instance *instance_find(struct daemon *daemon, uint32_t id);

/*
 * The cgroup of an instance's processes, as app_cgroup() takes it: a cgroup of its own or, for a
 * task that runs in the app, the app's.
 */
#define INSTANCE_BELOW_SIZE	32
void instance_below(const struct instance *instance, char below[INSTANCE_BELOW_SIZE]);

/* Puts into a payload what an instance's process is told of it. */
void instance_put_details(struct payload *payload, const struct instance_record *known);

/* The instance that a process belongs to, by its cgroup; or NULL. */
struct instance *instance_of_process(struct daemon *daemon, uint32_t pid);

/* Sets the record's message. */
void instance_set_message(struct instance *instance, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The task says how far it has come, or how it ends. The latter returns a negative errno if it
 * could not be recorded.
 */
void instance_say_progress(struct instance *instance, uint32_t progress);
int instance_say_end(struct instance *instance, int32_t status, const char *message);

/*
 * Starts the process of an instance that is recorded as launching. Returns true if it runs, which
 * is to be recorded. Otherwise it has ended and is gone, or the helper ends.
 */
bool instance_start(struct instance *instance);

/* Ends an instance: its record says how, but for the state; or it has failed. It is gone then. */
void instance_end(struct instance *instance, enum bgtask_instance_state state);
void instance_fail(struct instance *instance, const char *what, int error);

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
