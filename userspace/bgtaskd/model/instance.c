// SPDX-License-Identifier: GPL-2.0
/*
 * The instances in memory, which are those whose ends are not recorded yet: found by their ids and
 * by the processes that run them, and recorded in the registry when they change.
 */
#include "instance.h"

#include <dirent.h>
#include <errno.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/process.h"

#include "app.h"
#include "observers.h"
#include "task.h"

static int compare_ids(const void *a, const void *b)
{
	const struct instance *first = a, *second = b;

	if (first->record.id != second->record.id)
		return first->record.id < second->record.id ? -1 : 1;
	return 0;
}

struct instance *instance_find(struct daemon *daemon, uint32_t id)
{
	struct instance key, **found;

	key.record.id = id;
	found = tfind(&key, &daemon->instance_tree, compare_ids);
	return found ? *found : NULL;
}

/*
 * There may be very many instances, so the strings are allocated together with the instance, at
 * their exact sizes.
 */
struct instance *instance_make(struct app *app, const struct instance_record *record)
{
	size_t name = strlen(record->name) + 1, argument = strlen(record->argument) + 1;
	struct instance *instance = calloc(1, sizeof(*instance) + name + argument);

	if (!instance)
		return NULL;
	instance->daemon = app->daemon;
	instance->app = app;
	instance->record = *record;
	instance->record.app = app->id;
	instance->record.name = memcpy(instance->text, record->name, name);
	instance->record.argument = memcpy(instance->text + name, record->argument, argument);
	instance->record.message = "";
	LIST_INSERT_HEAD(&app->daemon->instances, instance, entry);
	LIST_INSERT_HEAD(&app->instances, instance, by_app);
	if (*record->message)
		instance_set_message(instance, "%s", record->message);
	return instance;
}

int instance_insert(struct instance *instance)
{
	return tsearch(instance, &instance->daemon->instance_tree, compare_ids) ? 0 : -ENOMEM;
}

int instance_add(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	int error = registry_instance_add(daemon->registry, &instance->record);

	if (error)
		return error;
	return instance_insert(instance);
}

void instance_delete(struct instance *instance)
{
	struct task *task = task_find(instance->daemon, instance->record.task);

	if (task && task->active == instance)
		task->active = NULL;
	if (task && task->next == instance)
		task->next = NULL;
	if (instance_find(instance->daemon, instance->record.id) == instance)
		tdelete(instance, &instance->daemon->instance_tree, compare_ids);
	LIST_REMOVE(instance, entry);
	LIST_REMOVE(instance, by_app);
	free(instance->message);
	free(instance);
}

int instance_record(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	int error = registry_instance_set(daemon->registry, &instance->record,
					  daemon->config.history);

	if (error)
		log_line(LOG_ERR, "%s: cannot record instance %u: %s", instance->app->id,
			 instance->record.id, registry_error(daemon->registry));
	return error;
}

void instance_put_details(struct payload *payload, const struct instance_record *known)
{
	payload_u32(payload, BGTASK_A_INSTANCE_ID, known->id);
	payload_string(payload, BGTASK_A_INSTANCE_APP, known->app);
	payload_u32(payload, BGTASK_A_INSTANCE_TASK, known->task);
	payload_string(payload, BGTASK_A_INSTANCE_NAME, known->name);
	payload_u32(payload, BGTASK_A_INSTANCE_TRIGGER, known->trigger);
	payload_string(payload, BGTASK_A_INSTANCE_ARGUMENT, known->argument);
}

struct instance *instance_of_process(struct daemon *daemon, uint32_t pid)
{
	char cgroup[PATH_MAX], path[PATH_MAX];
	struct instance *instance;
	unsigned long id;
	size_t length = strlen(daemon->cgroup);
	const char *below;

	/* The cgroup of an instance is CGROUP/APP/task/ID, where CGROUP is configured. */
	if (process_cgroup(pid, cgroup, sizeof(cgroup)) || strncmp(cgroup, daemon->cgroup, length))
		return NULL;
	below = strstr(cgroup + length, "/task/");
	if (!below)
		return NULL;
	id = strtoul(below + strlen("/task/"), NULL, 10);
	instance = id <= UINT32_MAX ? instance_find(daemon, (uint32_t)id) : NULL;
	if (!instance || !instance->record.has_cgroup)
		return NULL;
	app_task_cgroup(instance->app, instance->record.id, path, sizeof(path));
	return process_is_below(pid, path) ? instance : NULL;
}

void instance_set_message(struct instance *instance, const char *format, ...)
{
	va_list arguments;
	char *message;
	int length;

	va_start(arguments, format);
	length = vasprintf(&message, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	if (length > TEXT_MAX)
		message[TEXT_MAX] = '\0';
	free(instance->message);
	instance->message = message;
	instance->record.message = message;
}

void instance_say_progress(struct instance *instance, uint32_t progress)
{
	instance->record.progress = progress;
	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_PROGRESS_NTF);
}

int instance_say_end(struct instance *instance, int32_t status, const char *message)
{
	/* What the task says is recorded at once, as the helper may end before the process does. */
	instance->record.reported = true;
	instance->record.status = status;
	instance_set_message(instance, "%s", message ? message : "");
	return instance_record(instance);
}
