// SPDX-License-Identifier: GPL-2.0
/*
 * A trigger that fires makes an instance. It is latched while a condition does not hold or the
 * user does not let the app run, and launched as soon as that changes. While one runs, one more
 * firing is remembered.
 */
#include "task.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "app.h"
#include "instance.h"

#define NSEC_PER_USEC	1000u

static int compare_ids(const void *a, const void *b)
{
	const struct task *first = a, *second = b;

	if (first->record.id != second->record.id)
		return first->record.id < second->record.id ? -1 : 1;
	return 0;
}

struct task *task_find(struct daemon *daemon, uint32_t id)
{
	struct task key = { .record.id = id };
	struct task **found = tfind(&key, &daemon->tasks, compare_ids);

	return found ? *found : NULL;
}

struct task *task_by_name(struct app *app, const char *name)
{
	struct task *task;

	LIST_FOREACH(task, &app->tasks, by_app)
		if (!strcmp(task->record.name, name))
			return task;
	return NULL;
}

static bool is_timed(const struct task *task)
{
	return task->record.trigger == BGTASK_TRIGGER_TIME ||
	       task->record.trigger == BGTASK_TRIGGER_MAINTENANCE;
}

/* The next moment of its rhythm that is not over. */
static uint64_t next_due(const struct task_record *record, uint64_t now)
{
	uint64_t interval = record->interval ? record->interval : 1;

	if (record->due > now)
		return record->due;
	return record->due + ((now - record->due) / interval + 1) * interval;
}

static int expired(sd_event_source *source, uint64_t usec, void *data)
{
	struct task *task = data;
	uint64_t now = daemon_time();
	int error;

	(void)source;
	(void)usec;
	/* The clock on the wall was set back. */
	if (task->record.due > now) {
		task_set_timer(task);
		return 0;
	}
	/* It comes with the power. */
	if (task->record.trigger == BGTASK_TRIGGER_MAINTENANCE && !task->app->daemon->ac)
		return 0;
	if (!task->record.oneshot) {
		task->record.due = next_due(&task->record, now);
		error = registry_task_set_due(task->app->daemon->registry, task->record.id,
					      task->record.due);
		if (error)
			daemon_log(LOG_ERR, "%s: %s", task->record.name,
				   registry_error(task->app->daemon->registry));
		task_set_timer(task);
	}
	task_fire(task, task->record.trigger, "");
	return 0;
}

void task_set_timer(struct task *task)
{
	struct daemon *daemon = task->app->daemon;
	uint64_t now, wait, usec;
	int error;

	if (!is_timed(task))
		return;
	task->timer = sd_event_source_disable_unref(task->timer);
	now = daemon_time();
	wait = task->record.due > now ? (task->record.due - now) / NSEC_PER_USEC : 0;
	error = sd_event_now(daemon->event, CLOCK_BOOTTIME, &usec);
	if (error >= 0)
		error = sd_event_add_time(daemon->event, &task->timer, CLOCK_BOOTTIME, usec + wait,
					  0, expired, task);
	if (error < 0)
		daemon_log(LOG_ERR, "%s: cannot set its timer: %s", task->record.name,
			   strerror(-error));
}

int task_load(struct app *app, const struct task_record *record, struct task **result)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return -ENOMEM;
	task->app = app;
	task->record = *record;
	if (!tsearch(task, &app->daemon->tasks, compare_ids)) {
		free(task);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&app->tasks, task, by_app);
	LIST_INSERT_HEAD(&app->daemon->by_trigger[record->trigger], task, by_trigger);
	app->nr_tasks++;
	task_set_timer(task);
	if (result)
		*result = task;
	return 0;
}

int task_register(struct app *app, struct task_record *record, struct task **task)
{
	int error;

	if (record->trigger == BGTASK_TRIGGER_TIME || record->trigger == BGTASK_TRIGGER_MAINTENANCE)
		record->due = daemon_time() + record->interval;
	error = registry_task_add(app->daemon->registry, record);
	if (error)
		return error;
	error = task_load(app, record, task);
	if (error)
		(void)registry_task_remove(app->daemon->registry, record->id);
	return error;
}

