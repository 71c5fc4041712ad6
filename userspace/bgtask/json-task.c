// SPDX-License-Identifier: GPL-2.0
/*
 * JSON for what the helper knows: tasks, their instances, apps and conditions. JSON for what the
 * module knows is in json.c.
 */
#include "json.h"

/* A value that is 0 if it does not apply; the JSON has null then. */
static json_t *json_unless_zero(uint64_t value)
{
	return value ? json_integer((json_int_t)value) : json_null();
}

json_t *json_conditions(uint32_t conditions)
{
	json_t *array = json_array();

	for (uint32_t bit = 1; bit && array; bit <<= 1)
		if (conditions & bit)
			array = json_append(array, json_string(bgt_condition_name(
							   (enum bgt_condition)bit)));
	return array;
}

json_t *json_task(const struct bgt_task *task)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:s, s:o, s:b, s:o, s:b}",
			 "id", (json_int_t)task->id,
			 "app", json_text(task->app),
			 "name", json_text(task->name),
			 "entry_point", json_text(task->entry_point),
			 "trigger", bgt_trigger_name(task->trigger),
			 "interval", json_unless_zero(task->interval),
			 "oneshot", task->oneshot,
			 "conditions", json_conditions(task->conditions),
			 "cancel_on_condition_loss", task->cancel_on_condition_loss);
}

json_t *json_tasks(const struct bgt_task *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_task(list));
	return array;
}

json_t *json_instance(const struct bgt_instance *instance)
{
	return json_pack("{s:I, s:o, s:I, s:o, s:s, s:o, s:s, s:o, s:I, s:I, s:o, s:o, s:o, s:o,"
			 " s:o}",
			 "id", (json_int_t)instance->id,
			 "app", json_text(instance->app),
			 "task", (json_int_t)instance->task,
			 "name", json_text(instance->name),
			 "trigger", bgt_trigger_name(instance->trigger),
			 "argument", json_text(instance->argument),
			 "state", bgt_instance_state_name(instance->state),
			 "reason", instance->canceled ?
				   json_string(bgt_cancel_reason_name(instance->reason)) :
				   json_null(),
			 "progress", (json_int_t)instance->progress,
			 "status", (json_int_t)instance->status,
			 "message", json_text(instance->message),
			 "fired", json_unless_zero(instance->fired),
			 "started", json_unless_zero(instance->started),
			 "ended", json_unless_zero(instance->ended),
			 "pid", json_unless_zero(instance->pid));
}

json_t *json_instances(const struct bgt_instance *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_instance(list));
	return array;
}

json_t *json_app(const struct bgt_app *app)
{
	return json_pack("{s:o, s:o, s:I, s:o, s:s, s:o, s:I, s:s, s:b, s:o, s:o, s:o}",
			 "id", json_text(app->id),
			 "manifest", json_text(app->manifest),
			 "uid", (json_int_t)app->uid,
			 "class", json_text(app->quota_class),
			 "access", bgt_access_name(app->access),
			 "container", json_unless_zero(app->container),
			 "tasks", (json_int_t)app->tasks,
			 "state", bgt_app_state_name(app->state),
			 "foreground", app->foreground,
			 "pid", json_unless_zero(app->pid),
			 "extension", app->extended ?
			 json_string(bgt_extension_reason_name(app->extension)) : json_null(),
			 "description", *app->description ?
			 json_text(app->description) : json_null());
}

json_t *json_app_event(const struct bgt_event *event)
{
	const struct bgt_app *app = event->app;

	switch (event->type) {
	case BGT_EVENT_APP_INSTALLED:
		return json_app(app);
	case BGT_EVENT_APP_ACCESS_CHANGED:
		return json_pack("{s:o, s:s}", "id", json_text(app->id),
				 "access", bgt_access_name(app->access));
	case BGT_EVENT_APP_CHANGED:
		return json_pack("{s:o, s:s, s:b, s:o}",
				 "id", json_text(app->id),
				 "state", bgt_app_state_name(app->state),
				 "foreground", app->foreground,
				 "pid", json_unless_zero(app->pid));
	default:
		return json_pack("{s:o}", "id", json_text(app->id));
	}
}

json_t *json_apps(const struct bgt_app *list)
{
	json_t *array = json_array();

	for (; list && array; list = list->next)
		array = json_append(array, json_app(list));
	return array;
}
