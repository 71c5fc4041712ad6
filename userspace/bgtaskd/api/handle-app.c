// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about apps: to install, upgrade, remove and list them, and to set what they may do. Only
 * administrators may do so, but each app may look at itself.
 */
#include <errno.h>
#include <string.h>

#include "life/extension.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/task.h"
#include "run/instances.h"
#include "run/network.h"
#include "trigger/channel.h"
#include "trigger/fire.h"
#include "trigger/registration.h"

#include "app-details.h"
#include "caller.h"
#include "handle.h"
#include "install.h"
#include "listener.h"

static void refuse_manifest(const struct call *call, struct manifest *manifest, int error)
{
	if (error == -EINVAL)
		call_refuse(call, error, "there is no quota class \"%.40s\"", manifest->class);
	else
		call_refuse(call, error, "%s", strerror(-error));
	manifest_free(manifest);
}

/*
 * Refuses a call since something is wrong with a manifest. The log gets the whole text; the caller,
 * who knows the manifest's path, the text without it.
 */
static void refuse_problem(const struct call *call, const char *path, int error,
			   const struct problem *problem)
{
	size_t length = strlen(path);
	const char *text = problem->text;
	bool line = false;

	log_line(LOG_ERR, "%s", text);
	if (!strncmp(text, path, length) && text[length] == ':') {
		text += length + 1;
		line = *text >= '0' && *text <= '9';
		text += *text == ' ';
	}
	call_refuse(call, error, "%s%s", line ? "line " : "", text);
}

void handle_app_install(struct daemon *daemon, const struct call *call)
{
	const char *path = call_string(call, BGTASK_A_APP_MANIFEST);
	struct manifest *manifest;
	struct problem problem;
	struct payload payload;
	struct app *app;
	int error;

	if (!caller_require_admin(call))
		return;
	if (!path || *path != '/') {
		call_refuse(call, -EINVAL, "an absolute path of the manifest is needed");
		return;
	}
	error = manifest_load(&manifest, path, &problem);
	if (error) {
		refuse_problem(call, path, error, &problem);
		return;
	}
	error = app_install(daemon, manifest, &app);
	if (error) {
		refuse_manifest(call, manifest, error);
		return;
	}
	payload_init(&payload);
	payload_string(&payload, BGTASK_A_APP_ID, app->id);
	call_reply(call, &payload);
}

/* The app that an administrator names; NULL if there is none, and then the call is refused. */
static struct app *named_app(struct daemon *daemon, const struct call *call)
{
	bool refused;

	if (!caller_require_admin(call))
		return NULL;
	return caller_app(daemon, call, call_string(call, BGTASK_A_APP_ID), false, &refused);
}

void handle_app_remove(struct daemon *daemon, const struct call *call)
{
	struct app *app = named_app(daemon, call);
	int error;

	if (!app)
		return;
	error = task_unregister_all(app, BGTASK_CANCEL_REASON_UNINSTALL);
	if (!error && !LIST_EMPTY(&app->instances)) {
		call_refuse(call, -EAGAIN, "its tasks are being cancelled, try again");
		return;
	}
	if (!error)
		error = registry_app_remove(daemon->registry, app->id);
	if (error) {
		call_refuse(call, error, "%s", registry_error(daemon->registry));
		return;
	}
	app_remove(app);
	call_done(call);
}

static bool put_entry(struct payload *payload, const struct app *app)
{
	size_t nest = payload_nest(payload, BGTASK_A_APP_ENTRY);

	app_put_details(payload, app);
	payload_nest_end(payload, nest);
	if (!payload->full)
		return true;
	payload_cut(payload, nest);
	return false;
}

static const struct app *next_app(struct daemon *daemon, const char *after)
{
	const struct app *app, *next = NULL;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (strcmp(app->id, after) > 0 &&
		    (!next || strcmp(app->id, next->id) < 0))
			next = app;
	return next;
}

