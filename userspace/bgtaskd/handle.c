// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the function for each operation; and for most of these, the app that the call is about. An
 * app can speak for itself only, administrators for any app.
 */
#include "handle.h"

#include <errno.h>

#include "app.h"

static void (*const handlers[])(struct daemon *daemon, const struct call *call) = {
	[BGTASK_CMD_TASK_REGISTER] = handle_task_register,
	[BGTASK_CMD_TASK_UNREGISTER] = handle_task_unregister,
	[BGTASK_CMD_TASK_GET] = handle_task_get,
	[BGTASK_CMD_TASK_ASSOCIATE] = handle_task_associate,
	[BGTASK_CMD_TRIGGER_FIRE] = handle_trigger_fire,
	[BGTASK_CMD_CHANNEL_SET] = handle_channel_set,
	[BGTASK_CMD_INSTANCE_GET] = handle_instance_get,
	[BGTASK_CMD_INSTANCE_ATTACH] = handle_instance_attach,
	[BGTASK_CMD_INSTANCE_PROGRESS] = handle_instance_progress,
	[BGTASK_CMD_INSTANCE_COMPLETE] = handle_instance_complete,
	[BGTASK_CMD_INSTANCE_CANCEL] = handle_instance_cancel,
	[BGTASK_CMD_APP_INSTALL] = handle_app_install,
	[BGTASK_CMD_APP_REMOVE] = handle_app_remove,
	[BGTASK_CMD_APP_GET] = handle_app_get,
	[BGTASK_CMD_APP_SET] = handle_app_set,
	[BGTASK_CMD_APP_UPGRADED] = handle_app_upgraded,
	[BGTASK_CMD_APP_MOVE] = handle_app_move,
	[BGTASK_CMD_APP_ATTACH] = handle_app_attach,
	[BGTASK_CMD_APP_SAVED] = handle_app_saved,
	[BGTASK_CMD_EXTENSION_REQUEST] = handle_extension_request,
	[BGTASK_CMD_EXTENSION_CLOSE] = handle_extension_close,
	[BGTASK_CMD_CONDITION_GET] = handle_condition_get,
	[BGTASK_CMD_CONDITION_SET] = handle_condition_set,
};

void handle_call(struct daemon *daemon, const struct call *call)
{
	if (call->command < sizeof(handlers) / sizeof(handlers[0]) && handlers[call->command])
		handlers[call->command](daemon, call);
	else
		call_refuse(call, -EOPNOTSUPP, "the helper does not know this operation");
}

bool handle_require_admin(const struct call *call)
{
	if (call->admin)
		return true;
	call_refuse(call, -EPERM, "this takes CAP_SYS_ADMIN in the initial user namespace");
	return false;
}

struct app *handle_app_of(struct daemon *daemon, const struct call *call, const char *name,
			  bool optional, bool *refused)
{
	struct app *own = call->container ? app_by_container(daemon, call->container) : NULL;
	struct app *app = own;

	*refused = true;
	if (name && call->admin)
		app = app_find(daemon, name);
	else if (name && own && app_find(daemon, name) != own) {
		call_refuse(call, -EPERM, "an app can only speak for itself");
		return NULL;
	}
	if (!app && call->admin && !name && optional) {
		*refused = false;
		return NULL;
	}
	if (!app && name && call->admin)
		call_refuse(call, -ENOENT, "there is no such app");
	else if (!app && call->admin)
		call_refuse(call, -EINVAL, "which app is missing");
	else if (!app)
		call_refuse(call, -EPERM, "the caller belongs to no app");
	else
		*refused = false;
	return app;
}
