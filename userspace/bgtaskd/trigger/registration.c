// SPDX-License-Identifier: GPL-2.0
/*
 * Registers and unregisters tasks: the registry first, then the memory, and only then the answer.
 */
#include "registration.h"

#include <errno.h>

#include "base/clock.h"
#include "model/observers.h"
#include "model/task.h"
#include "run/instances.h"

#include "channel.h"
#include "timer.h"

static int load(struct app *app, const struct task_record *record)
{
	struct task *task;
	int error = task_insert(app, record, &task);

	if (error)
		return error;
	error = timer_begin(task);
	if (error)
		task_delete(task);
	return error;
}

static int load_one(void *data, const struct task_record *record)
{
	return load(data, record);
}

int task_load_all(struct app *app)
{
	return registry_task_each(app->daemon->registry, app->id, 0, load_one, app);
}

void task_unload(struct task *task)
{
	timer_end(task);
	channel_close(task);
	task_delete(task);
}

void task_unload_all(struct app *app)
{
	while (!LIST_EMPTY(&app->tasks))
		task_unload(LIST_FIRST(&app->tasks));
}

int task_register(struct app *app, struct task_record *record)
{
	struct registry *registry = app->daemon->registry;
	int error;

	if (task_is_timed(record))
		record->due = clock_after(clock_now(), record->interval);
	error = registry_begin(registry);
	if (error)
		return error;
	error = registry_task_add(registry, record);
	if (!error)
		error = load(app, record);
	error = registry_end(registry, error);
	if (!error)
		app->daemon->observers->task_event(task_find(app->daemon, record->id),
						    BGTASK_CMD_TASK_REGISTERED_NTF);
	/* The task may have been loaded before the transaction failed. */
	if (error && error != -EEXIST && task_find(app->daemon, record->id))
		task_unload(task_find(app->daemon, record->id));
	return error;
}

/*
 * Unloads a task that was unregistered. A running instance of the task goes on unless @cancel; a
 * latched one is cancelled in any case. @own: the app itself wants this.
 */
static void leave(struct task *task, bool cancel, bool own, enum bgtask_cancel_reason reason)
{
	struct instance *active = task->active, *next = task->next;

	task->app->daemon->observers->task_event(task, BGTASK_CMD_TASK_UNREGISTERED_NTF);
	channel_drop(task);
	task_unload(task);
	if (next)
		instance_cancel(next, reason);
	if (!active || (!cancel && active->record.state != BGTASK_INSTANCE_STATE_LATCHED))
		return;
	if (own)
		instance_cancel_own(active, reason);
	else
		instance_cancel(active, reason);
}

int task_unregister(struct task *task, bool cancel, bool own)
{
	int error = registry_task_remove(task->app->daemon->registry, task->record.id);

	if (!error)
		leave(task, cancel, own, BGTASK_CANCEL_REASON_ABORT);
	return error;
}

int task_unregister_all(struct app *app, enum bgtask_cancel_reason reason)
{
	int error = registry_task_remove_all(app->daemon->registry, app->id);

	if (error)
		return error;
	while (!LIST_EMPTY(&app->tasks))
		leave(LIST_FIRST(&app->tasks), true, false, reason);
	/* Cancels the instances whose tasks were unregistered before. */
	instance_cancel_all(app, true, reason);
	return 0;
}

void task_over(struct task *task, bool recorded)
{
	if (recorded)
		task->app->daemon->observers->task_event(task, BGTASK_CMD_TASK_UNREGISTERED_NTF);
	channel_drop(task);
	task_unload(task);
}
