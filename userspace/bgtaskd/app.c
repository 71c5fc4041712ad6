// SPDX-License-Identifier: GPL-2.0
/*
 * An app has a container of its name, with a cgroup of its name, in which are those of the app
 * itself and of its tasks. They are made when the app becomes known, and stay.
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

#include "app-use.h"
#include "extension.h"
#include "instance.h"
#include "launch.h"
#include "listener.h"
#include "network.h"
#include "process.h"
#include "task.h"

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

static void put_life(struct payload *payload, const struct app *app)
{
	enum bgtask_extension_reason reason;
	const char *description;

	payload_u32(payload, BGTASK_A_APP_STATE, app->life.state);
	payload_u8(payload, BGTASK_A_APP_FOREGROUND, app->life.foreground);
	if (app->life.pid)
		payload_u32(payload, BGTASK_A_APP_PID, app->life.pid);
	if (!extension_describe(app, &reason, &description))
		return;
	payload_u32(payload, BGTASK_A_APP_EXTENSION, reason);
	if (*description)
		payload_string(payload, BGTASK_A_APP_DESCRIPTION, description);
}

void app_put_details(struct payload *payload, const struct app *app)
{
	payload_string(payload, BGTASK_A_APP_ID, app->id);
	payload_string(payload, BGTASK_A_APP_MANIFEST, app->manifest->path);
	payload_u32(payload, BGTASK_A_APP_UID, app->manifest->user.uid);
	payload_string(payload, BGTASK_A_APP_CLASS, app->manifest->class);
	payload_u32(payload, BGTASK_A_APP_ACCESS, app->access);
	if (app->container)
		payload_u32(payload, BGTASK_A_APP_CONTAINER, app->container);
	payload_u32(payload, BGTASK_A_APP_TASKS, app->nr_tasks);
	put_life(payload, app);
}

static int policy_of(const struct app *app, struct bgt_container_policy *policy)
{
	const struct quota_class *class = config_class(&app->daemon->config, app->manifest->class);

	if (!class)
		return -EINVAL;
	*policy = (struct bgt_container_policy)BGT_CONTAINER_POLICY_INIT;
	policy->set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD | BGT_POLICY_EXEMPT |
		      BGT_POLICY_COUNT_TRAFFIC;
	policy->quota = class->quota;
	policy->period = class->period;
	policy->exempt = app->exempt;
	policy->count_traffic = app_use_counts_traffic(app);
	return 0;
}

void app_cgroup(const struct app *app, const char *below, char *path, size_t size)
{
	/* What is too long cannot be opened. */
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

