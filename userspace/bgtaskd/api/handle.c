// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the handler of each operation.
 */
#include "handle.h"

#include <errno.h>

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
