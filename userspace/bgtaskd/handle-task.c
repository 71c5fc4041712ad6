// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "handle.h"
#include "names.h"
#include "task.h"

static bool is_timed(enum bgtask_trigger trigger)
{
	return trigger == BGTASK_TRIGGER_TIME || trigger == BGTASK_TRIGGER_MAINTENANCE;
}

/* Conditions that can never hold together. */
static bool contradict(uint32_t conditions)
{
	return conditions & conditions >> 1 & 0x15;
}

/* Whether the record makes sense; if not, the call is refused. */
static bool check(struct app *app, const struct call *call, const struct task_record *record)
{
	const struct manifest_task *declared = manifest_task(app->manifest, record->name);

	if (!declared) {
		call_refuse(call, -EACCES, "the manifest has no task \"%.40s\"", record->name);
	} else if (!(declared->triggers & 1u << record->trigger)) {
		call_refuse(call, -EACCES, "the manifest does not allow this trigger");
	} else if (record->trigger == BGTASK_TRIGGER_CONTROL_CHANNEL || declared->in_app ||
		   strstr(record->entry_point, ".so:")) {
		call_refuse(call, -EOPNOTSUPP, "this helper cannot do that yet");
	} else if (!*record->entry_point) {
		call_refuse(call, -EINVAL, "the entry point is empty");
	} else if (is_timed(record->trigger) &&
		   record->interval < app->daemon->config.minimum_interval) {
		call_refuse(call, -ERANGE, "the interval is shorter than %llu s",
			    (unsigned long long)(app->daemon->config.minimum_interval /
						 1000000000));
	} else if (!is_timed(record->trigger) && record->interval) {
		call_refuse(call, -EINVAL, "only time and maintenance have an interval");
	} else if (contradict(record->conditions)) {
		call_refuse(call, -EINVAL, "these conditions never hold together");
	} else {
		return true;
	}
	return false;
}

/* Reads what is to be registered; if that cannot be, the call is refused. */
static bool read_record(struct app *app, const struct call *call, struct task_record *record)
{
	const char *name = call_string(call, BGTASK_A_TASK_NAME);
	const char *entry_point = call_string(call, BGTASK_A_TASK_ENTRY_POINT);
	const struct manifest_task *declared;
	const char *fault;

	memset(record, 0, sizeof(*record));
	fault = name ? name_fault(name) : "is missing";
	if (fault) {
		call_refuse(call, -EINVAL, "name of the task %s", fault);
		return false;
	}
	if (!call_has(call, BGTASK_A_TASK_TRIGGER)) {
		call_refuse(call, -EINVAL, "trigger is missing");
		return false;
	}
	declared = manifest_task(app->manifest, name);
	if (!entry_point && declared)
		entry_point = declared->entry_point;
	if (entry_point && strlen(entry_point) > TEXT_MAX) {
		call_refuse(call, -ENAMETOOLONG, "the entry point is too long");
		return false;
	}
	strcpy(record->app, app->manifest->id);
	strcpy(record->name, name);
	strcpy(record->entry_point, entry_point ? entry_point : "");
	record->trigger = call_u32(call, BGTASK_A_TASK_TRIGGER);
	record->interval = call_u64(call, BGTASK_A_TASK_INTERVAL);
	record->oneshot = call_flag(call, BGTASK_A_TASK_ONESHOT);
	record->conditions = call_u32(call, BGTASK_A_TASK_CONDITIONS);
	record->cancel_on_condition_loss =
		call_flag(call, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS);
	return check(app, call, record);
}

static void refuse_by_registry(struct daemon *daemon, const struct call *call, int error)
{
	if (error == -EEXIST)
		call_refuse(call, error, "the app has a task of this name");
	else
		call_refuse(call, error, "%s", registry_error(daemon->registry));
}

void handle_task_register(struct daemon *daemon, const struct call *call)
{
	struct task_record record;
	struct payload payload;
	struct task *task;
	struct app *app;
	bool refused;
	int error;

	app = handle_app_of(daemon, call, call_string(call, BGTASK_A_TASK_APP), false, &refused);
	if (!app || !read_record(app, call, &record))
		return;
	error = task_register(app, &record, &task);
	if (error) {
		refuse_by_registry(daemon, call, error);
		return;
	}
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_TASK_ID, task->record.id);
	call_reply(call, &payload);
}

/* The task that a call names by id or name; if there is none, the call is refused. */
static struct task *named_task(struct daemon *daemon, const struct call *call)
{
	const char *name = call_string(call, BGTASK_A_TASK_NAME);
	uint32_t id = call_u32(call, BGTASK_A_TASK_ID);
	struct task *task = NULL;
	struct app *app;
	bool refused;

	app = handle_app_of(daemon, call, call_string(call, BGTASK_A_TASK_APP), id, &refused);
	if (refused)
		return NULL;
	if (id)
		task = task_find(daemon, id);
	else if (name)
		task = task_by_name(app, name);
	/* Another app's is none. */
	if (task && app && task->app != app)
		task = NULL;
	if (!task)
		call_refuse(call, -ENOENT, "there is no such task");
	return task;
}

