// SPDX-License-Identifier: GPL-2.0
/*
 * Makes instances together with their runs, and has what other folders ask about a run: where its
 * processes are, and which socket has attached.
 */
#include "instances-internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/instance.h"

struct instance *instance_of_record(struct app *app, const struct instance_record *record)
{
	struct run *run = calloc(1, sizeof(*run));
	struct instance *instance = run ? instance_make(app, record) : NULL;

	if (!instance) {
		free(run);
		return NULL;
	}
	run->pidfd = -1;
	instance->run = run;
	return instance;
}

struct instance *instance_new(struct task *task, const char *argument)
{
	const struct instance_record record = {
		.task = task->record.id,
		.name = task->record.name,
		.argument = argument ? argument : "",
		.message = "",
		.trigger = task->record.trigger,
		.state = BGTASK_INSTANCE_STATE_LATCHED,
		.fired = clock_now(),
	};

	return instance_of_record(task->app, &record);
}

bool instance_is_in_app(const struct instance *instance)
{
	return instance->run->in_app;
}

void instance_below(const struct instance *instance, char below[INSTANCE_BELOW_SIZE])
{
	if (instance->run->in_app)
		strcpy(below, "app");
	else
		snprintf(below, INSTANCE_BELOW_SIZE, "task/%u", instance->record.id);
}

void instance_attach(struct instance *instance, uint32_t peer)
{
	instance->run->peer = peer;
}

void instance_peer_gone(struct daemon *daemon, uint32_t peer)
{
	struct instance *instance;

	LIST_FOREACH(instance, &daemon->instances, entry)
		if (instance->run->peer == peer)
			instance->run->peer = 0;
}
