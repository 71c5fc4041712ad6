/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances: runs of tasks, from the firing of a trigger to what became of it.
 */
#ifndef BGTASKD_INSTANCE_H
#define BGTASKD_INSTANCE_H

#include "daemon.h"

/* One for a firing, latched; NULL if it cannot be recorded, which is in the log then. */
struct instance *instance_new(struct app *app, const struct task_record *task,
			      enum bgtask_trigger trigger, const char *argument);

/* Takes one from the registry that had not ended: one that runs is found again, or ends here. */
void instance_load(struct app *app, const struct instance_record *record);

/* Starts the host. If that fails the instance ends as failed. */
void instance_start(struct instance *instance, const char *entry_point);

/* Tells it to end, and sees to it. One that is latched ends at once. */
void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason);

/* The instance that a process belongs to, by its cgroup; or NULL. */
struct instance *instance_of_process(struct daemon *daemon, uint32_t pid);
struct instance *instance_find(struct daemon *daemon, uint32_t id);

/* What the task says. */
void instance_say_progress(struct instance *instance, uint32_t progress);
void instance_say_end(struct instance *instance, int32_t status, const char *message);

#endif
