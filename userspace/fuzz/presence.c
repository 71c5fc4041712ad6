// SPDX-License-Identifier: GPL-2.0
/*
 * Implements box/presence.h on a machine whose cgroups are only directories. The fuzzer says when
 * to look.
 */
#include "box/presence.h"

#include <errno.h>
#include <stdlib.h>

#include "box/container-internal.h"
#include "life/lifecycle.h"
#include "model/app.h"

#include "system/process.h"
#include "presence.h"

struct presence {
	unsigned int users;
};

int presence_begin(struct app *app)
{
	if (!app->box->presence)
		app->box->presence = calloc(1, sizeof(*app->box->presence));
	if (!app->box->presence)
		return -ENOMEM;
	app->box->presence->users++;
	return 0;
}

void presence_end(struct app *app)
{
	if (--app->box->presence->users)
		return;
	free(app->box->presence);
	app->box->presence = NULL;
}

bool presence_is_populated(struct app *app)
{
	char path[PATH_MAX];

	app_cgroup(app, "app", path, sizeof(path));
	return process_oldest(path);
}

bool presence_is_away(const struct app *app)
{
	char path[PATH_MAX];

	app_cgroup(app, "app", path, sizeof(path));
	return !process_oldest(path);
}

void presence_look(struct app *app)
{
	(void)app;
}

void presence_event(struct daemon *daemon, const struct bgt_event *event)
{
	(void)daemon;
	(void)event;
}

void presence_look_at_all(struct daemon *daemon)
{
	struct app *app;

	LIST_FOREACH(app, &daemon->apps, entry)
		if (app->box->presence)
			lifecycle_look(app);
}
