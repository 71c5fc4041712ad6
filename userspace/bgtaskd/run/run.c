// SPDX-License-Identifier: GPL-2.0
/*
 * Starts, cancels and ends instances. An instance is recorded as launching before its host is
 * started, so that no firing is run twice, whenever the helper ends. Its processes are in a cgroup
 * of their own, below that of the app's tasks, where the next helper finds them.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "box/container.h"
#include "box/deadline.h"
#include "box/hold.h"
#include "box/host.h"
#include "model/app.h"
#include "model/instance.h"
#include "model/observers.h"
#include "model/task.h"
#include "sense/module.h"
#include "system/process.h"

#include "activation.h"
#include "idle.h"
#include "instances-internal.h"
#include "launch.h"
#include "network.h"

/* How long to wait with the next try if an end could not be recorded, us. */
#define RETRY_USEC	(5 * UINT64_C(1000000))

static int try_to_finish(sd_event_source *source, uint64_t usec, void *data);

/*
 * Records the end of an instance, and that its oneshot task is over if @once is not NULL: both in
 * one transaction.
 */
static int record_end(struct instance *instance, struct task *once)
{
	struct registry *registry = instance->daemon->registry;
	int error = registry_begin(registry);

	if (error)
		return error;
	error = instance_record(instance);
	if (!error && once)
		error = registry_task_remove(registry, once->record.id);
	return registry_end(registry, error);
}

/* Records the end of an instance, tells of it, and forgets it. */
static void finish(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	struct task *task = task_find(daemon, instance->record.task);
	bool once = task && task->record.oneshot && task->active == instance;
	char path[PATH_MAX];
	int error;

	instance->run->exit = sd_event_source_disable_unref(instance->run->exit);
	instance->run->retry = sd_event_source_disable_unref(instance->run->retry);
	deadline_end(&instance->run->deadline);
	error = record_end(instance, once ? task : NULL);
	/* The registry does not have the instance any more, so there is no end to record. */
	if (error == -ENOENT)
		error = 0;
	/*
	 * As long as the end is not recorded, the instance's cgroup stays: it tells the next helper
	 * that the instance was launched.
	 */
	if (error &&
	    sd_event_add_time_relative(daemon->event, &instance->run->retry, CLOCK_BOOTTIME,
				       RETRY_USEC, 0, try_to_finish, instance) >= 0)
		return;

	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_ENDED_NTF);
	if (instance->record.has_cgroup && !error) {
		app_task_cgroup(instance->app, instance->record.id, path, sizeof(path));
		process_remove_cgroup(daemon->event, path);
	}
	if (task)
		daemon->observers->instance_ended(task, instance);
	instance_unload(instance);
	if (once) {
		daemon->observers->task_over(task, !error);
	} else if (task) {
		daemon->observers->task_idle(task);
	}
}

static int try_to_finish(sd_event_source *source, uint64_t usec, void *data)
{
	(void)source;
	(void)usec;
	finish(data);
	return 0;
}

void instance_end(struct instance *instance, enum bgtask_instance_state state)
{
	if (instance->run->reprieved)
		hold_reprieve_end(instance->app);
	instance->run->reprieved = false;
	instance->record.state = state;
	instance->record.ended = clock_now();
	instance->record.pid = 0;
	activation_end(instance);
	launch_release(instance);
	finish(instance);
}

void instance_fail(struct instance *instance, const char *what, int error)
{
	instance_set_message(instance, "%s: %s", what, strerror(-error));
	instance->record.status = error;
	if (log_may(&instance->app->log, instance->app->id))
		log_line(LOG_WARNING, "%s: task %s: %s", instance->app->id, instance->record.name,
			 instance->record.message);
	instance_end(instance, BGTASK_INSTANCE_STATE_FAILED);
}

