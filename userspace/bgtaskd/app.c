// SPDX-License-Identifier: GPL-2.0
#include "app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

/*
 * Triggers that only apps on the lock screen have: those that come when the user does nothing, or
 * tell of the user (Introduction to background tasks, Windows 8).
 */
#define LOCK_SCREEN_TRIGGERS							\
	(1u << BGTASK_TRIGGER_TIME | 1u << BGTASK_TRIGGER_PUSH |		\
	 1u << BGTASK_TRIGGER_CONTROL_CHANNEL |					\
	 1u << BGTASK_TRIGGER_SESSION_START |					\
	 1u << BGTASK_TRIGGER_SESSION_CONNECTED |				\
	 1u << BGTASK_TRIGGER_SESSION_DISCONNECTED |				\
	 1u << BGTASK_TRIGGER_USER_AWAY | 1u << BGTASK_TRIGGER_USER_PRESENT)

struct app *app_find(struct daemon *daemon, const char *id)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (!strcmp(app->manifest->id, id))
			return app;
	return NULL;
}

struct app *app_by_container(struct daemon *daemon, uint32_t container)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->container && app->container == container)
			return app;
	return NULL;
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

static int policy_of(const struct app *app, struct bgt_container_policy *policy)
{
	const struct quota_class *class = config_class(&app->daemon->config, app->manifest->class);

	if (!class)
		return -EINVAL;
	*policy = (struct bgt_container_policy)BGT_CONTAINER_POLICY_INIT;
	policy->set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy->quota = class->quota;
	policy->period = class->period;
	return 0;
}

int app_install(struct daemon *daemon, struct manifest *manifest, struct app **result)
{
	struct app *app = app_find(daemon, manifest->id);
	struct bgt_container_policy policy;
	int error;

	if (!config_class(&daemon->config, manifest->class))
		return -EINVAL;
	if (!app) {
		app = calloc(1, sizeof(*app));
		if (!app)
			return -ENOMEM;
		error = registry_access_get(daemon->registry, manifest->id, &app->access);
		if (error) {
			free(app);
			return error;
		}
		app->daemon = daemon;
		LIST_INSERT_HEAD(&daemon->apps, app, entry);
	} else {
		manifest_free(app->manifest);
	}
	app->manifest = manifest;
	if (app->container && !policy_of(app, &policy))
		(void)bgt_container_set(daemon->bgt, app->container, &policy);
	*result = app;
	return 0;
}

static void app_cgroup(const struct app *app, const char *below, char *path, size_t size)
{
	/* What is too long cannot be opened. */
	if (snprintf(path, size, "%s/%s%s%s", app->daemon->cgroup, app->manifest->id,
		     *below ? "/" : "", below) >= (int)size)
		*path = '\0';
}

void app_task_cgroup(const struct app *app, const char *instance, char *path, size_t size)
{
	char below[NAME_MAX + 1];

	snprintf(below, sizeof(below), "task%s%s", *instance ? "/" : "", instance);
	app_cgroup(app, below, path, size);
}

static int make_cgroup(const char *path)
{
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

static int add_member(struct app *app, const char *below, enum bgt_role role)
{
	char path[PATH_MAX];
	int fd, error;

	app_cgroup(app, below, path, sizeof(path));
	error = make_cgroup(path);
	if (error)
		return error;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = bgt_member_add(app->daemon->bgt, app->container, role, fd, false, NULL);
	close(fd);
	/* From before the helper was started anew. */
	return error == -EEXIST ? 0 : error;
}

/* The container has the app's name; it may be there from before. */
static int make_container(struct app *app)
{
	struct bgt_container_policy policy;
	struct bgt *bgt = app->daemon->bgt;
	struct bgt_container *container;
	int error;

	error = policy_of(app, &policy);
	if (error)
		return error;
	error = bgt_container_new(bgt, app->manifest->id, &policy, &app->container);
	if (error != -EEXIST)
		return error;
	error = bgt_container_get_by_name(bgt, app->manifest->id, &container);
	if (error)
		return error;
	app->container = container->id;
	bgt_container_free(container);
	return bgt_container_set(bgt, app->container, &policy);
}

int app_prepare(struct app *app)
{
	char path[PATH_MAX];
	int error;

	if (app->container)
		return 0;
	error = make_container(app);
	if (error)
		return error;
	app_cgroup(app, "", path, sizeof(path));
	error = make_cgroup(path);
	if (!error)
		error = add_member(app, "app", BGT_ROLE_APP);
	if (!error)
		error = add_member(app, "task", BGT_ROLE_TASK);
	if (error) {
		(void)bgt_container_del(app->daemon->bgt, app->container);
		app->container = 0;
	}
	return error;
}

static void remove_cgroups(struct app *app)
{
	static const char *const cgroups[] = { "task", "app", "" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++) {
		app_cgroup(app, cgroups[i], path, sizeof(path));
		if (rmdir(path) && errno != ENOENT)
			daemon_log(LOG_WARNING, "cannot remove %s: %m", path);
	}
}

void app_forget(struct app *app)
{
	struct listener *listener;

	while ((listener = LIST_FIRST(&app->listeners))) {
		LIST_REMOVE(listener, entry);
		free(listener);
	}
	if (app->container) {
		(void)bgt_container_kill(app->daemon->bgt, app->container, BGT_ROLE_ALL);
		(void)bgt_container_del(app->daemon->bgt, app->container);
		remove_cgroups(app);
	}
	LIST_REMOVE(app, entry);
	manifest_free(app->manifest);
	free(app);
}

void app_exempt(struct app *app, bool exempt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	bool was = app->exempt;

	app->exempt += exempt ? 1 : -1u;
	if (!app->container || was == !!app->exempt)
		return;
	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = app->exempt;
	if (bgt_container_set(app->daemon->bgt, app->container, &policy))
		daemon_log(LOG_ERR, "%s: cannot %s: %s", app->manifest->id,
			   exempt ? "thaw it" : "put it on its budget again",
			   bgt_error(app->daemon->bgt));
}
