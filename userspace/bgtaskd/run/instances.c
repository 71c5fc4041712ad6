// SPDX-License-Identifier: GPL-2.0
/*
 * What is done with all instances of an app: loading and resuming them when the helper starts,
 * cancelling them, and unloading them.
 */
#include "instances-internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "box/deadline.h"
#include "box/host.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/task.h"
#include "system/process.h"

#include "idle.h"
#include "launch.h"

void instance_unload(struct instance *instance)
{
	launch_release(instance);
	idle_end(instance);
	sd_event_source_disable_unref(instance->run->exit);
	sd_event_source_disable_unref(instance->run->retry);
	deadline_end(&instance->run->deadline);
	if (instance->run->pidfd >= 0)
		close(instance->run->pidfd);
	/*
	 * A process that has not executed its program yet needs the host, even after the helper's
	 * end.
	 */
	if (instance->record.ended)
		host_free(instance->run->host);
	free(instance->run);
	instance_delete(instance);
}

void instance_unload_all(struct app *app)
{
	while (!LIST_EMPTY(&app->instances))
		instance_unload(LIST_FIRST(&app->instances));
}

static int load(void *data, const struct instance_record *record)
{
	struct app *app = data;
	struct task *task = task_find(app->daemon, record->task);
	struct instance *instance = instance_of_record(app, record);

	if (!instance)
		return -ENOMEM;
	if (instance_insert(instance)) {
		instance_unload(instance);
		return -ENOMEM;
	}
	if (record->state != BGTASK_INSTANCE_STATE_LATCHED) {
		instance->run->starts = true;
		app->nr_running++;
	}
	if (task && !task->active)
		task->active = instance;
	else if (task && !task->next)
		task->next = instance;
	return 0;
}

int instance_load_all(struct app *app)
{
	return registry_instance_each_unfinished(app->daemon->registry, app->id, load, app);
}

/* Removes the cgroups of instances that have ended, which the helper before may have left. */
static void remove_leftovers(struct app *app, const char *path)
{
	struct dirent *entry;
	DIR *directory = opendir(path);
	unsigned long id;
	char *end;

	while (directory && (entry = readdir(directory))) {
		char below[PATH_MAX];

		id = strtoul(entry->d_name, &end, 10);
		if (entry->d_type != DT_DIR || !id || *end || id > UINT32_MAX ||
		    instance_find(app->daemon, (uint32_t)id))
			continue;
		app_task_cgroup(app, (uint32_t)id, below, sizeof(below));
		process_remove_cgroup(app->daemon->event, below);
	}
	if (directory)
		closedir(directory);
}

void instance_resume_all(struct app *app, bool rebooted)
{
	struct instance *instance, *next;
	char path[PATH_MAX];

	for (instance = LIST_FIRST(&app->instances); instance; instance = next) {
		next = LIST_NEXT(instance, by_app);
		instance_resume(instance, rebooted);
	}
	app_task_cgroup(app, 0, path, sizeof(path));
	remove_leftovers(app, path);
}

void instance_cancel_all(struct app *app, bool latched, enum bgtask_cancel_reason reason)
{
	struct instance *instance, *next;

	for (instance = LIST_FIRST(&app->instances); instance; instance = next) {
		next = LIST_NEXT(instance, by_app);
		if (latched || instance->record.state != BGTASK_INSTANCE_STATE_LATCHED)
			instance_cancel(instance, reason);
	}
}
