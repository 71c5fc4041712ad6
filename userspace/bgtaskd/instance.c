// SPDX-License-Identifier: GPL-2.0
/*
 * An instance is recorded before its host is started, so that a firing is not run twice, whenever
 * the helper ends. Its processes are in a cgroup of their own, below that of the app's tasks.
 */
#include "instance.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "app.h"
#include "host.h"
#include "process.h"
#include "task.h"

static int record(struct instance *instance)
{
	struct daemon *daemon = instance->daemon;
	int error = registry_instance_set(daemon->registry, &instance->record,
					  daemon->config.history);

	if (error)
		daemon_log(LOG_ERR, "%s: cannot record instance %u: %s", instance->record.app,
			   instance->record.id, registry_error(daemon->registry));
	return error;
}

static void tell(struct instance *instance, uint8_t command)
{
	const struct instance_record *known = &instance->record;
	struct listener *listener;
	struct payload payload;

	payload_init(&payload);
	payload_u32(&payload, BGTASK_A_INSTANCE_ID, known->id);
	payload_u32(&payload, BGTASK_A_INSTANCE_TASK, known->task);
	payload_string(&payload, BGTASK_A_INSTANCE_NAME, known->name);
	if (command == BGTASK_CMD_INSTANCE_PROGRESS_NTF) {
		payload_u32(&payload, BGTASK_A_INSTANCE_PROGRESS, known->progress);
	} else {
		payload_u32(&payload, BGTASK_A_INSTANCE_STATE, known->state);
		if (known->cancelled)
			payload_u32(&payload, BGTASK_A_INSTANCE_REASON, known->reason);
		payload_u32(&payload, BGTASK_A_INSTANCE_STATUS, (uint32_t)known->status);
		payload_string(&payload, BGTASK_A_INSTANCE_MESSAGE, known->message);
	}
	LIST_FOREACH(listener, &instance->app->listeners, entry)
		relay_tell(instance->daemon->relay, listener->peer, command, &payload);
}

static struct instance *make(struct app *app, const struct instance_record *known)
{
	struct instance *instance = calloc(1, sizeof(*instance));

	if (!instance)
		return NULL;
	instance->daemon = app->daemon;
	instance->app = app;
	instance->record = *known;
	instance->pidfd = -1;
	instance->failure = -1;
	LIST_INSERT_HEAD(&app->daemon->instances, instance, entry);
	return instance;
}

struct instance *instance_new(struct app *app, const struct task_record *task,
			      enum bgtask_trigger trigger, const char *argument)
{
	struct instance_record known = {
		.task = task->id,
		.trigger = trigger,
		.state = BGTASK_INSTANCE_STATE_LATCHED,
		.fired = daemon_time(),
	};
	int error;

	strcpy(known.app, task->app);
	strcpy(known.name, task->name);
	snprintf(known.argument, sizeof(known.argument), "%s", argument ? argument : "");
	error = registry_instance_add(app->daemon->registry, &known);
	if (error) {
		daemon_log(LOG_ERR, "%s: task %s fires in vain: %s", task->app, task->name,
			   registry_error(app->daemon->registry));
		return NULL;
	}
	return make(app, &known);
}

static void end(struct instance *instance, enum bgtask_instance_state state)
{
	struct task *task = task_find(instance->daemon, instance->record.task);
	char path[PATH_MAX];

	if (instance->thawed)
		app_exempt(instance->app, false);
	instance->record.state = state;
	instance->record.ended = daemon_time();
	instance->record.pid = 0;
	(void)record(instance);
	tell(instance, BGTASK_CMD_INSTANCE_ENDED_NTF);

	if (*instance->record.cgroup) {
		app_task_cgroup(instance->app, instance->record.cgroup, path, sizeof(path));
		process_remove_cgroup(instance->daemon->event, path);
	}
	LIST_REMOVE(instance, entry);
	sd_event_source_disable_unref(instance->exit);
	sd_event_source_disable_unref(instance->deadline);
	if (instance->pidfd >= 0)
		close(instance->pidfd);
	if (instance->failure >= 0)
		close(instance->failure);
	if (task && task->next == instance)
		task->next = NULL;
	else if (task && task->active == instance)
		task_instance_ended(task);
	free(instance);
}

