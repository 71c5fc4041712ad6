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

#include "base/problem.h"

#include "manifest.h"

#define TEXT_MAX	1024
#define TRIGGER_COUNT	(BGTASK_TRIGGER_MAX + 1)

struct registry;

/*
 * A registration, and a run, present or past. Their strings are never NULL, and somebody else's: of
 * what the registry shows, they are valid only while it does so.
 */
struct task_record {
	uint32_t id;			/* never 0, not used again */
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
	uint32_t id;			/* never 0, not used again */
	uint32_t task;
	const char *app;
	const char *name;		/* of the task, which may be gone */
	const char *argument;
	const char *message;
	enum bgtask_trigger trigger;
	enum bgtask_instance_state state;
	enum bgtask_cancel_reason reason;
	bool cancelled;			/* @reason says why */
	bool reported;			/* it has said how it ends */
	bool has_cgroup;		/* below that of the app's tasks, called as its id */
	uint32_t progress;
	int32_t status;
	uint32_t pid;			/* while it runs, with @start_time to know it again */
	uint64_t start_time;		/* field 22 of /proc/PID/stat */
	uint64_t fired, started, ended;	/* CLOCK_REALTIME ns, or 0 */
};

/* What an app has used of the network budget of a day. */
struct network_record {
	uint32_t day;			/* as network.h has it; 0 if there was none */
	uint64_t used;			/* bytes */
	uint64_t seen;			/* bytes of the container's counters that are dealt with */
};

/* What an app's extensions have used of the energy of a day. */
struct energy_record {
	uint32_t day;			/* as network.h has it; 0 if there was none */
	uint64_t used;			/* ns in the background on battery */
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

/*
 * What is done between these two is committed by the second, or not at all; the latter also if an
 * @error is passed to it. Functions that change something can be called in between, until one
 * fails.
 */
int registry_begin(struct registry *registry);
int registry_end(struct registry *registry, int error);

/* -EEXIST if the app has a task of this name. */
int registry_task_add(struct registry *registry, struct task_record *task);
int registry_task_remove(struct registry *registry, uint32_t id);
int registry_task_remove_all(struct registry *registry, const char *app);
int registry_task_set_due(struct registry *registry, uint32_t id, uint64_t due);

/*
 * Shows tasks behind an id, in the order of ids; those of one app, or of all if that is NULL. Stops
 * if @each returns other than 0, and returns that. @each must not change the registry.
 */
typedef int (*task_fn)(void *data, const struct task_record *task);
int registry_task_each(struct registry *registry, const char *app, uint32_t after, task_fn each,
		       void *data);

/*
 * An instance begins with a firing, latched or launching. registry_instance_set() changes what is
 * known of it; when it has ended, older ended ones of the app beyond @history are dropped.
 */
int registry_instance_add(struct registry *registry, struct instance_record *instance);
int registry_instance_set(struct registry *registry, const struct instance_record *instance,
			  uint32_t history);

/* The same for instances; and those of one app that have not ended. */
typedef int (*instance_fn)(void *data, const struct instance_record *instance);
int registry_instance_each(struct registry *registry, const char *app, uint32_t after,
			   instance_fn each, void *data);
int registry_instance_each_unfinished(struct registry *registry, const char *app, instance_fn each,
				      void *data);

/* Shows the ids of apps that have tasks. */
int registry_app_each(struct registry *registry, int (*each)(void *data, const char *app),
		      void *data);

/* What the user lets an app do; BGTASK_ACCESS_UNSPECIFIED if that was never set. */
int registry_access_set(struct registry *registry, const char *app, enum bgtask_access access);
int registry_access_get(struct registry *registry, const char *app, enum bgtask_access *access);

/* What an app has used of its network budget; all 0 if that was never set. */
int registry_network_set(struct registry *registry, const char *app,
			 const struct network_record *network);
int registry_network_get(struct registry *registry, const char *app,
			 struct network_record *network);

/* What its extensions have used; all 0 if that was never set. */
int registry_energy_set(struct registry *registry, const char *app,
			const struct energy_record *energy);
int registry_energy_get(struct registry *registry, const char *app, struct energy_record *energy);

/* Forgets an app: its tasks, instances, access and what it has used. */
int registry_app_remove(struct registry *registry, const char *app);

#endif