static void unload(struct task *task)
{
	sd_event_source_disable_unref(task->timer);
	tdelete(task, &task->app->daemon->tasks, compare_ids);
	LIST_REMOVE(task, by_app);
	LIST_REMOVE(task, by_trigger);
	task->app->nr_tasks--;
	free(task);
}

int task_unregister(struct task *task, bool cancel)
{
	struct instance *active = task->active, *next = task->next;
	int error = registry_task_remove(task->app->daemon->registry, task->record.id);

	if (error)
		return error;
	unload(task);
	if (next)
		instance_cancel(next, BGTASK_CANCEL_REASON_ABORT);
	if (active && (cancel || active->record.state == BGTASK_INSTANCE_STATE_LATCHED))
		instance_cancel(active, BGTASK_CANCEL_REASON_ABORT);
	return 0;
}

static void launch_if_it_may(struct task *task)
{
	struct daemon *daemon = task->app->daemon;

	if (!task->active || task->active->record.state != BGTASK_INSTANCE_STATE_LATCHED)
		return;
	if (task->record.conditions & ~conditions_hold(&daemon->conditions))
		return;
	if (app_may_run(task->app, task->active->record.trigger))
		instance_start(task->active, task->record.entry_point);
}

void task_fire(struct task *task, enum bgtask_trigger trigger, const char *argument)
{
	struct instance *instance;

	if (app_is_denied(task->app) || task->next)
		return;
	/* What has not begun will see to both. */
	if (task->active && task->active->record.state == BGTASK_INSTANCE_STATE_LATCHED)
		return;
	instance = instance_new(task->app, &task->record, trigger, argument);
	if (!instance)
		return;
	if (task->active) {
		task->next = instance;
		return;
	}
	task->active = instance;
	launch_if_it_may(task);
}

void task_fire_all(struct daemon *daemon, struct app *app, enum bgtask_trigger trigger,
		   const char *argument)
{
	struct task *task, *next;

	for (task = LIST_FIRST(&daemon->by_trigger[trigger]); task; task = next) {
		next = LIST_NEXT(task, by_trigger);
		if (!app || task->app == app)
			task_fire(task, trigger, argument);
	}
}

void task_reconsider_all(struct daemon *daemon)
{
	struct instance *instance, *next;
	struct task *task;

	for (instance = LIST_FIRST(&daemon->instances); instance; instance = next) {
		next = LIST_NEXT(instance, entry);
		task = task_find(daemon, instance->record.task);
		if (task && task->active == instance)
			launch_if_it_may(task);
	}
	/* Maintenance whose time came on battery. */
	LIST_FOREACH(task, &daemon->by_trigger[BGTASK_TRIGGER_MAINTENANCE], by_trigger)
		if (daemon->ac && task->record.due <= daemon_time())
			task_set_timer(task);
}

void task_conditions_changed(struct daemon *daemon)
{
	uint32_t hold = conditions_hold(&daemon->conditions);
	struct instance *instance, *next;
	struct task *task;

	for (instance = LIST_FIRST(&daemon->instances); instance; instance = next) {
		next = LIST_NEXT(instance, entry);
		task = task_find(daemon, instance->record.task);
		if (task && task->active == instance && task->record.cancel_on_condition_loss &&
		    instance->record.state != BGTASK_INSTANCE_STATE_LATCHED &&
		    task->record.conditions & ~hold)
			instance_cancel(instance, BGTASK_CANCEL_REASON_CONDITION_LOSS);
	}
	task_reconsider_all(daemon);
}

void task_instance_ended(struct task *task)
{
	task->active = task->next;
	task->next = NULL;
	if (task->record.oneshot) {
		(void)task_unregister(task, true);
		return;
	}
	launch_if_it_may(task);
}