static int make_cgroup(const char *path)
{
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/* Whether a cgroup that is a member is one of the app's container; or a negative errno. */
static int is_own_member(const struct app *app, int fd)
{
	struct bgt_member *members;
	struct stat status;
	bool own = false;
	int error;

	if (fstat(fd, &status))
		return -errno;
	error = bgt_member_list(app->daemon->bgt, app->container, &members);
	if (error)
		return error;
	for (const struct bgt_member *member = members; member; member = member->next)
		own |= member->cgroup_id == status.st_ino;
	bgt_member_free(members);
	return own;
}

int app_add_member(const struct app *app, enum bgt_role role, int fd)
{
	int own, error = bgt_member_add(app->daemon->bgt, app->container, role, fd, false, NULL);

	if (error != -EEXIST)
		return error;
	/* The helper before has added the cgroup, or somebody has put it on another budget. */
	own = is_own_member(app, fd);
	if (own < 0)
		return own;
	return own ? 0 : -EEXIST;
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
	error = app_add_member(app, role, fd);
	close(fd);
	return error;
}

/*
 * A container of the app's name is the app's, from before the helper was started anew. It gets the
 * policy of now: the helper before may have thawed it for a while.
 */
static int adopt_container(struct app *app)
{
	struct bgt_container_policy policy;
	struct bgt *bgt = app->daemon->bgt;
	struct bgt_container *container;
	int error;

	error = policy_of(app, &policy);
	if (!error)
		error = bgt_container_get_by_name(bgt, app->id, &container);
	if (error)
		return error;
	policy.set |= BGT_POLICY_REPRIEVE;
	error = bgt_container_set(bgt, container->id, &policy);
	if (!error) {
		app->container = container->id;
		app->traffic_counted = policy.count_traffic;
	}
	bgt_container_free(container);
	return error;
}

static int make_container(struct app *app, bool *made)
{
	struct bgt_container_policy policy;
	int error;

	*made = false;
	if (app->container)
		return 0;
	error = policy_of(app, &policy);
	if (error)
		return error;
	error = bgt_container_new(app->daemon->bgt, app->id, &policy, &app->container);
	if (error == -EEXIST)
		return adopt_container(app);
	app->traffic_counted = !error && policy.count_traffic;
	*made = !error;
	return error;
}

int app_prepare(struct app *app)
{
	char path[PATH_MAX];
	bool made;
	int error;

	if (app->prepared)
		return 0;
	error = make_container(app, &made);
	if (error)
		return error;
	app_cgroup(app, "", path, sizeof(path));
	error = make_cgroup(path);
	if (!error)
		error = add_member(app, "app", BGT_ROLE_APP);
	if (!error)
		error = add_member(app, "task", BGT_ROLE_TASK);
	app->prepared = !error;
	if (error && made) {
		(void)bgt_container_del(app->daemon->bgt, app->container);
		app->container = 0;
	}
	return error;
}

void app_member_gone(struct app *app)
{
	app->prepared = false;
	app->member = 0;
	app->ui_member = 0;
}

void app_container_gone(struct app *app)
{
	app->container = 0;
	app_member_gone(app);
	/* What runs must not go on without a budget. */
	if (app->nr_running && app_prepare(app))
		log_line(LOG_ERR, "%s: cannot make its container again: %s", app->id,
			 bgt_error(app->daemon->bgt));
}

/* The app has another manifest from now on. */
static void change(struct app *app, struct manifest *manifest)
{
	struct bgt_container_policy policy;

	manifest_free(app->manifest);
	app->manifest = manifest;
	if (!app->container || policy_of(app, &policy))
		return;
	/* Whether it is in the foreground is another matter. */
	policy.set &= ~BGT_POLICY_EXEMPT;
	if (bgt_container_set(app->daemon->bgt, app->container, &policy))
		log_line(LOG_ERR, "%s: cannot change its budget: %s", app->id,
			 bgt_error(app->daemon->bgt));
	network_update(app);
}

/* What was registered while the app was known before, and has not ended since. */
static int load(struct app *app)
{
	char path[PATH_MAX];
	bool rebooted;
	int error;

	error = registry_access_get(app->daemon->registry, app->id, &app->access);
	if (!error)
		error = network_load(app);
	if (!error)
		error = registry_energy_get(app->daemon->registry, app->id, &app->life.energy);
	if (!error)
		error = task_load_all(app);
	if (!error)
		error = instance_load_all(app);
	if (error)
		return error;
	lifecycle_load(app);
	error = adopt_container(app);
	if (error && error != -ENOENT)
		return error;
	/* Cgroups do not outlive the kernel, nor do processes. */
	app_task_cgroup(app, 0, path, sizeof(path));
	rebooted = access(path, F_OK);
	/* The app is known by its container, and registers its tasks from there. */
	error = app_prepare(app);
	if (error)
		log_line(LOG_ERR, "%s: cannot make its container, and will try again: %s", app->id,
			 strerror(-error));
	instance_resume_all(app, rebooted);
	lifecycle_resume(app);
	return 0;
}

int app_install(struct daemon *daemon, struct manifest *manifest, struct app **result)
{
	struct app *app = app_find(daemon, manifest->id);
	int error;

	if (!config_class(&daemon->config, manifest->class))
		return -EINVAL;
	*result = app;
	if (app) {
		change(app, manifest);
		listener_tell_of_app(app, BGTASK_CMD_APP_INSTALLED_NTF);
		return 0;
	}

	app = calloc(1, sizeof(*app));
	if (!app)
		return -ENOMEM;
	strcpy(app->id, manifest->id);
	app->daemon = daemon;
	app->manifest = manifest;
	TAILQ_INIT(&app->ready);
	lifecycle_init(app);
	if (!tsearch(app, &daemon->app_tree, compare_ids)) {
		free(app);
		return -ENOMEM;
	}
	LIST_INSERT_HEAD(&daemon->apps, app, entry);
	error = load(app);
	if (error) {
		/* The manifest is not the app's. */
		app->manifest = NULL;
		app_forget(app);
		return error;
	}
	listener_tell_of_app(app, BGTASK_CMD_APP_INSTALLED_NTF);
	*result = app;
	return 0;
}

void app_forget(struct app *app)
{
	lifecycle_forget(app);
	instance_unload_all(app);
	task_unload_all(app);
	listener_free_all(&app->listeners);
	launch_forget_app(app);
	network_free(app);
	tdelete(app, &app->daemon->app_tree, compare_ids);
	LIST_REMOVE(app, entry);
	manifest_free(app->manifest);
	free(app);
}

void app_remove(struct app *app)
{
	static const char *const cgroups[] = { "task", "app/ui", "app", "" };
	struct daemon *daemon = app->daemon;
	char path[PATH_MAX];

	if (app->container) {
		(void)bgt_container_kill(daemon->bgt, app->container, BGT_ROLE_ALL);
		lifecycle_removed(app);
		(void)bgt_container_del(daemon->bgt, app->container);
	}
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++) {
		app_cgroup(app, cgroups[i], path, sizeof(path));
		process_remove_cgroup(daemon->event, path);
	}
	listener_tell_of_app(app, BGTASK_CMD_APP_REMOVED_NTF);
	app_forget(app);
}
