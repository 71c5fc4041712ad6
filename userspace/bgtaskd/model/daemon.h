/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the helper knows: apps, their tasks, and the instances of these tasks. Each folder keeps its
 * part of an app, a task or an instance behind a pointer to a type of its own, which no other
 * folder opens.
 */
#ifndef BGTASKD_DAEMON_H
#define BGTASKD_DAEMON_H

#include <bgtask.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <systemd/sd-event.h>

#include "base/config.h"
#include "base/log.h"
#include "link/relay.h"
#include "store/manifest.h"
#include "store/registry.h"

#include "condition.h"

LIST_HEAD(app_list, app);
LIST_HEAD(instance_list, instance);
LIST_HEAD(task_list, task);
TAILQ_HEAD(instance_queue, instance);

/* A run of a task, from its firing until its end is recorded; instance.c. */
struct instance {
	LIST_ENTRY(instance) entry;
	LIST_ENTRY(instance) by_app;
	TAILQ_ENTRY(instance) queued;	/* of its firing, then of its app for launching */
	struct daemon *daemon;
	struct app *app;
	struct instance_record record;
	char *message;			/* owned; record.message, or NULL if that is "" */
	struct run *run;		/* its process, timers and deadline; run/ */
	char text[];			/* what record.name and record.argument point to */
};

/* A registration; task.c. */
struct task {
	LIST_ENTRY(task) by_app;
	LIST_ENTRY(task) by_trigger;
	struct app *app;
	struct task_record record;
	struct instance *active;	/* the instance that is latched or runs, or NULL */
	struct instance *next;		/* an instance that fired while @active ran, or NULL */
	struct timer *timer;		/* for the triggers time and maintenance; timer.c */
	struct channel *channel;	/* the socket of a control channel; channel.c */
	char text[];			/* what record.name and record.entry_point point to */
};

/* An app that is installed; app.c. */
struct app {
	LIST_ENTRY(app) entry;
	struct daemon *daemon;
	char id[APP_ID_MAX + 1];
	struct manifest *manifest;
	enum bgtask_access access;
	uint32_t nr_tasks;
	struct task_list tasks;
	void *by_name;			/* tree of tsearch(3): tasks by name */
	struct instance_list instances;
	uint32_t nr_running;		/* instances that were started and have not ended */
	struct log_limit log;		/* limits how often errors of this app are logged */
	struct box *box;		/* its container and cgroups; box/ */
	struct lifecycle *life;		/* its own processes; life/ */
	struct network *network;	/* its network budget; network.c */
	struct launch *launch;		/* its queue of instances to launch; launch.c */
	struct channels *channels;	/* control channels of its tasks, or NULL; channel.c */
	struct listeners *listeners;	/* listeners to this app, or NULL; listener.c */
};

#define SOURCES_MAX	8

struct daemon {
	const struct observers *observers;
	bool (*const *gates)(const struct task *task);	/* gate.h */
	sd_event *event;
	struct config config;
	struct bgt *bgt;
	struct registry *registry;
	struct relay *relay;
	struct conditions conditions;
	bool started;			/* sources have said what holds; false at the end */
	bool ac;			/* on AC power */
	int capacity;			/* of the battery, percent; -1 if not known */
	char plugin_host[PATH_MAX];	/* the program that runs plugins */
	char cgroup[PATH_MAX];		/* path of the cgroup that holds those of all apps */
	struct app_list apps;
	struct instance_list instances;
	struct listeners *listeners;	/* listeners to all apps; listener.c */
	struct task_list by_trigger[TRIGGER_COUNT];	/* tasks by their triggers */
	/* Trees of tsearch(3), all by id. */
	void *app_tree;
	void *task_tree;
	void *instance_tree;
	struct launcher *launcher;	/* gives apps their turns to launch; launch.c */
	sd_event_source *sweep;		/* timer that ends the counting of traffic; app-use.c */
	struct source *sources[SOURCES_MAX];	/* of triggers and conditions; main.c */
	struct memory *memory;		/* watches memory pressure, or NULL; memory.c */
};

#endif
