/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry: what must last. An SQLite database, in WAL mode and synchronous=FULL, so that what
 * was acknowledged survives a power failure. What a function has changed is committed when it
 * returns 0, and not changed at all if it returns an error (-ENOSPC for a full disk, -EIO,
 * -EUCLEAN for a damaged database, -ENOMEM).
 */
#ifndef BGTASKD_REGISTRY_H
#define BGTASKD_REGISTRY_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

#include "manifest.h"
#include "problem.h"

#define TEXT_MAX	1024
#define TRIGGER_COUNT	(BGTASK_TRIGGER_USER_PRESENT + 1)

struct registry;

/* A registration. Strings are the owner's of the structure. */
struct task_record {
	uint32_t id;			/* never 0, not used again */
	char app[APP_ID_MAX + 1];
	char name[BGTASK_NAME_MAX + 1];
	char entry_point[TEXT_MAX + 1];
	enum bgtask_trigger trigger;
	uint64_t interval;		/* ns */
	bool oneshot;
	uint32_t conditions;		/* BGTASK_CONDITION_* */
	bool cancel_on_condition_loss;
	uint64_t due;			/* of time and maintenance: CLOCK_REALTIME ns, or 0 */
};

/* A run, present or past. */
struct instance_record {
	uint32_t id;			/* never 0, not used again */
	uint32_t task;
	char app[APP_ID_MAX + 1];
	char name[BGTASK_NAME_MAX + 1];	/* of the task, which may be gone */
	enum bgtask_trigger trigger;
	char argument[TEXT_MAX + 1];
	enum bgtask_instance_state state;
	bool cancelled;			/* @reason says why */
	enum bgtask_cancel_reason reason;
	uint32_t progress;
	int32_t status;
	char message[TEXT_MAX + 1];
	uint64_t fired, started, ended;	/* CLOCK_REALTIME ns, or 0 */
	uint32_t pid;			/* while it runs, with @start_time to know it again */
	uint64_t start_time;		/* field 22 of /proc/PID/stat */
	char cgroup[BGTASK_NAME_MAX + 1];	/* its cgroup, below the app's task cgroup */
};

/*
 * Opens the database in a directory, which is made if need be (0700), or begins a new one. One that
 * is damaged, or of a newer version, is refused with -EUCLEAN and a problem that says how to
 * recover (move it away and start again; nothing was changed).
 */
int registry_open(struct registry **registry, const char *directory, struct problem *problem);
void registry_close(struct registry *registry);

/* Why the last call failed. */
const char *registry_error(const struct registry *registry);

/* -EEXIST if the app has a task of this name. */
int registry_task_add(struct registry *registry, struct task_record *task);
int registry_task_remove(struct registry *registry, uint32_t id);
int registry_task_set_due(struct registry *registry, uint32_t id, uint64_t due);
int registry_task_each(struct registry *registry,
		       int (*each)(void *data, const struct task_record *task), void *data);

/*
 * An instance begins with a firing, latched or launching. registry_instance_set() changes what is
 * known of it; when it has ended, older ended ones of the app beyond @history are dropped.
 */
int registry_instance_add(struct registry *registry, struct instance_record *instance);
int registry_instance_set(struct registry *registry, const struct instance_record *instance,
			  uint32_t history);
/* Those behind an id, in the order of ids; of one app, or of all if that is NULL. */
int registry_instance_each(struct registry *registry, const char *app, uint32_t after,
			   int (*each)(void *data, const struct instance_record *instance),
			   void *data);

/* What the user lets an app do; BGTASK_ACCESS_UNSPECIFIED if that was never set. */
int registry_access_set(struct registry *registry, const char *app, enum bgtask_access access);
int registry_access_get(struct registry *registry, const char *app, enum bgtask_access *access);

/* Forgets an app: its tasks, instances and access. */
int registry_app_remove(struct registry *registry, const char *app);

#endif
