// SPDX-License-Identifier: GPL-2.0
/*
 * The apps in memory: finds them by id, names their cgroups, and derives from the user's and the
 * administrator's settings and from the power what an app may do.
 */
#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/process.h"

/*
 * Triggers for which only apps on the lock screen may run tasks (Introduction to background tasks,
 * Windows 8): they fire while the user does nothing, or reveal what the user does.
 */
#define LOCK_SCREEN_TRIGGERS							\
	(1u << BGTASK_TRIGGER_TIME | 1u << BGTASK_TRIGGER_PUSH |		\
	 1u << BGTASK_TRIGGER_CONTROL_CHANNEL |					\
	 1u << BGTASK_TRIGGER_SESSION_START |					\
	 1u << BGTASK_TRIGGER_SESSION_CONNECTED |				\
	 1u << BGTASK_TRIGGER_SESSION_DISCONNECTED |				\
	 1u << BGTASK_TRIGGER_USER_AWAY | 1u << BGTASK_TRIGGER_USER_PRESENT)

static int compare_ids(const void *a, const void *b)
{
	const struct app *first = a, *second = b;

	return strcmp(first->id, second->id);
}

struct app *app_find(struct daemon *daemon, const char *id)
{
	struct app key, **found;

	if (strlen(id) > APP_ID_MAX)
		return NULL;
	strcpy(key.id, id);
	found = tfind(&key, &daemon->app_tree, compare_ids);
	return found ? *found : NULL;
}

bool app_is_denied(const struct app *app)
{
	return app->access == BGTASK_ACCESS_DENIED_BY_USER ||
	       app->access == BGTASK_ACCESS_DENIED_BY_POLICY;
}

bool app_may_run(const struct app *app, enum bgtask_trigger trigger)
{
	if (app_is_denied(app))
		return false;
	return !(LOCK_SCREEN_TRIGGERS & 1u << trigger) ||
	       app->access == BGTASK_ACCESS_LOCK_SCREEN ||
	       app->access == BGTASK_ACCESS_ALWAYS_ALLOWED;
}

void app_cgroup(const struct app *app, const char *below, char *path, size_t size)
{
	/* A path that is too long becomes "", which nobody can open. */
	if (snprintf(path, size, "%s/%s%s%s", app->daemon->cgroup, app->id, *below ? "/" : "",
		     below) >= (int)size)
		*path = '\0';
}

bool app_saves_energy(const struct app *app)
{
	return !app->daemon->ac && app->access != BGTASK_ACCESS_ALWAYS_ALLOWED;
}

bool app_is_traced(const struct app *app, const char *below)
{
	char cgroup[PATH_MAX], own[PATH_MAX];

	app_cgroup(app, below, cgroup, sizeof(cgroup));
	app_cgroup(app, "", own, sizeof(own));
	return process_is_traced(cgroup, own);
}

void app_task_cgroup(const struct app *app, uint32_t instance, char *path, size_t size)
{
	char below[32] = "task";

	if (instance)
		snprintf(below, sizeof(below), "task/%u", instance);
	app_cgroup(app, below, path, size);
}

uint64_t app_network_budget(const struct app *app)
{
	const struct quota_class *class;

	/* An app that is about to be forgotten may have no manifest any more. */
	class = app->manifest ? config_class(&app->daemon->config, app->manifest->class) : NULL;
	return class ? class->network_budget : NETWORK_UNLIMITED;
}

bool app_has_network_budget(const struct app *app)
{
	return app_saves_energy(app) && app_network_budget(app) != NETWORK_UNLIMITED;
}

int app_insert(struct app *app)
{
	if (!tsearch(app, &app->daemon->app_tree, compare_ids))
		return -ENOMEM;
	LIST_INSERT_HEAD(&app->daemon->apps, app, entry);
	return 0;
}

void app_delete(struct app *app)
{
	tdelete(app, &app->daemon->app_tree, compare_ids);
	LIST_REMOVE(app, entry);
	manifest_free(app->manifest);
	free(app);
}
