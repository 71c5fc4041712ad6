// SPDX-License-Identifier: GPL-2.0
/*
 * Watches the sockets of control channels, while their apps are away and no instance of the task
 * exists; the helper never reads from them. A socket that a task leaves readable would launch the
 * task again and again, so the socket rests for a while, which is longer each time. The service
 * manager, if it is systemd, keeps a copy of each socket for the next helper.
 */
#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "box/container.h"
#include "box/presence.h"
#include "model/app.h"
#include "model/task.h"
#include "run/launch.h"
#include "system/socket.h"

#include "fire.h"

/* How many channels an app may have. */
#define CHANNELS_MAX	8

/* How long the first rest is, and the longest one, us. */
#define REST_FIRST	100000
#define REST_LONGEST	900000000

#define STORE_PREFIX	"channel-"

LIST_HEAD(channel_list, channel);

/* The channels of an app that has at least one. */
struct channels {
	struct channel_list list;
	unsigned int count;
};

struct channel {
	LIST_ENTRY(channel) entry;
	struct task *task;
	int fd;
	sd_event_source *source;
	sd_event_source *rest;		/* timer: the rest is over; NULL if it does not rest */
	uint64_t next_rest;		/* length of the next rest, us */
};

int channel_take(struct app *app, const struct call *call)
{
	char cgroup[PATH_MAX];
	const char *fault;
	int fd;

	if (!app_container(app) || app_container(app) != call->container) {
		call_refuse(call, -EPERM, "only the app itself can give its sockets away");
		return -EPERM;
	}
	app_cgroup(app, "", cgroup, sizeof(cgroup));
	fd = socket_take(call->pid, cgroup, (int)call_u32(call, BGTASK_A_TASK_FD), &fault);
	if (fd < 0)
		call_refuse(call, fd, "%s", fault);
	return fd;
}

static void unstore(uint32_t id)
{
	char text[128];

	snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=" STORE_PREFIX "%u", id);
	(void)sd_notify(false, text);
}

/*
 * Gives the service manager a copy of the socket, by the task's id. If there is no service manager,
 * the channel lasts as long as this helper.
 */
static void store(const struct task *task)
{
	char text[128];

	/*
	 * With FDPOLL=0 the copy is kept when the other side closes the connection, which the task
	 * is still to learn.
	 */
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=" STORE_PREFIX "%u",
		 task->record.id);
	(void)sd_pid_notify_with_fds(0, false, text, &task->channel->fd, 1);
}

/* Watches the socket, or does not, as things are now. */
static void update(struct task *task)
{
	struct channel *channel = task->channel;
	bool watched;

	watched = !task->active && !channel->rest && !app_is_denied(task->app) &&
		  presence_is_away(task->app);
	(void)sd_event_source_set_enabled(channel->source, watched ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int rested(sd_event_source *source, uint64_t usec, void *data)
{
	struct task *task = data;

	(void)source;
	(void)usec;
	task->channel->rest = sd_event_source_disable_unref(task->channel->rest);
	update(task);
	return 0;
}

static void rest(struct task *task)
{
	struct channel *channel = task->channel;

	if (channel->rest)
		return;
	if (sd_event_add_time_relative(task->app->daemon->event, &channel->rest, CLOCK_BOOTTIME,
				       channel->next_rest, 0, rested, task) < 0)
		log_line(LOG_ERR, "%s: task %s: cannot set a timer", task->record.app,
			   task->record.name);
	channel->next_rest *= 2;
	if (channel->next_rest > REST_LONGEST)
		channel->next_rest = REST_LONGEST;
}

void channel_app_changed(struct app *app)
{
	struct channel *channel;

	if (!app->channels)
		return;
	LIST_FOREACH(channel, &app->channels->list, entry) {
		update(channel->task);
		if (channel->task->active)
			launch_consider(channel->task->active);
	}
}

static int readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct task *task = data;
	struct daemon *daemon = task->app->daemon;
	uint32_t id = task->record.id;

	(void)source;
	(void)fd;
	(void)events;
	/* The app may have come back before an event has said so. */
	presence_look(task->app);
	if (presence_is_away(task->app))
		(void)fire_task(task, "");
	/*
	 * An instance that cannot be started ends at once, and a oneshot task with it, which is
	 * freed.
	 */
	task = task_find(daemon, id);
	if (!task || !task->channel)
		return 0;
	if (!task->active && presence_is_away(task->app))
		rest(task);
	update(task);
	return 0;
}

/* Sockets of apps get half of the descriptors that the helper may have, as it needs some itself. */
static bool leaves_enough(int fd)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) || (rlim_t)fd < limit.rlim_cur / 2;
}