void handle_app_get(struct daemon *daemon, const struct call *call)
{
	const char *after = call_string(call, BGTASK_A_APP_AFTER);
	const struct app *app, *next;
	struct payload payload;
	bool refused;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_APP_ID), true, &refused);
	if (refused)
		return;
	payload_init(&payload);
	/* Room for the id after which the next list begins. */
	payload.reserve = MNL_ATTR_HDRLEN + MNL_ALIGN(APP_ID_MAX + 1);
	if (app) {
		put_entry(&payload, app);
		call_reply(call, &payload);
		return;
	}
	if (!after)
		after = "";
	while ((next = next_app(daemon, after)) && put_entry(&payload, next))
		after = next->id;
	payload.reserve = 0;
	if (next)
		payload_string(&payload, BGTASK_A_APP_AFTER, after);
	call_reply(call, &payload);
}

static uint32_t slots_taken(struct daemon *daemon, const struct app *but)
{
	struct app *app;
	uint32_t taken = 0;

	LIST_FOREACH(app, &daemon->apps, entry)
		taken += app != but && app->access == BGTASK_ACCESS_LOCK_SCREEN;
	return taken;
}

void handle_app_set(struct daemon *daemon, const struct call *call)
{
	enum bgtask_access access = call_u32(call, BGTASK_A_APP_ACCESS), before;
	struct app *app = named_app(daemon, call);
	int error;

	if (!app)
		return;
	if (!call_has(call, BGTASK_A_APP_ACCESS)) {
		call_refuse(call, -EINVAL, "access is missing");
		return;
	}
	if (access > BGTASK_ACCESS_DENIED_BY_POLICY) {
		call_refuse(call, -EINVAL, "there is no such access");
		return;
	}
	if (access == BGTASK_ACCESS_LOCK_SCREEN &&
	    slots_taken(daemon, app) >= daemon->config.lock_screen_slots) {
		call_refuse(call, -EBUSY, "all %u lock-screen slots are taken",
			    daemon->config.lock_screen_slots);
		return;
	}
	error = registry_access_set(daemon->registry, app->id, access);
	if (error) {
		call_refuse(call, error, "%s", registry_error(daemon->registry));
		return;
	}
	before = app->access;
	app->access = access;
	call_done(call);
	if (access != before)
		listener_tell_of_app(app, BGTASK_CMD_APP_ACCESS_CHANGED_NTF);
	if (app_is_denied(app)) {
		instance_cancel_all(app, false, BGTASK_CANCEL_REASON_SYSTEM_POLICY);
		(void)extension_revoke(app, BGTASK_REVOKED_REASON_SYSTEM_POLICY);
	}
	/* It depends on the access whether the app has to save energy. */
	extension_power_changed(daemon);
	network_power_changed(daemon);
	if (access == BGTASK_ACCESS_LOCK_SCREEN && before != access)
		(void)fire_all(daemon, app, BGTASK_TRIGGER_LOCK_SCREEN_APPLICATION_ADDED, "");
	if (before == BGTASK_ACCESS_LOCK_SCREEN && before != access)
		(void)fire_all(daemon, app, BGTASK_TRIGGER_LOCK_SCREEN_APPLICATION_REMOVED, "");
	channel_app_changed(app);
	fire_reconsider_all(daemon);
}

void handle_app_upgraded(struct daemon *daemon, const struct call *call)
{
	struct app *app = named_app(daemon, call);
	struct manifest *manifest;
	struct problem problem;
	int error;

	if (!app)
		return;
	error = manifest_load(&manifest, app->manifest->path, &problem);
	if (error) {
		refuse_problem(call, app->manifest->path, error, &problem);
		return;
	}
	error = app_install(daemon, manifest, &app);
	if (error) {
		refuse_manifest(call, manifest, error);
		return;
	}
	instance_cancel_all(app, false, BGTASK_CANCEL_REASON_SERVICING_UPDATE);
	(void)fire_all(daemon, app, BGTASK_TRIGGER_SERVICING_COMPLETE, "");
	call_done(call);
}
