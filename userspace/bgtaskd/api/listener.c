// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps the listeners to each app and those to all apps, and puts together what they are told.
 */
#include "listener.h"

#include <errno.h>
#include <stdlib.h>

#include "box/container.h"
#include "box/hold.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/task.h"

#include "app-details.h"

LIST_HEAD(listener_list, listener);

/* A socket that is told of events. */
struct listener {
	LIST_ENTRY(listener) entry;
	uint32_t peer;
	bool in_app;			/* it is in the app's container */
};

/* The listeners to an app, or those to all apps. */
struct listeners {
	struct listener_list list;
	unsigned int count;
};

static struct listener *find(const struct listeners *listeners, uint32_t peer)
{
	struct listener *listener;

	if (listeners)
		LIST_FOREACH(listener, &listeners->list, entry)
			if (listener->peer == peer)
				return listener;
	return NULL;
}

static int add(struct listeners **listeners, uint32_t peer, bool in_app)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return -ENOMEM;
	if (!*listeners)
		*listeners = calloc(1, sizeof(**listeners));
	if (!*listeners) {
		free(listener);
		return -ENOMEM;
	}
	listener->peer = peer;
	listener->in_app = in_app;
	LIST_INSERT_HEAD(&(*listeners)->list, listener, entry);
	(*listeners)->count++;
	return 0;
}

/* Frees a listener; together with the last one, the list. */
static void drop(struct listeners **listeners, struct listener *listener)
{
	LIST_REMOVE(listener, entry);
	free(listener);
	if (--(*listeners)->count)
		return;
	free(*listeners);
	*listeners = NULL;
}

int listener_add(struct daemon *daemon, struct app *app, const struct call *call)
{
	if (!app)
		return find(daemon->listeners, call->peer) ? 0 :
		       add(&daemon->listeners, call->peer, false);
	if (find(app->listeners, call->peer))
		return 0;
	if (app->listeners && app->listeners->count == LISTENERS_MAX)
		return -EUSERS;
	return add(&app->listeners, call->peer,
		   app_container(app) && call->container == app_container(app));
}

static void forget(struct listeners **listeners, uint32_t peer)
{
	struct listener *listener = find(*listeners, peer);

	if (listener)
		drop(listeners, listener);
}

void listener_forget(struct daemon *daemon, uint32_t peer)
{
	struct app *app;

	forget(&daemon->listeners, peer);
	LIST_FOREACH(app, &daemon->apps, entry)
		forget(&app->listeners, peer);
}

void listener_forget_all(struct listeners **listeners)
{
	while (*listeners)
		drop(listeners, LIST_FIRST(&(*listeners)->list));
}

/* Tells the listeners to all apps. */
static void tell_all(const struct daemon *daemon, uint8_t command, const struct payload *payload)
{
	struct listener *listener;

	LIST_FOREACH(listener, &daemon->listeners->list, entry)
		(void)relay_tell(daemon->relay, listener->peer, command, payload);
}

void listener_tell_of_app(const struct app *app, uint8_t command)
{
	struct payload payload;

	if (!app->daemon->listeners)
		return;
	payload_init(&payload);
	if (command == BGTASK_CMD_APP_INSTALLED_NTF)
		app_put_details(&payload, app);
	else
		payload_string(&payload, BGTASK_A_APP_ID, app->id);
	if (command == BGTASK_CMD_APP_CHANGED_NTF) {
		payload_u32(&payload, BGTASK_A_APP_STATE, lifecycle_state(app));
		payload_u8(&payload, BGTASK_A_APP_FOREGROUND, lifecycle_is_foreground(app));
		payload_u32(&payload, BGTASK_A_APP_PID, lifecycle_pid(app));
	} else if (command == BGTASK_CMD_APP_ACCESS_CHANGED_NTF) {
		payload_u32(&payload, BGTASK_A_APP_ACCESS, app->access);
	}
	tell_all(app->daemon, command, &payload);
}

void listener_tell_of_task(const struct task *task, uint8_t command)
{
	const struct daemon *daemon = task->app->daemon;
	struct payload payload;

	if (!daemon->listeners)
		return;
	payload_init(&payload);
	task_put_details(&payload, &task->record);
	tell_all(daemon, command, &payload);
}

void listener_tell_of_conditions(struct daemon *daemon)
{
	struct payload payload;

	if (!daemon->listeners)
		return;
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_CONDITION_CONDITIONS, conditions_hold(&daemon->conditions));
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

	if (!instance->daemon->listeners)
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
	const struct listeners *of_app = instance->app->listeners;
	const struct listeners *of_all = instance->daemon->listeners;
	struct relay *relay = instance->daemon->relay;
	struct listener *listener;
	struct payload payload;
	bool suspended;

	if (command == BGTASK_CMD_INSTANCE_CHANGED_NTF) {
		tell_of_change(instance);
		return;
	}
	if (!of_all && !of_app)
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
	if (of_app) {
		suspended = hold_is_on(instance->app);
		LIST_FOREACH(listener, &of_app->list, entry)
			if (!suspended || !listener->in_app)
				(void)relay_tell(relay, listener->peer, command, &payload);
	}
	if (of_all) {
		LIST_FOREACH(listener, &of_all->list, entry)
			if (!find(of_app, listener->peer))
				(void)relay_tell(relay, listener->peer, command, &payload);
	}
}
