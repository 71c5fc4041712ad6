// SPDX-License-Identifier: GPL-2.0
/*
 * Calls about control channels: takes the socket that an app gives to a task, or takes it away from
 * the task.
 */
#include <errno.h>

#include "model/task.h"
#include "trigger/channel.h"

#include "caller.h"
#include "handle.h"

void handle_channel_set(struct daemon *daemon, const struct call *call)
{
	struct task *task = caller_task(daemon, call);
	int fd;

	if (!task)
		return;
	if (task->record.trigger != BGTASK_TRIGGER_CONTROL_CHANNEL) {
		call_refuse(call, -EINVAL, "the task has another trigger than control-channel");
		return;
	}
	if (!call_has(call, BGTASK_A_TASK_FD)) {
		channel_drop(task);
		call_done(call);
		return;
	}
	fd = channel_take(task->app, call);
	if (fd >= 0 && !channel_set(task, call, fd))
		call_done(call);
}