/*
 * Adds a channel to those of an app. The first channel begins the watch of the app's presence, the
 * last one ends it.
 */
static int add(struct app *app, struct channel *channel)
{
	int error;

	if (!app->channels) {
		error = app_prepare(app);
		if (!error)
			error = presence_begin(app);
		if (error)
			return error;
		app->channels = calloc(1, sizeof(*app->channels));
		if (!app->channels) {
			presence_end(app);
			return -ENOMEM;
		}
	}
	LIST_INSERT_HEAD(&app->channels->list, channel, entry);
	app->channels->count++;
	return 0;
}

static void drop(struct app *app, struct channel *channel)
{
	LIST_REMOVE(channel, entry);
	if (--app->channels->count)
		return;
	free(app->channels);
	app->channels = NULL;
	presence_end(app);
}

/*
 * Makes a channel for a task, which still has the channel that this one replaces. Returns 0 or a
 * negative errno: -ENOSPC if the app has too many.
 */
static int make(struct task *task, int fd, struct channel **result)
{
	struct app *app = task->app;
	struct channel *channel;
	int error;

	if (app->channels && app->channels->count - !!task->channel == CHANNELS_MAX)
		return -ENOSPC;
	if (!leaves_enough(fd))
		return -EMFILE;
	channel = calloc(1, sizeof(*channel));
	if (!channel)
		return -ENOMEM;
	channel->task = task;
	channel->fd = fd;
	channel->next_rest = REST_FIRST;
	error = add(app, channel);
	if (error)
		goto free_channel;
	error = sd_event_add_io(app->daemon->event, &channel->source, fd, EPOLLIN | EPOLLRDHUP,
				readable, task);
	if (error < 0)
		goto drop_channel;
	*result = channel;
	return 0;

drop_channel:
	drop(app, channel);
free_channel:
	free(channel);
	return error;
}

/*
 * Gives a task a channel with the socket @fd. On failure the task keeps the channel that it has,
 * and @fd is closed.
 */
static int set(struct task *task, int fd)
{
	struct channel *channel;
	int error = make(task, fd, &channel);

	if (error) {
		close(fd);
		return error;
	}
	channel_drop(task);
	task->channel = channel;
	store(task);
	update(task);
	return 0;
}

int channel_set(struct task *task, const struct call *call, int fd)
{
	int error = set(task, fd);

	if (error == -ENOSPC)
		call_refuse(call, error, "the app has %d sockets watched already", CHANNELS_MAX);
	else if (error)
		call_refuse(call, error, "cannot watch the socket: %s", strerror(-error));
	return error;
}

void channel_close(struct task *task)
{
	struct channel *channel = task->channel;

	if (!channel)
		return;
	sd_event_source_disable_unref(channel->source);
	sd_event_source_disable_unref(channel->rest);
	close(channel->fd);
	drop(task->app, channel);
	free(channel);
	task->channel = NULL;
}

void channel_drop(struct task *task)
{
	if (task->channel)
		unstore(task->record.id);
	channel_close(task);
}

int channel_socket(const struct task *task)
{
	return task && task->channel ? task->channel->fd : -1;
}

bool channel_may_launch(const struct task *task)
{
	return !task->channel || presence_is_away(task->app);
}

void channel_instance_ended(struct task *task)
{
	struct channel *channel = task->channel;

	if (!channel)
		return;
	if (socket_is_dead(channel->fd)) {
		log_line(LOG_NOTICE, "%s: task %s: its socket was closed by the other side",
			   task->record.app, task->record.name);
		channel_drop(task);
		return;
	}
	if (socket_is_readable(channel->fd))
		rest(task);
	else
		channel->next_rest = REST_FIRST;
	update(task);
}

static void restore(struct daemon *daemon, int fd, uint32_t id)
{
	struct task *task = task_find(daemon, id);

	if (!task || task->record.trigger != BGTASK_TRIGGER_CONTROL_CHANNEL) {
		unstore(id);
		close(fd);
	} else if (set(task, fd)) {
		log_line(LOG_ERR, "%s: task %s: cannot watch its socket any more",
			   task->record.app, task->record.name);
	}
}

void channel_restore(struct daemon *daemon)
{
	const size_t prefix = strlen(STORE_PREFIX);
	char **names = NULL;
	int count = sd_listen_fds_with_names(true, &names);

	for (int i = 0; i < count; i++) {
		if (!strncmp(names[i], STORE_PREFIX, prefix))
			restore(daemon, SD_LISTEN_FDS_START + i,
				(uint32_t)strtoul(names[i] + prefix, NULL, 10));
		else
			close(SD_LISTEN_FDS_START + i);
		free(names[i]);
	}
	free(names);
}
