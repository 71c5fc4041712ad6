// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about tasks: to register, unregister and list them, to listen to what becomes of them, and
 * to fire triggers. A registration is checked against the manifest, which must have the task and
 * allow its trigger.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/names.h"
#include "box/host.h"
#include "model/app.h"
#include "model/task.h"
#include "trigger/channel.h"
#include "trigger/fire.h"
#include "trigger/registration.h"

#include "caller.h"
#include "handle.h"
#include "listener.h"

/* Whether a record is valid and the manifest allows it; if not, the call is refused. */
static bool check(struct app *app, const struct call *call, const struct task_record *record)
{
	const struct manifest_task *declared = manifest_task(app->manifest, record->name);
	const char *fault = host_entry_point_fault(record->entry_point);

	if (!declared) {
		call_refuse(call, -EACCES, "the manifest has no task \"%.40s\"", record->name);
	} else if (!(declared->triggers & 1u << record->trigger)) {
		call_refuse(call, -EACCES, "the manifest does not allow this trigger");
	} else if (fault) {
		call_refuse(call, -EINVAL, "the entry point %s", fault);
	} else if (record->trigger != BGTASK_TRIGGER_CONTROL_CHANNEL &&
		   call_has(call, BGTASK_A_TASK_FD)) {
		call_refuse(call, -EINVAL, "only control-channel has a socket");
	} else if (task_is_timed(record) &&
		   record->interval < app->daemon->config.minimum_interval) {
		call_refuse(call, -ERANGE, "the interval is shorter than %llu s",
			    (unsigned long long)(app->daemon->config.minimum_interval /
						 1000000000));
	} else if (!task_is_timed(record) && record->interval) {
		call_refuse(call, -EINVAL, "only time and maintenance have an interval");
	} else if (conditions_contradict(record->conditions)) {
		call_refuse(call, -EINVAL, "these conditions never hold together");
	} else {
		return true;
	}
	return false;
}

/*
 * Reads the record of a task to be registered. False if that is not possible or not allowed, and
 * then the call is refused.
 */
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
	if (call_u32(call, BGTASK_A_TASK_TRIGGER) >= TRIGGER_COUNT ||
	    call_u32(call, BGTASK_A_TASK_CONDITIONS) & ~CONDITION_ALL) {
		call_refuse(call, -EINVAL, "there is no such trigger or condition");
		return false;
	}
	declared = manifest_task(app->manifest, name);
	if (!entry_point && declared)
		entry_point = declared->entry_point;
	if (entry_point && strlen(entry_point) > TEXT_MAX) {
		call_refuse(call, -ENAMETOOLONG, "the entry point is too long");
		return false;
	}
	record->app = app->id;
	record->name = name;
	record->entry_point = entry_point ? entry_point : "";
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
	else if (error == -ENOMEM)
		call_refuse(call, error, "the helper is out of memory");
	else
		call_refuse(call, error, "%s", registry_error(daemon->registry));
}

void handle_task_register(struct daemon *daemon, const struct call *call)
{
	struct task_record record;
	struct payload payload;
	struct app *app;
	int error, socket = -1;
	bool refused;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_TASK_APP), false, &refused);
	if (!app || !read_record(app, call, &record))
		return;
	/* The socket is taken first, so that nothing is registered if there is no such socket. */
	if (call_has(call, BGTASK_A_TASK_FD)) {
		socket = channel_take(app, call);
		if (socket < 0)
			return;
	}
	error = task_register(app, &record);
	if (error) {
		if (socket >= 0)
			close(socket);
		refuse_by_registry(daemon, call, error);
		return;
	}
	if (socket >= 0 && channel_set(task_find(daemon, record.id), call, socket)) {
		(void)task_unregister(task_find(daemon, record.id), false, true);
		return;
	}
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_TASK_ID, record.id);
	call_reply(call, &payload);
}

void handle_task_unregister(struct daemon *daemon, const struct call *call)
{
	struct task *task = caller_task(daemon, call);
	int error;

	if (!task)
		return;
	error = task_unregister(task, call_flag(call, BGTASK_A_TASK_CANCEL), !call->admin);
	if (error)
		refuse_by_registry(daemon, call, error);
	else
		call_done(call);
}

/* An answer with a list of tasks. */
struct list {
	struct daemon *daemon;
	struct payload payload;
	uint32_t after;			/* id of the last task in the list */
	bool full;			/* there are more tasks */
};

static int put_entry(void *data, const struct task_record *record)
{
	struct list *list = data;
	struct payload *payload = &list->payload;
	size_t nest;

	/* Tasks of an app that is not installed now are left out. */
	if (!task_find(list->daemon, record->id))
		return 0;
	nest = payload_nest(payload, BGTASK_A_TASK_ENTRY);
	task_put_details(payload, record);
	payload_nest_end(payload, nest);
	if (payload->full) {
		payload_cut(payload, nest);
		list->full = true;
		return 1;
	}
	list->after = record->id;
	return 0;
}

void handle_task_get(struct daemon *daemon, const struct call *call)
{
	struct list list = { .daemon = daemon, .after = call_u32(call, BGTASK_A_TASK_AFTER) };
	struct app *app;
	bool refused;
	int error;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_TASK_APP), true, &refused);
	if (refused)
		return;
	payload_init(&list.payload);
	/* Room for the id after which the next list begins. */
	list.payload.reserve = MNL_ATTR_HDRLEN + sizeof(list.after);
	error = registry_task_each(daemon->registry, app ? app->id : NULL, list.after, put_entry,
				   &list);
	if (error < 0) {
		call_refuse(call, error, "%s", registry_error(daemon->registry));
		return;
	}
	list.payload.reserve = 0;
	if (list.full)
		payload_u32(&list.payload, BGTASK_A_TASK_AFTER, list.after);
	call_reply(call, &list.payload);
}

/* An administrator who names no app listens to all apps. */
void handle_task_associate(struct daemon *daemon, const struct call *call)
{
	struct app *app;
	bool refused;
	int error;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_TASK_APP), true, &refused);
	if (refused)
		return;
	error = listener_add(daemon, app, call);
	if (error == -EUSERS)
		call_refuse(call, error, "%d sockets listen to the app already", LISTENERS_MAX);
	else if (error)
		call_refuse(call, error, "the helper is out of memory");
	else
		call_done(call);
}

static void answer_firing(struct daemon *daemon, const struct call *call, int error)
{
	if (error)
		refuse_by_registry(daemon, call, error);
	else
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
	if (trigger >= TRIGGER_COUNT) {
		call_refuse(call, -EINVAL, "there is no such trigger");
		return;
	}
	if (one) {
		task = caller_task(daemon, call);
		if (!task)
			return;
		if (!call->admin && task->record.trigger != BGTASK_TRIGGER_APPLICATION) {
			call_refuse(call, -EACCES, "the task has another trigger than application");
			return;
		}
		if (call_has(call, BGTASK_A_TASK_TRIGGER) && trigger != task->record.trigger) {
			call_refuse(call, -EINVAL, "the task has another trigger");
			return;
		}
		answer_firing(daemon, call, fire_task(task, argument));
		return;
	}
	if (!caller_require_admin(call))
		return;
	if (!call_has(call, BGTASK_A_TASK_TRIGGER)) {
		call_refuse(call, -EINVAL, "a task or a trigger is missing");
		return;
	}
	app = caller_app(daemon, call, call_string(call, BGTASK_A_TASK_APP), true, &refused);
	if (refused)
		return;
	answer_firing(daemon, call, fire_all(daemon, app, trigger, argument));
}