void handle_task_unregister(struct daemon *daemon, const struct call *call)
{
	struct task *task = named_task(daemon, call);
	int error;

	if (!task)
		return;
	error = task_unregister(task, call_flag(call, BGTASK_A_TASK_CANCEL));
	if (error)
		refuse_by_registry(daemon, call, error);
	else
		call_done(call);
}

static bool put_entry(struct payload *payload, const struct task_record *record)
{
	size_t nest = payload_nest(payload, BGTASK_A_TASK_ENTRY);

	payload_u32(payload, BGTASK_A_TASK_ID, record->id);
	payload_string(payload, BGTASK_A_TASK_APP, record->app);
	payload_string(payload, BGTASK_A_TASK_NAME, record->name);
	payload_string(payload, BGTASK_A_TASK_ENTRY_POINT, record->entry_point);
	payload_u32(payload, BGTASK_A_TASK_TRIGGER, record->trigger);
	payload_u64(payload, BGTASK_A_TASK_INTERVAL, record->interval);
	payload_u8(payload, BGTASK_A_TASK_ONESHOT, record->oneshot);
	payload_u32(payload, BGTASK_A_TASK_CONDITIONS, record->conditions);
	payload_u8(payload, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS,
		   record->cancel_on_condition_loss);
	payload_nest_end(payload, nest);
	if (!payload->full)
		return true;
	payload_cut(payload, nest);
	return false;
}

/* The one with the smallest id behind @after: ids are the order that a list goes on in. */
static struct task *next_task(struct daemon *daemon, struct app *app, uint32_t after)
{
	struct task *task, *next = NULL;
	struct app *each;

	LIST_FOREACH(each, &daemon->apps, entry) {
		if (app && each != app)
			continue;
		LIST_FOREACH(task, &each->tasks, by_app)
			if (task->record.id > after && (!next || task->record.id < next->record.id))
				next = task;
	}
	return next;
}

void handle_task_get(struct daemon *daemon, const struct call *call)
{
	uint32_t after = call_u32(call, BGTASK_A_TASK_AFTER);
	struct payload payload;
	struct task *task;
	struct app *app;
	bool refused;

	app = handle_app_of(daemon, call, call_string(call, BGTASK_A_TASK_APP), true, &refused);
	if (refused)
		return;
	payload_init(&payload);
	/* Room for the id to go on behind. */
	payload.reserve = MNL_ATTR_HDRLEN + sizeof(after);
	while ((task = next_task(daemon, app, after)) && put_entry(&payload, &task->record))
		after = task->record.id;
	payload.reserve = 0;
	if (task)
		payload_u32(&payload, BGTASK_A_TASK_AFTER, after);
	call_reply(call, &payload);
}

void handle_task_associate(struct daemon *daemon, const struct call *call)
{
	struct listener *listener;
	struct app *app;
	bool refused;

	app = handle_app_of(daemon, call, call_string(call, BGTASK_A_TASK_APP), false, &refused);
	if (!app)
		return;
	LIST_FOREACH(listener, &app->listeners, entry) {
		if (listener->peer == call->peer) {
			call_done(call);
			return;
		}
	}
	listener = calloc(1, sizeof(*listener));
	if (!listener) {
		call_refuse(call, -ENOMEM, "the helper is out of memory");
		return;
	}
	listener->peer = call->peer;
	LIST_INSERT_HEAD(&app->listeners, listener, entry);
	call_done(call);
}

void handle_trigger_fire(struct daemon *daemon, const struct call *call)
{
	const char *argument = call_string(call, BGTASK_A_TASK_ARGUMENT);
	enum bgtask_trigger trigger = call_u32(call, BGTASK_A_TASK_TRIGGER);
	bool one = call_has(call, BGTASK_A_TASK_NAME) || call_has(call, BGTASK_A_TASK_ID);
	struct task *task;
	struct app *app;
	bool refused;

	if (argument && strlen(argument) > TEXT_MAX) {
		call_refuse(call, -ENAMETOOLONG, "the argument is too long");
		return;
	}
	if (one) {
		task = named_task(daemon, call);
		if (!task)
			return;
		if (!call->admin && task->record.trigger != BGTASK_TRIGGER_APPLICATION) {
			call_refuse(call, -EACCES, "the task has another trigger than application");
			return;
		}
		task_fire(task, task->record.trigger, argument);
		call_done(call);
		return;
	}
	if (!handle_require_admin(call))
		return;
	if (!call_has(call, BGTASK_A_TASK_TRIGGER)) {
		call_refuse(call, -EINVAL, "a task or a trigger is missing");
		return;
	}
	app = handle_app_of(daemon, call, call_string(call, BGTASK_A_TASK_APP), true, &refused);
	if (refused)
		return;
	task_fire_all(daemon, app, trigger, argument);
	call_done(call);
}
