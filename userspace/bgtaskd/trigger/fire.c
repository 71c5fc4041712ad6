// SPDX-License-Identifier: GPL-2.0
/*
 * Fires triggers. All instances of a firing are recorded in one transaction: as launching if they
 * can be started at once, up to LAUNCH_AT_ONCE of them, or else as latched.
 */
#include "fire.h"

#include <errno.h>

#include "model/app.h"
#include "model/gate.h"
#include "model/instance.h"
#include "model/observers.h"
#include "model/task.h"
#include "run/idle.h"
#include "run/instances.h"
#include "run/launch.h"
#include "run/network.h"

#include "channel.h"
#include "timer.h"

/* A firing under way, and the instances that it has made, which are not committed yet. */
struct firing {
	struct daemon *daemon;
	struct instance_queue made;
	unsigned int nr_launching;
};

static int begin(struct firing *firing, struct daemon *daemon)
{
	int error = registry_begin(daemon->registry);

	firing->daemon = daemon;
	firing->nr_launching = 0;
	TAILQ_INIT(&firing->made);
	if (error)
		log_line(LOG_ERR, "a trigger fires in vain: %s", registry_error(daemon->registry));
	return error;
}

static int fire(struct firing *firing, struct task *task, const char *argument)
{
	struct instance *instance;
	int error;

	if (app_is_denied(task->app) || task->next)
		return 0;
	/* A latched instance serves for both firings; and a oneshot task runs only once. */
	if (task->active && (task->active->record.state == BGTASK_INSTANCE_STATE_LATCHED ||
			     task->record.oneshot))
		return 0;
	instance = instance_new(task, argument);
	if (!instance)
		return -ENOMEM;
	if (!task->active && firing->nr_launching < LAUNCH_AT_ONCE && gate_is_open(task) &&
	    launch_claim(instance))
		firing->nr_launching++;
	error = instance_add(instance);
	if (error) {
		instance_unload(instance);
		return error;
	}
	if (task->active)
		task->next = instance;
	else
		task->active = instance;
	TAILQ_INSERT_TAIL(&firing->made, instance, queued);
	return 0;
}

static void wait_for_it(struct instance *instance)
{
	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_CHANGED_NTF);
	launch_consider(instance);
}

static int finish(struct firing *firing, int error)
{
	struct instance *launching[LAUNCH_AT_ONCE], *instance;
	size_t count = 0;

	error = registry_end(firing->daemon->registry, error);
	if (error)
		log_line(LOG_ERR, "a trigger fires in vain: %s", error == -ENOMEM ?
			 "out of memory" : registry_error(firing->daemon->registry));
	while ((instance = TAILQ_FIRST(&firing->made))) {
		TAILQ_REMOVE(&firing->made, instance, queued);
		if (error)
			instance_unload(instance);
		else if (instance->record.state == BGTASK_INSTANCE_STATE_LAUNCHING)
			launching[count++] = instance;
		else
			wait_for_it(instance);
	}
	launch_start(firing->daemon, launching, count);
	return error;
}

int fire_task(struct task *task, const char *argument)
{
	struct firing firing;
	int error = begin(&firing, task->app->daemon);

	return error ? error : finish(&firing, fire(&firing, task, argument));
}

int fire_due(struct task *task, uint64_t due)
{
	struct daemon *daemon = task->app->daemon;
	struct firing firing;
	uint64_t before = task->record.due;
	int error = begin(&firing, daemon);

	if (error)
		return error;
	if (due != before)
		error = registry_task_set_due(daemon->registry, task->record.id, due);
	if (!error)
		error = fire(&firing, task, "");
	task->record.due = due;
	error = finish(&firing, error);
	/*
	 * Without an error, the task may be freed by now: a oneshot whose instance could not be
	 * started.
	 */
	if (error)
		task->record.due = before;
	return error;
}

int fire_all(struct daemon *daemon, struct app *app, enum bgtask_trigger trigger,
	     const char *argument)
{
	struct firing firing;
	struct task *task;
	int error = begin(&firing, daemon);

	if (error)
		return error;
	LIST_FOREACH(task, &daemon->by_trigger[trigger], by_trigger) {
		if (app && task->app != app)
			continue;
		error = fire(&firing, task, argument);
		if (error)
			break;
	}
	return finish(&firing, error);
}

void fire_reconsider_all(struct daemon *daemon)
{
	struct instance *instance;

	LIST_FOREACH(instance, &daemon->instances, entry)
		launch_consider(instance);
	timer_reconsider_all(daemon);
}

static bool has_lost_condition(struct daemon *daemon, const struct instance *instance)
{
	const struct task *task = task_find(daemon, instance->record.task);

	return task && task->active == instance && task->record.cancel_on_condition_loss &&
	       task->record.conditions & ~conditions_hold(&daemon->conditions);
}

void fire_conditions_changed(struct daemon *daemon)
{
	struct instance *instance;

	if (conditions_have_changed(&daemon->conditions))
		daemon->observers->conditions_changed(daemon);
	LIST_FOREACH(instance, &daemon->instances, entry) {
		if (instance->record.state != BGTASK_INSTANCE_STATE_RUNNING)
			continue;
		/* Windows gives this reason, too. */
		if (!daemon->ac && instance->record.trigger == BGTASK_TRIGGER_MAINTENANCE)
			instance_cancel(instance, BGTASK_CANCEL_REASON_ABORT);
		else if (has_lost_condition(daemon, instance))
			instance_cancel(instance, BGTASK_CANCEL_REASON_CONDITION_LOSS);
	}
	idle_conditions_changed(daemon);
	fire_reconsider_all(daemon);
}

void fire_instance_ended(struct task *task, const struct instance *instance)
{
	if (task->next == instance)
		task->next = NULL;
	if (task->active != instance)
		return;
	task->active = task->next;
	task->next = NULL;
	if (task->active)
		launch_consider(task->active);
}