/* A plugin has to return and not to end its process, which is a failure whatever the status is. */
static enum bgtask_instance_state judge_exit(struct instance *instance, int status)
{
	instance->record.status = status;
	if (!instance->run->plugin)
		return status ? BGTASK_INSTANCE_STATE_FAILED : BGTASK_INSTANCE_STATE_COMPLETED;
	if (!status)
		instance->record.status = -EPROTO;
	instance_set_message(instance, "the plugin has ended its process, with status %d", status);
	return BGTASK_INSTANCE_STATE_FAILED;
}

/*
 * The order is that of precedence: a cancellation, what the task has said, how the process has
 * ended.
 */
enum bgtask_instance_state instance_judge(struct instance *instance, const siginfo_t *info)
{
	struct instance_record *known = &instance->record;

	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		return instance->run->overdue ? BGTASK_INSTANCE_STATE_TERMINATED :
					   BGTASK_INSTANCE_STATE_CANCELED;
	if (known->reported)
		return known->status ? BGTASK_INSTANCE_STATE_FAILED :
				       BGTASK_INSTANCE_STATE_COMPLETED;
	if (!info) {
		instance_set_message(instance, "how it ended is not known, as the helper was "
				     "started anew meanwhile");
		return BGTASK_INSTANCE_STATE_FAILED;
	}
	known->status = host_failure(instance->run->host);
	if (known->status) {
		instance_set_message(instance, "%scannot be run: %s",
				     instance->run->plugin ? "bgtask-host " : "",
				     strerror(-known->status));
		return BGTASK_INSTANCE_STATE_FAILED;
	}
	if (info->si_code == CLD_EXITED)
		return judge_exit(instance, info->si_status);
	known->status = info->si_status;
	instance_set_message(instance, "killed by signal %d (%s)", info->si_status,
			     strsignal(info->si_status));
	return BGTASK_INSTANCE_STATE_TERMINATED;
}

static int exited(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct instance *instance = data;
	siginfo_t info = { 0 };
	bool known;

	(void)source;
	(void)events;
	/*
	 * waitid() fails if the helper before has started the process, which then is no child of
	 * this one.
	 */
	known = !waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG);
	if (known && !info.si_pid)
		return 0;
	instance_end(instance, instance_judge(instance, known ? &info : NULL));
	return 0;
}

int instance_watch(struct instance *instance)
{
	struct run *run = instance->run;

	return sd_event_add_io(instance->daemon->event, &run->exit, run->pidfd, EPOLLIN, exited,
			       instance);
}

/* Makes the app's container and the instance's cgroup. */
static int make_cgroup(struct instance *instance, char *path, size_t size)
{
	struct app *app = instance->app;
	int error = app_prepare(app);

	if (error)
		return error;
	app_task_cgroup(app, instance->record.id, path, size);
	if (!mkdir(path, 0755) || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return -errno;
	/*
	 * Somebody has removed the cgroup above, and the event that says so has not been read yet.
	 */
	app_member_gone(app);
	error = app_prepare(app);
	if (!error && mkdir(path, 0755) && errno != EEXIST)
		error = -errno;
	return error;
}

bool instance_start(struct instance *instance)
{
	const struct task *task = task_find(instance->daemon, instance->record.task);
	struct instance_record *known = &instance->record;
	struct run *run = instance->run;
	char path[PATH_MAX];
	const struct host_options options = {
		.manifest = instance->app->manifest,
		.entry_point = task->record.entry_point,
		.plugin_host = instance->daemon->plugin_host,
		.cgroup = path,
		.socket = instance->daemon->observers->task_socket(task),
	};
	int error;

	if (activation_is_wanted(instance))
		return activation_prepare(instance);
	error = make_cgroup(instance, path, sizeof(path));
	if (error == -EPROTONOSUPPORT) {
		/*
		 * The module is gone, so the helper ends. The next helper launches the instance, as
		 * it has no cgroup.
		 */
		module_lost(instance->daemon, error);
		return false;
	}
	if (error) {
		instance_fail(instance, "cannot make its container", error);
		return false;
	}
	/* The traffic has to be counted from the first packet on. */
	network_update(instance->app);
	run->plugin = host_is_plugin(options.entry_point);
	error = host_start(&options, known, &known->pid, &run->pidfd, &run->host);
	if (error) {
		instance_fail(instance, "cannot start its host", error);
		return false;
	}
	known->start_time = process_start_time(known->pid);
	known->state = BGTASK_INSTANCE_STATE_RUNNING;
	error = instance_watch(instance);
	if (error < 0) {
		(void)pidfd_send_signal(run->pidfd, SIGKILL, NULL, 0);
		/* The process may still use the host, which is freed together with the instance. */
		(void)waitid(P_PIDFD, (id_t)run->pidfd, NULL, WEXITED);
		instance_fail(instance, "cannot watch it", error);
		return false;
	}
	idle_begin(instance);
	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_CHANGED_NTF);
	return true;
}

