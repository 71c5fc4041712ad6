// SPDX-License-Identifier: GPL-2.0
/*
 * Begins an app's life when the app becomes known, ends it when the app is forgotten, and answers
 * what other folders ask about it.
 */
#include <errno.h>
#include <stdlib.h>

#include "box/deadline.h"
#include "box/presence.h"
#include "model/app.h"

#include "extension.h"
#include "lifecycle-internal.h"
#include "program.h"

int lifecycle_open(struct app *app)
{
	app->life = calloc(1, sizeof(*app->life));
	if (!app->life)
		return -ENOMEM;
	app->life->pidfd = -1;
	return 0;
}

void lifecycle_close(struct app *app)
{
	struct lifecycle *life = app->life;

	if (!life)
		return;
	deadline_end(&life->deadline);
	extension_forget(app);
	program_forget(app);
	if (life->watched)
		presence_end(app);
	free(life);
	app->life = NULL;
}

enum bgtask_app_state lifecycle_state(const struct app *app)
{
	return app->life->state;
}

bool lifecycle_is_foreground(const struct app *app)
{
	return app->life->foreground;
}

uint32_t lifecycle_pid(const struct app *app)
{
	return app->life->pid;
}

uint32_t lifecycle_peer(const struct app *app)
{
	return app->life->peer;
}

uint64_t lifecycle_used(const struct app *app)
{
	return app->life->used;
}