static void fail(struct instance *instance, const char *what, int error)
{
	snprintf(instance->record.message, sizeof(instance->record.message), "%s: %s", what,
		 strerror(-error));
	instance->record.status = error;
	daemon_log(LOG_WARNING, "%s: task %s: %s", instance->record.app, instance->record.name,
		   instance->record.message);
	end(instance, BGTASK_INSTANCE_STATE_FAILED);
}

/* What became of a process that nobody says more of. */
static enum bgtask_instance_state judge(struct instance *instance, const siginfo_t *info)
{
	struct instance_record *known = &instance->record;

	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		return known->status == -ETIME ? BGTASK_INSTANCE_STATE_TERMINATED :
						 BGTASK_INSTANCE_STATE_CANCELED;
	if (instance->said_how)
		return known->status ? BGTASK_INSTANCE_STATE_FAILED :
				       BGTASK_INSTANCE_STATE_COMPLETED;
	if (!info) {
		strcpy(known->message, "ended while the helper did not run");
		return BGTASK_INSTANCE_STATE_FAILED;
	}
	known->status = host_failure(instance->failure);
	if (known->status) {
		snprintf(known->message, sizeof(known->message), "cannot be run: %s",
			 strerror(-known->status));
		return BGTASK_INSTANCE_STATE_FAILED;
	}
	known->status = info->si_status;
	if (info->si_code != CLD_EXITED) {
		snprintf(known->message, sizeof(known->message), "killed by signal %d",
			 info->si_status);
		return BGTASK_INSTANCE_STATE_TERMINATED;
	}
	return info->si_status ? BGTASK_INSTANCE_STATE_FAILED : BGTASK_INSTANCE_STATE_COMPLETED;
}

static int exited(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct instance *instance = data;
	siginfo_t info = { 0 };
	bool known;

	(void)source;
	(void)events;
	/* One that the helper before has started is not ours to wait for. */
	known = !waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG);
	if (known && !info.si_pid)
		return 0;
	end(instance, judge(instance, known ? &info : NULL));
	return 0;
}

static int watch(struct instance *instance)
{
	return sd_event_add_io(instance->daemon->event, &instance->exit, instance->pidfd, EPOLLIN,
			       exited, instance);
}

void instance_start(struct instance *instance, const char *entry_point)
{
	struct instance_record *known = &instance->record;
	char path[PATH_MAX];
	int error;

	error = app_prepare(instance->app);
	if (error) {
		fail(instance, "cannot make its container", error);
		return;
	}
	snprintf(known->cgroup, sizeof(known->cgroup), "%u", known->id);
	known->state = BGTASK_INSTANCE_STATE_LAUNCHING;
	known->started = daemon_time();
	if (record(instance)) {
		/* Were it started now, it might be started again. */
		known->state = BGTASK_INSTANCE_STATE_LATCHED;
		return;
	}
	app_task_cgroup(instance->app, known->cgroup, path, sizeof(path));
	if (mkdir(path, 0755) && errno != EEXIST) {
		fail(instance, "cannot make its cgroup", -errno);
		return;
	}
	error = host_start(instance->app->manifest, known, entry_point, path, &instance->pidfd,
			   &instance->failure);
	if (error) {
		fail(instance, "cannot start its host", error);
		return;
	}
	known->start_time = process_start_time(known->pid);
	known->state = BGTASK_INSTANCE_STATE_RUNNING;
	(void)record(instance);
	error = watch(instance);
	if (error < 0) {
		(void)kill((pid_t)known->pid, SIGKILL);
		fail(instance, "cannot watch it", error);
	}
}

