// SPDX-License-Identifier: GPL-2.0
/*
 * Each app has a queue of instances that may be launched, and apps with such a queue take turns. A
 * batch is recorded as launching before any instance of it is started, so that the next helper
 * starts none of them twice if this helper is killed in between.
 */
#include "launch.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/gate.h"
#include "model/instance.h"
#include "model/task.h"

#include "activation.h"
#include "instances-internal.h"
#include "network.h"

/* How long to wait with the next try if launches could not be recorded, us. */
#define RETRY_USEC	(5 * UINT64_C(1000000))

TAILQ_HEAD(launch_queue, launch);

/* The launches of an app. */
struct launch {
	struct app *app;
	struct instance_queue ready;	/* instances to launch, by instance.queued */
	TAILQ_ENTRY(launch) by_turn;
	bool has_turn;			/* it is in launcher.turns */
};

struct launcher {
	sd_event_source *source;	/* timer, set while apps wait for their turns */
	struct launch_queue turns;	/* apps that have something to launch */
};

static void wake(const struct launcher *launcher, uint64_t usec)
{
	(void)sd_event_source_set_time_relative(launcher->source, usec);
	(void)sd_event_source_set_enabled(launcher->source, SD_EVENT_ONESHOT);
}

static bool has_room(const struct app *app)
{
	return app->nr_running < app->daemon->config.concurrent_instances;
}

/* Lines the app up for its turn, if it has something to launch and room for that. */
static void line_up(struct app *app)
{
	struct launcher *launcher = app->daemon->launcher;
	struct launch *launch = app->launch;

	if (launch->has_turn || TAILQ_EMPTY(&launch->ready) || !has_room(app))
		return;
	if (TAILQ_EMPTY(&launcher->turns))
		wake(launcher, 0);
	TAILQ_INSERT_TAIL(&launcher->turns, launch, by_turn);
	launch->has_turn = true;
}

static bool may_launch(const struct instance *instance)
{
	const struct task *task = task_find(instance->daemon, instance->record.task);

	return instance->record.state == BGTASK_INSTANCE_STATE_LATCHED && task &&
	       task->active == instance && gate_is_open(task);
}

static void dequeue(struct instance *instance)
{
	TAILQ_REMOVE(&instance->app->launch->ready, instance, queued);
	instance->run->is_ready = false;
}

void launch_consider(struct instance *instance)
{
	if (instance->run->is_ready || !may_launch(instance))
		return;
	TAILQ_INSERT_TAIL(&instance->app->launch->ready, instance, queued);
	instance->run->is_ready = true;
	line_up(instance->app);
}

bool launch_claim(struct instance *instance)
{
	if (!has_room(instance->app))
		return false;
	instance->app->nr_running++;
	instance->run->starts = true;
	instance->record.state = BGTASK_INSTANCE_STATE_LAUNCHING;
	instance->record.started = clock_now();
	instance->record.has_cgroup = true;
	return true;
}

void launch_release(struct instance *instance)
{
	if (instance->run->is_ready)
		dequeue(instance);
	if (!instance->run->starts)
		return;
	instance->run->starts = false;
	instance->app->nr_running--;
	line_up(instance->app);
	network_update(instance->app);
}

/*
 * Claims up to LAUNCH_AT_ONCE instances, one for each turn, and records them as launching. Returns
 * their number; *error gets a negative errno if one could not be recorded.
 */
static size_t claim_some(struct daemon *daemon, struct instance *batch[LAUNCH_AT_ONCE], int *error)
{
	struct launch_queue *turns = &daemon->launcher->turns;
	struct instance *instance;
	struct launch *launch;
	struct app *app;
	size_t count = 0;

	while (count < LAUNCH_AT_ONCE && !*error && (launch = TAILQ_FIRST(turns))) {
		app = launch->app;
		TAILQ_REMOVE(turns, launch, by_turn);
		launch->has_turn = false;
		instance = TAILQ_FIRST(&launch->ready);
		/*
		 * Firings since the app was lined up may have taken its last room. launch_release()
		 * lines the app up again when one of its instances ends.
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
	/*
	 * The instances by id: if an app dies meanwhile, the instances that run in it end and are
	 * freed.
	 */
	uint32_t running[LAUNCH_AT_ONCE];
	struct instance *instance;
	size_t nr_running = 0;
	int error;

	for (size_t i = 0; i < count; i++)
		if (instance_start(batch[i]))
			running[nr_running++] = batch[i]->record.id;
	if (!nr_running)
		return;
	/* If this cannot be recorded, the next helper finds the processes by their cgroups. */
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
	/*
	 * An app is told of an instance only when this is recorded as running; otherwise the next
	 * helper would launch it once more.
	 */
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
	/*
	 * Instances that are not recorded as launching are not started, as the next helper would
	 * start them again.
	 */
	if (error)
		log_line(LOG_ERR, "cannot launch anything: %s", registry_error(daemon->registry));
	for (size_t i = 0; i < count && error; i++)
		give_back(batch[i]);
	if (!error)
		launch_start(daemon, batch, count);
	if (!TAILQ_EMPTY(&daemon->launcher->turns))
		wake(daemon->launcher, error ? RETRY_USEC : 0);
	return 0;
}

int launch_open_app(struct app *app)
{
	struct launch *launch = calloc(1, sizeof(*launch));

	if (!launch)
		return -ENOMEM;
	launch->app = app;
	TAILQ_INIT(&launch->ready);
	app->launch = launch;
	return 0;
}

void launch_close_app(struct app *app)
{
	struct launch *launch = app->launch;

	if (!launch)
		return;
	if (launch->has_turn)
		TAILQ_REMOVE(&app->daemon->launcher->turns, launch, by_turn);
	free(launch);
	app->launch = NULL;
}

int launch_open(struct daemon *daemon)
{
	struct launcher *launcher = calloc(1, sizeof(*launcher));
	int error;

	if (!launcher)
		return -ENOMEM;
	daemon->launcher = launcher;
	TAILQ_INIT(&launcher->turns);
	error = sd_event_add_time_relative(daemon->event, &launcher->source, CLOCK_MONOTONIC, 0, 1,
					   take_turns, daemon);
	if (error >= 0)
		error = sd_event_source_set_enabled(launcher->source, SD_EVENT_OFF);
	return error < 0 ? error : 0;
}

void launch_close(struct daemon *daemon)
{
	if (daemon->launcher)
		sd_event_source_disable_unref(daemon->launcher->source);
	free(daemon->launcher);
	daemon->launcher = NULL;
}
