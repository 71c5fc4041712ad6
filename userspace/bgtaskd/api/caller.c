// SPDX-License-Identifier: GPL-2.0
/*
 * Finds out which app or task a call is about, and whether the caller may speak for it: an app may
 * speak for itself only, an administrator for any app.
 */
#include "caller.h"

#include <errno.h>

#include "box/container.h"
#include "model/app.h"
#include "model/task.h"

bool caller_require_admin(const struct call *call)
{
	if (call->admin)
		return true;
	call_refuse(call, -EPERM, "this takes CAP_SYS_ADMIN in the initial user namespace");
	return false;
}

struct app *caller_app(struct daemon *daemon, const struct call *call, const char *name,
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

struct task *caller_task(struct daemon *daemon, const struct call *call)
{
	const char *name = call_string(call, BGTASK_A_TASK_NAME);
	uint32_t id = call_u32(call, BGTASK_A_TASK_ID);
	struct task *task = NULL;
	struct app *app;
	bool refused;

	app = caller_app(daemon, call, call_string(call, BGTASK_A_TASK_APP), id, &refused);
	if (refused)
		return NULL;
	if (id)
		task = task_find(daemon, id);
	else if (name)
		task = task_by_name(app, name);
	/* A task of another app does not count. */
	if (task && app && task->app != app)
		task = NULL;
	if (!task)
		call_refuse(call, -ENOENT, "there is no such task");
	return task;
}
