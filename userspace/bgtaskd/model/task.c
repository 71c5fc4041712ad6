// SPDX-License-Identifier: GPL-2.0
/*
 * The registered tasks in memory, found by their ids and names. The registry keeps their records; a
 * registration is acknowledged when the task is in both.
 */
#include "task.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
	const struct task *first = a, *second = b;

	if (first->record.id != second->record.id)
		return first->record.id < second->record.id ? -1 : 1;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct task *first = a, *second = b;

	return strcmp(first->record.name, second->record.name);
}

struct task *task_find(struct daemon *daemon, uint32_t id)
{
	struct task key, **found;

	key.record.id = id;
	found = tfind(&key, &daemon->task_tree, compare_ids);
	return found ? *found : NULL;
}

struct task *task_by_name(struct app *app, const char *name)
{
	struct task key, **found;

	key.record.name = name;
	found = tfind(&key, &app->by_name, compare_names);
	return found ? *found : NULL;
}

bool task_is_timed(const struct task_record *record)
{
	return record->trigger == BGTASK_TRIGGER_TIME ||
	       record->trigger == BGTASK_TRIGGER_MAINTENANCE;
}

void task_put_details(struct payload *payload, const struct task_record *record)
{
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
}

/*
 * There may be very many tasks, so the strings are allocated together with the task, at their exact
 * sizes.
 */
static struct task *make(struct app *app, const struct task_record *record)
{
	size_t name = strlen(record->name) + 1, entry_point = strlen(record->entry_point) + 1;
	struct task *task = calloc(1, sizeof(*task) + name + entry_point);

	if (!task)
		return NULL;
	task->app = app;
	task->record = *record;
	task->record.app = app->id;
	task->record.name = memcpy(task->text, record->name, name);
	task->record.entry_point = memcpy(task->text + name, record->entry_point, entry_point);
	return task;
}

int task_insert(struct app *app, const struct task_record *record, struct task **result)
{
	struct daemon *daemon = app->daemon;
	struct task *task = make(app, record);

	if (!task)
		return -ENOMEM;
	if (!tsearch(task, &daemon->task_tree, compare_ids))
		goto free_task;
	if (!tsearch(task, &app->by_name, compare_names))
		goto delete_id;
	LIST_INSERT_HEAD(&app->tasks, task, by_app);
	LIST_INSERT_HEAD(&daemon->by_trigger[record->trigger], task, by_trigger);
	app->nr_tasks++;
	*result = task;
	return 0;

delete_id:
	tdelete(task, &daemon->task_tree, compare_ids);
free_task:
	free(task);
	return -ENOMEM;
}

void task_delete(struct task *task)
{
	tdelete(task, &task->app->daemon->task_tree, compare_ids);
	tdelete(task, &task->app->by_name, compare_names);
	LIST_REMOVE(task, by_app);
	LIST_REMOVE(task, by_trigger);
	task->app->nr_tasks--;
	free(task);
}
