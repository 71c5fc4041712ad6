/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry: an SQLite database of everything that has to survive a reboot. The database is in
 * WAL mode with synchronous=FULL, so that acknowledged changes survive a power failure. A
 * function's changes are committed if it returns 0, and not made at all if it returns an error:
 * -ENOSPC for a full disk, -EIO, -EUCLEAN for a damaged database, or -ENOMEM.
 */
#ifndef BGTASKD_REGISTRY_H
#define BGTASKD_REGISTRY_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/problem.h"

#include "manifest.h"

#define TEXT_MAX	1024
#define TRIGGER_COUNT	(BGTASK_TRIGGER_MAX + 1)

struct registry;

/*
 * A registered task, and an instance of a task, running or ended. The strings are never NULL, and
 * the records do not own them. The strings in a record that the registry passes to a function are
 * valid only until that function returns.
 */
struct task_record {
	uint32_t id;			/* never 0, and never reused */
	enum bgtask_trigger trigger;
	const char *app;
	const char *name;
	const char *entry_point;
	uint64_t interval;		/* ns */
	uint64_t due;			/* of time and maintenance: CLOCK_REALTIME ns, or 0 */
	uint32_t conditions;		/* BGTASK_CONDITION_* */
	bool oneshot;
	bool cancel_on_condition_loss;
};

struct instance_record {
	uint32_t id;			/* never 0, and never reused */
	uint32_t task;
	const char *app;
	const char *name;		/* the task's name; the task may be gone */
	const char *argument;
	const char *message;
	enum bgtask_trigger trigger;
	enum bgtask_instance_state state;
	enum bgtask_cancel_reason reason;
	bool cancelled;			/* @reason is valid */
	bool reported;			/* it has reported its result */
	bool has_cgroup;		/* below that of the app's tasks, with the id as name */
	uint32_t progress;
	int32_t status;
	uint32_t pid;			/* while it runs, with @start_time as pids are reused */
	uint64_t start_time;		/* field 22 of /proc/PID/stat */
	uint64_t fired, started, ended;	/* CLOCK_REALTIME ns, or 0 */
};

/* What an app has used of a day's network budget. */
struct network_record {
	uint32_t day;			/* as clock_day() returns; 0 if there was none */
	uint64_t used;			/* bytes */
	uint64_t seen;			/* the container's counters when last looked at, bytes */
};

/* What the extensions of an app have used of a day's energy. */
struct energy_record {
	uint32_t day;			/* as clock_day() returns; 0 if there was none */
	uint64_t used;			/* ns in the background on battery */
};

/*
 * Opens the database in a directory. The directory (mode 0700) and the database are made if they do
 * not exist. A database that is damaged, or of a newer version, is refused with -EUCLEAN and not
 * changed; the problem says how to start again.
 */
int registry_open(struct registry **registry, const char *directory, struct problem *problem);
void registry_close(struct registry *registry);

/* Returns why the last call failed. */
const char *registry_error(const struct registry *registry);

/*
 * A transaction: registry_end() commits all changes since registry_begin(), or none. It rolls the
 * changes back if @error is not 0, and returns @error then. After a function has failed, no more
 * changes may be made in the transaction.
 */
int registry_begin(struct registry *registry);
int registry_end(struct registry *registry, int error);

/* registry_task_add() sets the id, and returns -EEXIST if the app has a task of this name. */
int registry_task_add(struct registry *registry, struct task_record *task);
int registry_task_remove(struct registry *registry, uint32_t id);
int registry_task_remove_all(struct registry *registry, const char *app);
int registry_task_set_due(struct registry *registry, uint32_t id, uint64_t due);

/*
 * Calls @each for the tasks with ids greater than @after, in the order of ids: the tasks of one
 * app, or all tasks if @app is NULL. Stops if @each does not return 0, and returns what @each has
 * returned. @each must not change the registry.
 */
typedef int (*task_fn)(void *data, const struct task_record *task);
int registry_task_each(struct registry *registry, const char *app, uint32_t after, task_fn each,
		       void *data);

/*
 * An instance is added when its trigger fires, as latched or launching. registry_instance_set()
 * stores its present state. If the instance has ended, the oldest ended instances of the app are
 * dropped, so that no more than @history are left.
 */
int registry_instance_add(struct registry *registry, struct instance_record *instance);
int registry_instance_set(struct registry *registry, const struct instance_record *instance,
			  uint32_t history);

/* The same for instances; and for the instances of an app that have not ended. */
typedef int (*instance_fn)(void *data, const struct instance_record *instance);
int registry_instance_each(struct registry *registry, const char *app, uint32_t after,
			   instance_fn each, void *data);
int registry_instance_each_unfinished(struct registry *registry, const char *app, instance_fn each,
				      void *data);

/* Calls @each with the id of every app that has tasks. */
int registry_app_each(struct registry *registry, int (*each)(void *data, const char *app),
		      void *data);

/* What the user lets an app do; BGTASK_ACCESS_UNSPECIFIED if it was never set. */
int registry_access_set(struct registry *registry, const char *app, enum bgtask_access access);
int registry_access_get(struct registry *registry, const char *app, enum bgtask_access *access);

/* What an app has used of its network budget; all 0 if it was never set. */
int registry_network_set(struct registry *registry, const char *app,
			 const struct network_record *network);
int registry_network_get(struct registry *registry, const char *app,
			 struct network_record *network);

/* What the extensions of an app have used; all 0 if it was never set. */
int registry_energy_set(struct registry *registry, const char *app,
			const struct energy_record *energy);
int registry_energy_get(struct registry *registry, const char *app, struct energy_record *energy);

/* Removes an app's tasks, instances, access and what the app has used. */
int registry_app_remove(struct registry *registry, const char *app);

#endif
