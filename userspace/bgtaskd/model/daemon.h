/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper: what it knows. Each folder keeps its part of an app, a task or an instance behind a
 * pointer to a type of its own, which no other folder opens.
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

/* A run that has not ended; instance.c. */
struct instance {
	LIST_ENTRY(instance) entry;
	LIST_ENTRY(instance) by_app;
	TAILQ_ENTRY(instance) queued;	/* in the firing that makes it, or for its start */
	struct daemon *daemon;
	struct app *app;
	struct instance_record record;
	char *message;			/* what the record's is, unless it is "" */
	struct run *run;		/* its processes; run/ */
	char text[];			/* what the record's name and argument are */
};

/* A registration; task.c. */
struct task {
	LIST_ENTRY(task) by_app;
	LIST_ENTRY(task) by_trigger;
	struct app *app;
	struct task_record record;
	struct instance *active;	/* latched, or running */
	struct instance *next;		/* what fired meanwhile */
	struct timer *timer;		/* of the triggers time and maintenance; timer.c */
	struct channel *channel;	/* the socket of a control channel; channel.c */
	char text[];			/* what the record's name and entry point are */
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
	void *by_name;			/* tasks, a tree of tsearch(3) */
	struct instance_list instances;
	uint32_t nr_running;		/* instances that were started */
	struct log_limit log;
	struct box *box;		/* its container and cgroups; box/ */
	struct lifecycle *life;		/* its own processes; life/ */
	struct network *network;	/* its network budget; network.c */
	struct launch *launch;		/* what waits for its start; launch.c */
	struct channels *channels;	/* if tasks have some; channel.c */
	struct listeners *listeners;	/* if there are some; listener.c */
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
	bool started;			/* all sources have said what holds */
	bool ac;
	int capacity;			/* of the battery, percent; or -1 */
	char plugin_host[PATH_MAX];	/* the program that runs plugins */
	char cgroup[PATH_MAX];		/* what apps' cgroups are made in */
	struct app_list apps;
	struct instance_list instances;
	struct listeners *listeners;	/* to all apps; listener.c */
	struct task_list by_trigger[TRIGGER_COUNT];
	/* Trees of tsearch(3): apps by their names, the others by id. */
	void *app_tree;
	void *task_tree;
	void *instance_tree;
	struct launcher *launcher;	/* gives apps their turns; launch.c */
	sd_event_source *sweep;		/* of what is not to be counted any more; app-use.c */
	struct source *sources[SOURCES_MAX];	/* of triggers and conditions; main.c */
	struct memory *memory;		/* whether it is short; memory.c */
};

#endif
