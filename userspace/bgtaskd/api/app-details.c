// SPDX-License-Identifier: GPL-2.0
/*
 * Describes an app, for answers and for events.
 */
#include "app-details.h"

#include "box/container.h"
#include "life/extension.h"
#include "life/lifecycle.h"

static void put_life(struct payload *payload, const struct app *app)
{
	enum bgtask_extension_reason reason;
	const char *description;

	payload_u32(payload, BGTASK_A_APP_STATE, lifecycle_state(app));
	payload_u8(payload, BGTASK_A_APP_FOREGROUND, lifecycle_is_foreground(app));
	if (lifecycle_pid(app))
		payload_u32(payload, BGTASK_A_APP_PID, lifecycle_pid(app));
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
	if (app_container(app))
		payload_u32(payload, BGTASK_A_APP_CONTAINER, app_container(app));
	payload_u32(payload, BGTASK_A_APP_TASKS, app->nr_tasks);
	put_life(payload, app);
}
