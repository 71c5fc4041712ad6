/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances: runs of tasks, from the firing of a trigger to what became of it. instance.c has what
 * is known of them, run.c their processes.
 */
#ifndef BGTASKD_INSTANCE_H
#define BGTASKD_INSTANCE_H

#include "daemon.h"

/*
 * One for a firing, latched, and not recorded yet; NULL if there is no memory. Then records it.
 */
struct instance *instance_new(struct task *task, const char *argument);
int instance_add(struct instance *instance);

/* Records what has changed; if that fails, which is logged, returns a negative errno. */
int instance_record(struct instance *instance);

/* Forgets it, in whatever state it is; or all of an app. */
void instance_unload(struct instance *instance);
void instance_unload_all(struct app *app);

/*
 * Takes those of an app that have not ended from the registry, and sees what became of them; that
 * the machine was @rebooted meanwhile says that none of them runs.
 */
int instance_load_all(struct app *app);
void instance_resume_all(struct app *app, bool rebooted);

struct instance *instance_find(struct daemon *daemon, uint32_t id);

/* The cgroup of its processes, see app_cgroup(): its own or, if it runs in the app, the app's. */
#define INSTANCE_BELOW_SIZE	32
void instance_below(const struct instance *instance, char below[INSTANCE_BELOW_SIZE]);

/* What its process is to know of it. */
void instance_put_details(struct payload *payload, const struct instance_record *known);

/* The instance that a process belongs to, by its cgroup; or NULL. */
struct instance *instance_of_process(struct daemon *daemon, uint32_t pid);

/* Sets the record's message. */
void instance_set_message(struct instance *instance, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What the task says. The latter returns a negative errno if it could not be recorded. */
void instance_say_progress(struct instance *instance, uint32_t progress);
int instance_say_end(struct instance *instance, int32_t status, const char *message);

/*
 * Starts the host of one that is recorded as launching. Returns true if it runs, which is to be
 * recorded; else it has ended, and is gone, or the helper ends.
 */
bool instance_start(struct instance *instance);

/* Ends it, as its record says but for the state, or as failed; it is gone then. */
void instance_end(struct instance *instance, enum bgtask_instance_state state);
void instance_fail(struct instance *instance, const char *what, int error);

/* Tells the socket that has attached why it is to end. */
void instance_tell_canceled(const struct instance *instance);

/* The helper before has started it, or was about to. Goes on, or ends it. */
void instance_resume(struct instance *instance, bool rebooted);

/* Tells it to end, and sees to it. One that is latched ends at once, and is gone. */
void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason);

/* The same, because its app wants it. */
void instance_cancel_own(struct instance *instance, enum bgtask_cancel_reason reason);

/* The same for those of an app that run, and for those that are latched if @latched. */
void instance_cancel_all(struct app *app, bool latched, enum bgtask_cancel_reason reason);

#endif