/* Notes for all running instances of the app why they end: the whole app is about to be killed. */
static void mark_terminated(struct app *app)
{
	struct instance *instance;

	LIST_FOREACH(instance, &app->instances, by_app) {
		if (instance->record.state != BGTASK_INSTANCE_STATE_RUNNING)
			continue;
		instance->record.cancelled = true;
		instance->record.reason = BGTASK_CANCEL_REASON_TERMINATING;
	}
}

/* Kills the app of an instance that did not end in time. */
static void terminate(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	char below[INSTANCE_BELOW_SIZE], path[PATH_MAX];

	instance->run->overdue = true;
	instance->record.status = -ETIME;
	instance_set_message(instance, "did not end when it was cancelled");
	instance_below(instance, below);
	app_cgroup(instance->app, below, path, sizeof(path));
	process_report(path, instance->app->id, instance->record.name);
	mark_terminated(instance->app);
	if (bgt_container_kill(daemon->bgt, app_container(instance->app), BGT_ROLE_ALL)) {
		log_line(LOG_ERR, "%s: cannot kill it: %s", instance->app->id,
			 bgt_error(daemon->bgt));
		process_kill_cgroup(path);
	}
}

static void time_is_over(void *data)
{
	terminate(data);
}

static void set_deadline(struct instance *instance)
{
	char below[INSTANCE_BELOW_SIZE];

	instance_below(instance, below);
	if (deadline_begin(&instance->run->deadline, instance->app, below,
			   instance->daemon->config.cancel_timeout, time_is_over, instance))
		terminate(instance);
}

void instance_tell_canceled(const struct instance *instance)
{
	struct payload payload;

	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_INSTANCE_ID, instance->record.id);
	payload_u32(&payload, BGTASK_A_INSTANCE_REASON, instance->record.reason);
	(void)relay_tell(instance->daemon->relay, instance->run->peer,
			 BGTASK_CMD_INSTANCE_CANCELED_NTF, &payload);
}

static void cancel(struct instance *instance, enum bgtask_cancel_reason reason, bool own)
{
	struct instance_record *known = &instance->record;

	if (known->state >= BGTASK_INSTANCE_STATE_CANCELLING)
		return;
	known->cancelled = true;
	known->reason = reason;
	if (known->state == BGTASK_INSTANCE_STATE_LATCHED) {
		instance_end(instance, BGTASK_INSTANCE_STATE_CANCELED);
		return;
	}
	known->state = BGTASK_INSTANCE_STATE_CANCELLING;
	(void)instance_record(instance);
	instance->daemon->observers->instance_event(instance, BGTASK_CMD_INSTANCE_CHANGED_NTF);
	/* An instance whose app is frozen could not end. */
	instance->run->reprieved = hold_reprieve(instance->app, own);
	if (instance->run->peer)
		instance_tell_canceled(instance);
	else if (!instance->run->in_app)
		(void)pidfd_send_signal(instance->run->pidfd, SIGTERM, NULL, 0);
	deadline_end(&instance->run->deadline);
	set_deadline(instance);
}

void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason)
{
	cancel(instance, reason, false);
}

void instance_cancel_own(struct instance *instance, enum bgtask_cancel_reason reason)
{
	cancel(instance, reason, true);
}
