/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The helper: what it knows, and which file deals with it.
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
#include "life/lifecycle.h"
#include "link/relay.h"
#include "run/network.h"
#include "sense/source.h"
#include "store/manifest.h"
#include "store/registry.h"

#include "condition.h"

LIST_HEAD(app_list, app);
LIST_HEAD(instance_list, instance);
LIST_HEAD(listener_list, listener);
LIST_HEAD(task_list, task);
TAILQ_HEAD(app_queue, app);
TAILQ_HEAD(instance_queue, instance);

/* A run that has not ended; instance.c. */
struct instance {
	LIST_ENTRY(instance) entry;
	LIST_ENTRY(instance) by_app;
	TAILQ_ENTRY(instance) ready;
	bool is_ready;			/* it waits for its start; launch.c */
	bool starts;			/* it counts among those of its app that run */
	struct daemon *daemon;
	struct app *app;
	struct instance_record record;
	char *message;			/* what the record's is, unless it is "" */
	int pidfd;			/* -1 before it is started */
	sd_event_source *exit;		/* the process ends */
	sd_event_source *retry;		/* to record that it has ended */
	struct deadline *deadline;	/* of its time to end */
	struct idle *idle;		/* if that is watched; idle.c */
	struct host *host;		/* that this helper has started for it, or NULL */
	uint32_t peer;			/* the socket that has attached, or 0 */
	bool plugin;			/* which bgtask-host runs */
	bool in_app;			/* it runs in the app's own process; activation.c */
	bool told;			/* the app was told so, by this helper */
	uint64_t times_throttled;	/* of the app, when it began to be waited for */
	bool reprieved;			/* its app is, so that it can end */
	bool overdue;			/* it did not end in time, and is killed for that */
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
	sd_event_source *timer;		/* time and maintenance */
	int64_t due;			/* as the record's, but by CLOCK_BOOTTIME; timer.c */
	struct channel *channel;	/* the socket of a control channel; or NULL */
	char text[];			/* what the record's name and entry point are */
};

/* A socket that wants to know what becomes of an app's tasks, or of all. */
struct listener {
	LIST_ENTRY(listener) entry;
	uint32_t peer;
	bool in_app;			/* it is the app itself */
};

/* An app that is installed; app.c. */
struct app {
	LIST_ENTRY(app) entry;
	struct daemon *daemon;
	char id[APP_ID_MAX + 1];
	struct manifest *manifest;
	enum bgtask_access access;
	uint32_t container;		/* its id, or 0 before the app is first needed */
	uint32_t member;		/* its member of the app's own processes, or 0; hold.c */
	uint32_t ui_member;		/* that of its UI thread, or 0 */
	bool prepared;			/* the container is complete, as far as is known */
	unsigned int exempt;		/* how many need it to run whatever it has spent */
	bool was_exempt;		/* it was that before they did */
	unsigned int nr_reprieved;	/* how many instances need it to run on, to end */
	uint32_t nr_tasks;
	struct task_list tasks;
	void *by_name;			/* tasks, a tree of tsearch(3) */
	struct instance_list instances;
	uint32_t nr_running;		/* instances that were started */
	struct instance_queue ready;	/* instances that wait for their start; launch.c */
	TAILQ_ENTRY(app) by_turn;
	bool has_turn;
	struct listener_list listeners;
	unsigned int channels;		/* how many of its tasks have one */
	struct presence *presence;	/* if some have */
	unsigned int nr_listeners;
	struct lifecycle life;
	bool traffic_counted;		/* the module counts what it sends and receives */
	struct network network;		/* its network budget */
	struct log_limit log;
};

struct daemon {
	const struct observers *observers;
	bool (*const *gates)(const struct task *task);	/* gate.h */
	sd_event *event;
	struct config config;
	struct bgt *bgt;
	struct registry *registry;
	struct relay *relay;
	struct conditions conditions;
	uint32_t conditions_told;	/* those that held when that was last told; listener.c */
	bool started;			/* all sources have said what holds */
	bool ac;
	int capacity;			/* of the battery, percent; or -1 */
	char plugin_host[PATH_MAX];	/* the program that runs plugins */
	char cgroup[PATH_MAX];		/* what apps' cgroups are made in */
	struct app_list apps;
	struct instance_list instances;
	struct listener_list listeners;	/* to all apps */
	struct task_list by_trigger[TRIGGER_COUNT];
	/* Trees of tsearch(3): apps by their names, the others by id. */
	void *app_tree;
	void *task_tree;
	void *instance_tree;
	sd_event_source *launching;	/* there are turns to be taken; launch.c */
	struct app_queue turns;
	sd_event_source *sweep;		/* of what is not to be counted any more; app-use.c */
	struct source *sources[4];
	sd_event_source *memory;	/* it is short; memory.c */
	uint64_t memory_rest;		/* nobody is killed for it until then, CLOCK_MONOTONIC us */
};

#endif
