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

#include "condition.h"
#include "config.h"
#include "manifest.h"
#include "registry.h"
#include "relay.h"
#include "source.h"

LIST_HEAD(app_list, app);
LIST_HEAD(instance_list, instance);
LIST_HEAD(listener_list, listener);
LIST_HEAD(task_list, task);

/* A run that has not ended; instance.c. */
struct instance {
	LIST_ENTRY(instance) entry;
	struct daemon *daemon;
	struct app *app;
	struct instance_record record;
	int pidfd;			/* -1 before it is started */
	sd_event_source *exit;		/* the process ends */
	sd_event_source *deadline;	/* it was to end by now */
	int failure;			/* says why the host could not be run; or -1 */
	uint32_t peer;			/* the socket that has attached, or 0 */
	bool said_how;			/* it has said how it ended */
	bool thawed;			/* its app is exempt so that it can end */
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
};

/* A socket that wants to know what becomes of an app's tasks. */
struct listener {
	LIST_ENTRY(listener) entry;
	uint32_t peer;
};

/* An app that is installed; app.c. */
struct app {
	LIST_ENTRY(app) entry;
	struct daemon *daemon;
	struct manifest *manifest;
	enum bgtask_access access;
	uint32_t container;		/* its id, or 0 before the app is first needed */
	uint32_t nr_tasks;
	unsigned int exempt;		/* how many need it to run whatever it has spent */
	struct task_list tasks;
	struct listener_list listeners;
};

struct daemon {
	sd_event *event;
	struct config config;
	struct bgt *bgt;
	struct registry *registry;
	struct relay *relay;
	struct conditions conditions;
	bool ac;
	char cgroup[PATH_MAX];		/* what apps' cgroups are made in */
	struct app_list apps;
	struct instance_list instances;
	struct task_list by_trigger[TRIGGER_COUNT];
	void *tasks;			/* by id, a tree of tsearch(3) */
	struct source *sources[4];
};

/* A line in the log. */
void daemon_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* CLOCK_REALTIME in ns. */
uint64_t daemon_time(void);

#endif
