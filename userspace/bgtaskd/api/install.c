// SPDX-License-Identifier: GPL-2.0
/*
 * Makes apps known and forgets them: calls what each folder has to do for that, in order.
 */
#include "install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "box/container.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/task.h"
#include "run/instances.h"
#include "run/launch.h"
#include "run/network.h"
#include "system/process.h"
#include "trigger/registration.h"

#include "listener.h"

/* Gives an app another manifest. */
static void change(struct app *app, struct manifest *manifest)
{
	manifest_free(app->manifest);
	app->manifest = manifest;
	app_change_budget(app);
	if (app_container(app))
		network_update(app);
}

/* Loads what the registry and the helper before have of an app, and goes on from there. */
static int load(struct app *app)
{
	char path[PATH_MAX];
	bool rebooted;
	int error;

	error = registry_access_get(app->daemon->registry, app->id, &app->access);
	if (!error)
		error = task_load_all(app);
	if (!error)
		error = instance_load_all(app);
	if (!error)
		error = lifecycle_load(app);
	if (error)
		return error;
	error = app_adopt_container(app);
	if (error && error != -ENOENT)
		return error;
	/* Neither cgroups nor processes outlast a reboot. */
	app_task_cgroup(app, 0, path, sizeof(path));
	rebooted = access(path, F_OK);
	/* The container is made at once: by its container a caller is known as the app. */
	error = app_prepare(app);
	if (error)
		log_line(LOG_ERR, "%s: cannot make its container, and will try again: %s", app->id,
			 strerror(-error));
	instance_resume_all(app, rebooted);
	lifecycle_resume(app);
	return 0;
}

/* Has each folder make its part of the app. */
static int open_parts(struct app *app)
{
	int error = box_open(app);

	if (!error)
		error = lifecycle_open(app);
	if (!error)
		error = network_open(app);
	if (!error)
		error = launch_open_app(app);
	return error;
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
	if (app_insert(app)) {
		free(app);
		return -ENOMEM;
	}
	error = open_parts(app);
	if (!error)
		error = load(app);
	if (error) {
		/* The manifest is still the caller's. */
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
	instance_unload_all(app);
	task_unload_all(app);
	listener_forget_all(&app->listeners);
	launch_close_app(app);
	network_close(app);
	lifecycle_close(app);
	box_close(app);
	app_delete(app);
}

void app_remove(struct app *app)
{
	static const char *const cgroups[] = { "task", "app/ui", "app", "" };
	struct daemon *daemon = app->daemon;
	char path[PATH_MAX];

	if (app_container(app)) {
		(void)bgt_container_kill(daemon->bgt, app_container(app), BGT_ROLE_ALL);
		lifecycle_removed(app);
		(void)bgt_container_del(daemon->bgt, app_container(app));
	}
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++) {
		app_cgroup(app, cgroups[i], path, sizeof(path));
		process_remove_cgroup(daemon->event, path);
	}
	listener_tell_of_app(app, BGTASK_CMD_APP_REMOVED_NTF);
	app_forget(app);
}