/* It did not end in time: neither does the app go on. */
static int overdue(sd_event_source *source, uint64_t usec, void *data)
{
	struct instance *instance = data;
	struct daemon *daemon = instance->daemon;
	char path[PATH_MAX];

	(void)usec;
	/* Somebody looks at it with a debugger. */
	if (process_is_traced(instance->record.pid)) {
		(void)sd_event_source_set_time_relative(source,
							daemon->config.cancel_timeout / 1000);
		(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
		return 0;
	}
	instance->record.status = -ETIME;
	strcpy(instance->record.message, "did not end when it was cancelled");
	app_task_cgroup(instance->app, instance->record.cgroup, path, sizeof(path));
	process_report(path, instance->record.app, instance->record.name);
	if (bgt_container_kill(daemon->bgt, instance->app->container, BGT_ROLE_ALL))
		daemon_log(LOG_ERR, "%s: cannot kill it: %s", instance->record.app,
			   bgt_error(daemon->bgt));
	return 0;
}

void instance_cancel(struct instance *instance, enum bgtask_cancel_reason reason)
{
	struct instance_record *known = &instance->record;
	struct daemon *daemon = instance->daemon;
	struct payload payload;

	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING)
		return;
	known->cancelled = true;
	known->reason = reason;
	if (known->state == BGTASK_INSTANCE_STATE_LATCHED) {
		end(instance, BGTASK_INSTANCE_STATE_CANCELED);
		return;
	}
	known->state = BGTASK_INSTANCE_STATE_CANCELLING;
	(void)record(instance);
	/* Were it frozen, it could not answer. */
	app_exempt(instance->app, true);
	instance->thawed = true;
	if (instance->peer) {
		payload_init(&payload);
		payload_u32(&payload, BGTASK_A_INSTANCE_ID, known->id);
		payload_u32(&payload, BGTASK_A_INSTANCE_REASON, reason);
		relay_tell(daemon->relay, instance->peer, BGTASK_CMD_INSTANCE_CANCELED_NTF,
			   &payload);
	} else {
		(void)pidfd_send_signal(instance->pidfd, SIGTERM, NULL, 0);
	}
	if (sd_event_add_time_relative(daemon->event, &instance->deadline, CLOCK_BOOTTIME,
				       daemon->config.cancel_timeout / 1000, 0, overdue,
				       instance) < 0)
		overdue(NULL, 0, instance);
}

/* The helper before has started it, or was about to. */
static void adopt(struct instance *instance)
{
	struct instance_record *known = &instance->record;

	if (app_prepare(instance->app) || !known->pid ||
	    process_start_time(known->pid) != known->start_time)
		goto lost;
	instance->pidfd = pidfd_open((pid_t)known->pid, 0);
	if (instance->pidfd < 0 || watch(instance) < 0)
		goto lost;
	if (known->state == BGTASK_INSTANCE_STATE_CANCELLING) {
		known->state = BGTASK_INSTANCE_STATE_RUNNING;
		instance_cancel(instance, known->reason);
	}
	return;
lost:
	end(instance, judge(instance, NULL));
}

void instance_load(struct app *app, const struct instance_record *known)
{
	struct task *task = task_find(app->daemon, known->task);
	struct instance *instance = make(app, known);

	if (!instance)
		return;
	if (task && !task->active)
		task->active = instance;
	else if (task)
		task->next = instance;
	if (known->state != BGTASK_INSTANCE_STATE_LATCHED)
		adopt(instance);
	else if (!task)
		instance_cancel(instance, BGTASK_CANCEL_REASON_ABORT);
}

struct instance *instance_find(struct daemon *daemon, uint32_t id)
{
	struct instance *instance;

	LIST_FOREACH(instance, &daemon->instances, entry)
		if (instance->record.id == id)
			return instance;
	return NULL;
}

struct instance *instance_of_process(struct daemon *daemon, uint32_t pid)
{
	char cgroup[PATH_MAX], path[PATH_MAX];
	struct instance *instance;
	size_t length;

	if (process_cgroup(pid, cgroup, sizeof(cgroup)))
		return NULL;
	LIST_FOREACH(instance, &daemon->instances, entry) {
		if (!*instance->record.cgroup)
			continue;
		app_task_cgroup(instance->app, instance->record.cgroup, path, sizeof(path));
		length = strlen(path);
		if (!strncmp(cgroup, path, length) && (!cgroup[length] || cgroup[length] == '/'))
			return instance;
	}
	return NULL;
}

void instance_say_progress(struct instance *instance, uint32_t progress)
{
	instance->record.progress = progress;
	tell(instance, BGTASK_CMD_INSTANCE_PROGRESS_NTF);
}

void instance_say_end(struct instance *instance, int32_t status, const char *message)
{
	instance->said_how = true;
	instance->record.status = status;
	snprintf(instance->record.message, sizeof(instance->record.message), "%s",
		 message ? message : "");
	/* If the helper ends before the process does, it is known all the same. */
	(void)record(instance);
}
