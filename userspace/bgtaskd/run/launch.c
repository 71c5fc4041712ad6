// SPDX-License-Identifier: GPL-2.0
/*
 * Each app has a queue of instances that may start, and apps with such a queue take turns. A batch
 * is recorded as launching before any of it is started: a helper that is killed in between leaves
 * nothing that would be started twice.
 */
#include "launch.h"

#include <errno.h>

#include "base/clock.h"
#include "model/gate.h"
#include "model/instance.h"
#include "model/task.h"
#include "trigger/fire.h"

#include "activation.h"
#include "instances.h"
#include "network.h"

/* If launches cannot be recorded, so long until the next try. */
#define RETRY_USEC	(5 * UINT64_C(1000000))

static void wake(struct daemon *daemon, uint64_t usec)
{
	(void)sd_event_source_set_time_relative(daemon->launching, usec);
	(void)sd_event_source_set_enabled(daemon->launching, SD_EVENT_ONESHOT);
}

static bool has_room(const struct app *app)
{
	return app->nr_running < app->daemon->config.concurrent_instances;
}

/* Lines the app up for its turn, if it has something to launch and room for that. */
static void line_up(struct app *app)
{
	struct daemon *daemon = app->daemon;

	if (app->has_turn || TAILQ_EMPTY(&app->ready) || !has_room(app))
		return;
	if (TAILQ_EMPTY(&daemon->turns))
		wake(daemon, 0);
	TAILQ_INSERT_TAIL(&daemon->turns, app, by_turn);
	app->has_turn = true;
}

static bool may_launch(const struct instance *instance)
{
	const struct task *task = task_find(instance->daemon, instance->record.task);

	return instance->record.state == BGTASK_INSTANCE_STATE_LATCHED && task &&
	       task->active == instance && gate_is_open(task);
}

static void dequeue(struct instance *instance)
{
	TAILQ_REMOVE(&instance->app->ready, instance, ready);
	instance->is_ready = false;
}

void launch_consider(struct instance *instance)
{
	if (instance->is_ready || !may_launch(instance))
		return;
	TAILQ_INSERT_TAIL(&instance->app->ready, instance, ready);
	instance->is_ready = true;
	line_up(instance->app);
}

bool launch_claim(struct instance *instance)
{
	if (!has_room(instance->app))
		return false;
	instance->app->nr_running++;
	instance->starts = true;
	instance->record.state = BGTASK_INSTANCE_STATE_LAUNCHING;
	instance->record.started = clock_now();
	instance->record.has_cgroup = true;
	return true;
}

void launch_release(struct instance *instance)
{
	if (instance->is_ready)
		dequeue(instance);
	if (!instance->starts)
		return;
	instance->starts = false;
	instance->app->nr_running--;
	line_up(instance->app);
	network_update(instance->app);
}

/* Claims a few instances, a turn each, and records that. */
static size_t claim_some(struct daemon *daemon, struct instance *batch[LAUNCH_AT_ONCE], int *error)
{
	struct instance *instance;
	struct app *app;
	size_t count = 0;

	while (count < LAUNCH_AT_ONCE && !*error && (app = TAILQ_FIRST(&daemon->turns))) {
		TAILQ_REMOVE(&daemon->turns, app, by_turn);
		app->has_turn = false;
		instance = TAILQ_FIRST(&app->ready);
		/*
		 * What has fired since then may have taken the room; the next instance that ends
		 * gives it back.
		 */
		if (!instance || !has_room(app))
			continue;
		dequeue(instance);
		/* Conditions and access may have changed since the instance was considered. */
		if (may_launch(instance) && launch_claim(instance)) {
			*error = registry_instance_set(daemon->registry, &instance->record,
						       daemon->config.history);
			batch[count++] = instance;
		}
		line_up(app);
	}
	return count;
}

void launch_start(struct daemon *daemon, struct instance *const batch[], size_t count)
{
	/* By their ids: with an app that dies meanwhile, what runs in it has ended. */
	uint32_t running[LAUNCH_AT_ONCE];
	struct instance *instance;
	size_t nr_running = 0;
	int error;

	for (size_t i = 0; i < count; i++)
		if (instance_start(batch[i]))
			running[nr_running++] = batch[i]->record.id;
	if (!nr_running)
		return;
	/* Were this lost, the next helper would still find them in their cgroups. */
	error = registry_begin(daemon->registry);
	if (!error) {
		for (size_t i = 0; i < nr_running && !error; i++) {
			instance = instance_find(daemon, running[i]);
			error = instance ? instance_record(instance) : 0;
		}
		error = registry_end(daemon->registry, error);
	}
	if (error)
		log_line(LOG_ERR, "cannot record what runs: %s", registry_error(daemon->registry));
	/* An app is told only now, so that the next helper does not begin with it once more. */
	for (size_t i = 0; i < nr_running; i++) {
		instance = instance_find(daemon, running[i]);
		if (instance)
			activation_tell(instance);
	}
}

static void give_back(struct instance *instance)
{
	launch_release(instance);
	instance->record.state = BGTASK_INSTANCE_STATE_LATCHED;
	instance->record.started = 0;
	instance->record.has_cgroup = false;
	launch_consider(instance);
}

static int take_turns(sd_event_source *source, uint64_t usec, void *data)
{
	struct instance *batch[LAUNCH_AT_ONCE];
	struct daemon *daemon = data;
	size_t count = 0;
	int error;

	(void)source;
	(void)usec;
	error = registry_begin(daemon->registry);
	if (!error) {
		count = claim_some(daemon, batch, &error);
		error = registry_end(daemon->registry, error);
	}
	/* Were they started now, they might be started again. */
	if (error)
		log_line(LOG_ERR, "cannot launch anything: %s", registry_error(daemon->registry));
	for (size_t i = 0; i < count && error; i++)
		give_back(batch[i]);
	if (!error)
		launch_start(daemon, batch, count);
	if (!TAILQ_EMPTY(&daemon->turns))
		wake(daemon, error ? RETRY_USEC : 0);
	return 0;
}

void launch_forget_app(struct app *app)
{
	if (app->has_turn)
		TAILQ_REMOVE(&app->daemon->turns, app, by_turn);
	app->has_turn = false;
}

int launch_open(struct daemon *daemon)
{
	int error;

	TAILQ_INIT(&daemon->turns);
	error = sd_event_add_time_relative(daemon->event, &daemon->launching, CLOCK_MONOTONIC, 0, 1,
					   take_turns, daemon);
	if (error >= 0)
		error = sd_event_source_set_enabled(daemon->launching, SD_EVENT_OFF);
	return error < 0 ? error : 0;
}

void launch_close(struct daemon *daemon)
{
	sd_event_source_disable_unref(daemon->launching);
}
