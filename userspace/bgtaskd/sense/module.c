// SPDX-License-Identifier: GPL-2.0
/*
 * Takes the module's events and hands them to the files that deal with them. A helper that has lost
 * the module ends, and is started again; when it starts, it puts containers back on their budgets
 * that the helper before had exempted or reprieved.
 */
#include "module.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box/container.h"
#include "box/presence.h"
#include "model/app.h"
#include "model/task.h"

void module_lost(struct daemon *daemon, int error)
{
	log_line(LOG_ERR, "the connection to the module is lost: %s", bgt_strerror(error));
	sd_event_exit(daemon->event, EXIT_FAILURE);
}

/* Whether an instance has processes, be they its own or the app's. */
static bool is_under_way(const struct instance *instance)
{
	return instance->record.state == BGTASK_INSTANCE_STATE_RUNNING ||
	       instance->record.state == BGTASK_INSTANCE_STATE_CANCELLING;
}

/* Logs for each instance under way that its app's budget is spent. */
static void log_throttled(struct daemon *daemon, const struct bgt_container *container)
{
	struct app *app = app_by_container(daemon, container->id);
	const struct instance *instance;
	const struct task *task;
	char id[16], number[16];

	if (!app)
		return;
	snprintf(number, sizeof(number), "%u", container->id);
	LIST_FOREACH(instance, &app->instances, by_app) {
		if (!is_under_way(instance) || !log_may(&app->log, app->id))
			continue;
		task = task_find(daemon, instance->record.task);
		snprintf(id, sizeof(id), "%u", instance->record.id);
		log_fields(LOG_WARNING, (struct log_field[]){
				{ "MESSAGE_ID", LOG_THROTTLED },
				{ "BGTASK_APP", app->id },
				{ "BGTASK_TASK", instance->record.name },
				{ "BGTASK_ENTRY_POINT", task ? task->record.entry_point : "" },
				{ "BGTASK_INSTANCE", id },
				{ "BGTASK_CONTAINER", number },
				{ NULL, NULL },
			}, "%s: task %s (%s) is throttled: %llu ms of CPU time are spent", app->id,
			instance->record.name, task ? task->record.entry_point : "unregistered",
			(unsigned long long)(container->spent / 1000000));
	}
}

static void container_gone(struct app *app)
{
	if (!app)
		return;
	log_line(LOG_WARNING, "%s: somebody has deleted its container", app->id);
	app_container_gone(app);
}

static void member_gone(struct daemon *daemon, uint32_t container)
{
	struct app *app = app_by_container(daemon, container);

	if (app)
		app_member_gone(app);
}

static bool has_container(const struct app *app)
{
	struct bgt_container *container = NULL;

	if (bgt_container_get(app->daemon->bgt, app_container(app), &container) == -ENOENT)
		return false;
	bgt_container_free(container);
	return true;
}

/* Members are looked up again when they are needed; all else that events may have told, now. */
static void events_lost(struct daemon *daemon)
{
	struct app *app;

	log_line(LOG_NOTICE, "events of the module were lost");
	LIST_FOREACH(app, &daemon->apps, entry) {
		if (app_container(app) && !has_container(app))
			container_gone(app);
		else
			app_member_gone(app);
	}
	presence_event(daemon, NULL);
}

static void handle(struct daemon *daemon, const struct bgt_event *event)
{
	switch (event->type) {
	case BGT_EVENT_CONTAINER_THROTTLED:
		log_throttled(daemon, event->container);
		break;
	case BGT_EVENT_CONTAINER_DEL:
		container_gone(app_by_container(daemon, event->container->id));
		break;
	case BGT_EVENT_MEMBER_GONE:
		member_gone(daemon, event->member->container);
		break;
	default:
		break;
	}
	presence_event(daemon, event);
}

static int readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct daemon *daemon = data;
	const struct bgt_event *event;
	int result;

	(void)source;
	(void)fd;
	(void)events;
	while ((result = bgt_next_event(daemon->bgt, &event))) {
		if (result > 0) {
			handle(daemon, event);
		} else if (result == -ENOBUFS || result == -ENOMEM) {
			events_lost(daemon);
		} else {
			module_lost(daemon, result);
			break;
		}
	}
	return 0;
}

int module_open(struct daemon *daemon, struct problem *problem)
{
	int error;

	error = bgt_open(&daemon->bgt);
	if (error)
		return problem_set(problem, error, NULL, 0, "%s", bgt_strerror(error));
	error = bgt_subscribe(daemon->bgt);
	if (error)
		return problem_set(problem, error, NULL, 0, "%s", bgt_error(daemon->bgt));
	error = sd_event_add_io(daemon->event, NULL, bgt_fd(daemon->bgt), EPOLLIN, readable,
				daemon);
	return error < 0 ? problem_set(problem, error, NULL, 0, "%s", strerror(-error)) : 0;
}

void module_close(struct daemon *daemon)
{
	bgt_close(daemon->bgt);
}

/* Whether a container is one of an app: a cgroup of the same name is among those of apps. */
static bool is_ours(const struct daemon *daemon, const struct bgt_container *container)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", daemon->cgroup, container->name) <
	       (int)sizeof(path) && !access(path, F_OK);
}

int module_recover(struct daemon *daemon)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt_container *list, *container;
	int error;

	error = bgt_container_list(daemon->bgt, &list);
	if (error)
		return error;
	policy.set = BGT_POLICY_EXEMPT | BGT_POLICY_REPRIEVE;
	for (container = list; container; container = container->next)
		if ((container->exempt || container->reprieve) && is_ours(daemon, container) &&
		    !app_by_container(daemon, container->id) &&
		    bgt_container_set(daemon->bgt, container->id, &policy))
			log_line(LOG_ERR, "%s: cannot put it on its budget again: %s",
				 container->name, bgt_error(daemon->bgt));
	bgt_container_free(list);
	return 0;
}
