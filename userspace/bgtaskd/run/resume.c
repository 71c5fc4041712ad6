// SPDX-License-Identifier: GPL-2.0
/*
 * Goes on with instances that the helper before has started, or was about to start.
 */
#include <errno.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "box/container.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/task.h"
#include "system/process.h"

#include "activation.h"
#include "idle.h"
#include "instances-internal.h"
#include "launch.h"

/* Finds the process that the helper before has started for an instance; false if it has ended. */
static bool find_host(struct instance *instance)
{
	struct instance_record *known = &instance->record;
	char path[PATH_MAX];

	/*
	 * The helper before has ended before it could record the process, which is the oldest in
	 * the cgroup.
	 */
	if (!known->pid) {
		app_task_cgroup(instance->app, known->id, path, sizeof(path));
		known->pid = process_oldest(path);
		known->start_time = process_start_time(known->pid);
	}
	if (!known->pid)
		return false;
	instance->run->pidfd = pidfd_open((pid_t)known->pid, 0);
	/*
	 * The start time is compared once there is a pidfd: from then on the number belongs to one
	 * process.
	 */
	return instance->run->pidfd >= 0 && known->start_time &&
	       process_start_time(known->pid) == known->start_time;
}

/*
 * Whether an instance was started: its cgroup exists, which is made before its host is started and
 * removed when its end is recorded.
 */
static bool was_started(const struct instance *instance)
{
	char path[PATH_MAX];

	app_task_cgroup(instance->app, instance->record.id, path, sizeof(path));
	return !access(path, F_OK);
}

/*
 * Whether an instance goes on in its app. If it has reported its end, the app may know already that
 * the end is recorded, and know nothing of the instance any more.
 */
static bool goes_on_in_app(struct instance *instance)
{
	return !instance->record.reported && activation_resume(instance);
}

static void go_on(struct instance *instance)
{
	struct instance_record *known = &instance->record;
	enum bgtask_instance_state before = known->state;
	int error;

	error = app_prepare(instance->app);
	if (error)
		log_line(LOG_ERR, "%s: task %s runs without a container: %s", instance->app->id,
			 known->name, strerror(-error));
	known->state = BGTASK_INSTANCE_STATE_RUNNING;
	idle_begin(instance);
	if (before == BGTASK_INSTANCE_STATE_CANCELLING)
		instance_cancel(instance, known->reason);
	/*
	 * The helper before may have ended after access was denied, but before it cancelled the
	 * instance.
	 */
	else if (app_is_denied(instance->app))
		instance_cancel(instance, BGTASK_CANCEL_REASON_SYSTEM_POLICY);
	else if (before == BGTASK_INSTANCE_STATE_LAUNCHING)
		(void)instance_record(instance);
}

void instance_resume(struct instance *instance, bool rebooted)
{
	struct instance_record *known = &instance->record;
	/* An instance that was launched in a process of its own has a cgroup. */
	bool in_app = known->state != BGTASK_INSTANCE_STATE_LATCHED && !known->has_cgroup;

	if (known->state == BGTASK_INSTANCE_STATE_LAUNCHING && !rebooted &&
	    !was_started(instance)) {
		launch_release(instance);
		known->state = BGTASK_INSTANCE_STATE_LATCHED;
		known->has_cgroup = false;
		known->started = 0;
	}
	if (known->state != BGTASK_INSTANCE_STATE_LATCHED) {
		if (!rebooted && (in_app ? goes_on_in_app(instance) :
				  find_host(instance) && instance_watch(instance) >= 0))
			go_on(instance);
		else
			instance_end(instance, instance_judge(instance, NULL));
	} else if (task_find(instance->daemon, known->task)) {
		launch_consider(instance);
	} else {
		instance_cancel(instance, BGTASK_CANCEL_REASON_ABORT);
	}
}
