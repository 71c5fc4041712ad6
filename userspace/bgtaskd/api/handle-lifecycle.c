// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about the life of an app. Administrators move it from state to state; the app attaches,
 * says that it has saved its state, and asks for an extension. A caller is taken for the app itself
 * if it is in the cgroup of the app's own processes, which is not that of the app's instances.
 */
#include <errno.h>
#include <string.h>

#include "box/container.h"
#include "box/ui.h"
#include "life/extension.h"
#include "life/lifecycle.h"
#include "model/app.h"
#include "system/process.h"

#include "caller.h"
#include "handle.h"

static void refuse_move(const struct call *call, int error)
{
	if (error == -EALREADY)
		call_refuse(call, error, "the app runs already");
	else if (error == -ENOEXEC)
		call_refuse(call, error, "the app's manifest has no Exec");
	else if (error == -ESRCH)
		call_refuse(call, error, "the app does not run");
	else
		call_refuse(call, error, "%s", strerror(-error));
}

void handle_app_move(struct daemon *daemon, const struct call *call)
{
	enum bgtask_app_move move = call_u32(call, BGTASK_A_APP_MOVE);
	struct payload payload;
	struct app *app;
	bool refused;
	int error;

	if (!caller_require_admin(call))
		return;
	app = caller_app(daemon, call, call_string(call, BGTASK_A_APP_ID), false, &refused);
	if (refused)
		return;
	if (!call_has(call, BGTASK_A_APP_MOVE)) {
		call_refuse(call, -EINVAL, "where to is missing");
		return;
	}
	lifecycle_look(app);
	error = lifecycle_move(app, move);
	if (error) {
		refuse_move(call, error);
		return;
	}
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_APP_STATE, lifecycle_state(app));
	payload_u32(&payload, BGTASK_A_APP_PID, lifecycle_pid(app));
	call_reply(call, &payload);
}

/*
 * The app whose own process, and not that of an instance, has called; NULL if there is none, and
 * then the call is refused.
 */
static struct app *app_itself(struct daemon *daemon, const struct call *call)
{
	struct app *app = call->container ? app_by_container(daemon, call->container) : NULL;
	char own[PATH_MAX];

	if (app) {
		app_cgroup(app, "app", own, sizeof(own));
		if (process_is_below(call->pid, own))
			return app;
	}
	call_refuse(call, -EPERM, "only an app itself may, from its own cgroup");
	return NULL;
}

void handle_app_attach(struct daemon *daemon, const struct call *call)
{
	struct app *app = app_itself(daemon, call);
	enum bgtask_extension_reason reason;
	struct payload payload;
	const char *description;
	int error;

	if (!app)
		return;
	if (call_has(call, BGTASK_A_APP_UI_THREAD)) {
		error = ui_set(app, call->pid, call_u32(call, BGTASK_A_APP_UI_THREAD));
		if (error) {
			call_refuse(call, error, error == -ESRCH ? "the caller has no such thread" :
				    "cannot set the UI thread apart");
			return;
		}
	}
	/* Somebody other than the helper may just have started the app. */
	lifecycle_look(app);
	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_APP_STATE, lifecycle_state(app));
	payload_u8(&payload, BGTASK_A_APP_FOREGROUND, lifecycle_is_foreground(app));
	payload_u64(&payload, BGTASK_A_APP_DEADLINE, daemon->config.suspend_timeout);
	if (extension_describe(app, &reason, &description))
		payload_u32(&payload, BGTASK_A_APP_EXTENSION, reason);
	call_reply(call, &payload);
	lifecycle_attach(app, call->peer);
}

/*
 * The app whose own process has called by the socket that has attached; NULL if there is none, and
 * then the call is refused.
 */
static struct app *app_attached(struct daemon *daemon, const struct call *call)
{
	struct app *app = app_itself(daemon, call);

	if (!app || lifecycle_peer(app) == call->peer)
		return app;
	call_refuse(call, -EINVAL, "this socket has not attached, or another one has since");
	return NULL;
}

void handle_app_saved(struct daemon *daemon, const struct call *call)
{
	struct app *app = app_attached(daemon, call);

	if (!app)
		return;
	if (lifecycle_state(app) != BGTASK_APP_STATE_SUSPENDING) {
		call_refuse(call, -EINVAL, "the app is not being suspended");
		return;
	}
	lifecycle_saved(app);
	/* The answer is sent first: a suspended app would get it only when it is resumed. */
	call_done(call);
	lifecycle_saving_ended(app);
}

void handle_extension_request(struct daemon *daemon, const struct call *call)
{
	enum bgtask_extension_reason reason = call_u32(call, BGTASK_A_EXTENSION_REASON);
	const char *description = call_string(call, BGTASK_A_EXTENSION_DESCRIPTION);
	struct app *app = app_attached(daemon, call);
	struct payload payload;
	uint64_t limit;
	bool allowed;
	int error;

	if (!app)
		return;
	if (!call_has(call, BGTASK_A_EXTENSION_REASON)) {
		call_refuse(call, -EINVAL, "reason is missing");
		return;
	}
	if (description && strlen(description) > TEXT_MAX) {
		call_refuse(call, -EINVAL, "the description is too long");
		return;
	}
	error = extension_request(app, reason, description ? description : "", &allowed, &limit);
	if (error) {
		call_refuse(call, error, "%s", error == -EBUSY ?
			    "the app has an extension" : strerror(-error));
		return;
	}
	payload_init(&payload);
	payload_u8(&payload, BGTASK_A_EXTENSION_ALLOWED, allowed);
	payload_u64(&payload, BGTASK_A_EXTENSION_LIMIT, limit);
	call_reply(call, &payload);
}

void handle_extension_close(struct daemon *daemon, const struct call *call)
{
	struct app *app = app_attached(daemon, call);

	if (!app)
		return;
	if (!extension_is_held(app)) {
		call_refuse(call, -ENOENT, "the app has no extension");
		return;
	}
	call_done(call);
	(void)extension_close(app);
}
