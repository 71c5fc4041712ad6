// SPDX-License-Identifier: GPL-2.0
/* Keeps the listeners of each app and those of all apps, and puts together what they are told. */
#include "listener.h"

#include "app-details.h"

#include <errno.h>
#include <stdlib.h>

#include "box/hold.h"
#include "model/app.h"
#include "model/task.h"

static struct listener *find(struct listener_list *list, uint32_t peer)
{
	struct listener *listener;

	LIST_FOREACH(listener, list, entry)
		if (listener->peer == peer)
			return listener;
	return NULL;
}

int listener_add(struct daemon *daemon, struct app *app, const struct call *call)
{
	struct listener_list *list = app ? &app->listeners : &daemon->listeners;
	struct listener *listener = find(list, call->peer);

	if (listener)
		return 0;
	if (app && app->nr_listeners == LISTENERS_MAX)
		return -EUSERS;
	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return -ENOMEM;
	if (app)
		app->nr_listeners++;
	listener->peer = call->peer;
	listener->in_app = app && app->container && call->container == app->container;
	LIST_INSERT_HEAD(list, listener, entry);
	return 0;
}

static bool forget(struct listener_list *list, uint32_t peer)
{
	struct listener *listener = find(list, peer);

	if (!listener)
		return false;
	LIST_REMOVE(listener, entry);
	free(listener);
	return true;
}

void listener_forget(struct daemon *daemon, uint32_t peer)
{
	struct app *app;

	forget(&daemon->listeners, peer);
	LIST_FOREACH(app, &daemon->apps, entry)
		app->nr_listeners -= forget(&app->listeners, peer);
}

void listener_free_all(struct listener_list *list)
{
	struct listener *listener;

	while ((listener = LIST_FIRST(list))) {
		LIST_REMOVE(listener, entry);
		free(listener);
	}
}

/* Tells those who are told of all apps. */
static void tell_all(const struct daemon *daemon, uint8_t command, const struct payload *payload)
{
	struct listener *listener;

	LIST_FOREACH(listener, &daemon->listeners, entry)
		(void)relay_tell(daemon->relay, listener->peer, command, payload);
}

void listener_tell_of_app(const struct app *app, uint8_t command)
{
	struct payload payload;

	if (LIST_EMPTY(&app->daemon->listeners))
		return;
	payload_init(&payload);
	if (command == BGTASK_CMD_APP_INSTALLED_NTF)
		app_put_details(&payload, app);
	else
		payload_string(&payload, BGTASK_A_APP_ID, app->id);
	if (command == BGTASK_CMD_APP_CHANGED_NTF) {
		payload_u32(&payload, BGTASK_A_APP_STATE, app->life.state);
		payload_u8(&payload, BGTASK_A_APP_FOREGROUND, app->life.foreground);
		payload_u32(&payload, BGTASK_A_APP_PID, app->life.pid);
	} else if (command == BGTASK_CMD_APP_ACCESS_CHANGED_NTF) {
		payload_u32(&payload, BGTASK_A_APP_ACCESS, app->access);
	}
	tell_all(app->daemon, command, &payload);
}

void listener_tell_of_task(const struct task *task, uint8_t command)
{
	const struct daemon *daemon = task->app->daemon;
	struct payload payload;

	if (LIST_EMPTY(&daemon->listeners))
		return;
	payload_init(&payload);
	task_put_details(&payload, &task->record);
	tell_all(daemon, command, &payload);
}

void listener_tell_of_conditions(struct daemon *daemon)
{
	uint32_t holding = conditions_hold(&daemon->conditions);
	struct payload payload;

	if (holding == daemon->conditions_told)
		return;
	daemon->conditions_told = holding;
	if (LIST_EMPTY(&daemon->listeners))
		return;
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_CONDITION_CONDITIONS, holding);
	tell_all(daemon, BGTASK_CMD_CONDITION_CHANGED_NTF, &payload);
}

static void name_instance(struct payload *payload, const struct instance_record *known)
{
	payload_init(payload);
	payload_u32(payload, BGTASK_A_INSTANCE_ID, known->id);
	payload_string(payload, BGTASK_A_INSTANCE_APP, known->app);
	payload_u32(payload, BGTASK_A_INSTANCE_TASK, known->task);
	payload_string(payload, BGTASK_A_INSTANCE_NAME, known->name);
}

static void tell_of_change(const struct instance *instance)
{
	const struct instance_record *known = &instance->record;
	struct payload payload;

	if (LIST_EMPTY(&instance->daemon->listeners))
		return;
	name_instance(&payload, known);
	payload_u32(&payload, BGTASK_A_INSTANCE_TRIGGER, known->trigger);
	payload_u32(&payload, BGTASK_A_INSTANCE_STATE, known->state);
	if (known->cancelled)
		payload_u32(&payload, BGTASK_A_INSTANCE_REASON, known->reason);
	tell_all(instance->daemon, BGTASK_CMD_INSTANCE_CHANGED_NTF, &payload);
}

void listener_tell_of_instance(const struct instance *instance, uint8_t command)
{
	const struct instance_record *known = &instance->record;
	struct daemon *daemon = instance->daemon;
	struct listener *listener;
	struct payload payload;
	bool suspended;

	if (command == BGTASK_CMD_INSTANCE_CHANGED_NTF) {
		tell_of_change(instance);
		return;
	}
	if (LIST_EMPTY(&daemon->listeners) && LIST_EMPTY(&instance->app->listeners))
		return;
	name_instance(&payload, known);
	if (command == BGTASK_CMD_INSTANCE_PROGRESS_NTF) {
		payload_u32(&payload, BGTASK_A_INSTANCE_PROGRESS, known->progress);
	} else {
		payload_u32(&payload, BGTASK_A_INSTANCE_STATE, known->state);
		if (known->cancelled)
			payload_u32(&payload, BGTASK_A_INSTANCE_REASON, known->reason);
		payload_u32(&payload, BGTASK_A_INSTANCE_STATUS, (uint32_t)known->status);
		payload_string(&payload, BGTASK_A_INSTANCE_MESSAGE, known->message);
	}
	suspended = !LIST_EMPTY(&instance->app->listeners) && hold_is_on(instance->app);
	LIST_FOREACH(listener, &instance->app->listeners, entry)
		if (!suspended || !listener->in_app)
			(void)relay_tell(daemon->relay, listener->peer, command, &payload);
	LIST_FOREACH(listener, &daemon->listeners, entry)
		if (!find(&instance->app->listeners, listener->peer))
			(void)relay_tell(daemon->relay, listener->peer, command, &payload);
}
