// SPDX-License-Identifier: GPL-2.0
/*
 * A trigger of /proc/pressure/memory (PSI) tells when processes stand still for want of memory.
 * Then one app is killed, with its tasks and without notice; and another one after a while, if the
 * pressure lasts. Suspended apps come first, beginning with the one that has not been in the
 * foreground for the longest time; then apps of which only tasks run; apps that run in the
 * background; and apps with an extension. An app in the foreground is spared.
 */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "box/container.h"
#include "life/extension.h"
#include "life/lifecycle.h"
#include "model/instance.h"

#define TRIGGER		"/proc/pressure/memory"
/* The pressure is high if processes stand still for config.memory_stall within this time. */
#define WINDOW_USEC	1000000u
/* After a kill, nothing else is killed for this time: the memory is not free at once. */
#define REST_USEC	(3 * UINT64_C(1000000))

struct memory {
	sd_event_source *source;	/* event: the pressure is high */
	uint64_t rest;			/* nothing is killed until then */
};

/* How much claim an app has to its memory; the app with the lowest claim is killed. */
enum claim {
	CLAIM_SUSPENDED,
	CLAIM_TASK,
	CLAIM_BACKGROUND,
	CLAIM_EXTENDED,
	CLAIM_FOREGROUND,
};

static bool runs(const struct app *app)
{
	return lifecycle_state(app) != BGTASK_APP_STATE_NOT_RUNNING || app->nr_running;
}

static enum claim claim_of(const struct app *app)
{
	enum bgtask_app_state state = lifecycle_state(app);

	if (lifecycle_is_foreground(app))
		return CLAIM_FOREGROUND;
	if (extension_is_held(app))
		return CLAIM_EXTENDED;
	if (state == BGTASK_APP_STATE_RUNNING || state == BGTASK_APP_STATE_SUSPENDING)
		return CLAIM_BACKGROUND;
	return app->nr_running ? CLAIM_TASK : CLAIM_SUSPENDED;
}

static bool precedes(const struct app *first, const struct app *second)
{
	if (claim_of(first) != claim_of(second))
		return claim_of(first) < claim_of(second);
	return lifecycle_used(first) < lifecycle_used(second);
}

static struct app *find_victim(struct daemon *daemon)
{
	struct app *app, *victim = NULL;

	LIST_FOREACH(app, &daemon->apps, entry) {
		if (!runs(app) || claim_of(app) == CLAIM_FOREGROUND)
			continue;
		if (!victim || precedes(app, victim))
			victim = app;
	}
	return victim;
}

/* Kills an app without telling its tasks, since all that they could do takes memory. */
static void kill_app(struct app *app)
{
	struct instance *instance;

	log_line(LOG_WARNING, "%s: is killed, as memory is short", app->id);
	LIST_FOREACH(instance, &app->instances, by_app) {
		if (instance->record.state != BGTASK_INSTANCE_STATE_RUNNING)
			continue;
		instance->record.cancelled = true;
		instance->record.reason = BGTASK_CANCEL_REASON_RESOURCE_REVOCATION;
	}
	if (bgt_container_kill(app->daemon->bgt, app_container(app), BGT_ROLE_ALL))
		log_line(LOG_ERR, "%s: cannot kill it: %s", app->id, bgt_error(app->daemon->bgt));
}

static int short_of_memory(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct daemon *daemon = data;
	struct app *victim;
	uint64_t now;

	(void)fd;
	if (events & EPOLLERR) {
		log_line(LOG_ERR, "memory pressure is not told any more");
		(void)sd_event_source_set_enabled(source, SD_EVENT_OFF);
		return 0;
	}
	if (sd_event_now(daemon->event, CLOCK_MONOTONIC, &now) < 0 ||
	    now < daemon->memory->rest)
		return 0;
	victim = find_victim(daemon);
	if (!victim)
		return 0;
	kill_app(victim);
	daemon->memory->rest = now + REST_USEC;
	return 0;
}

static int open_trigger(const struct daemon *daemon)
{
	char trigger[64];
	int length, fd, error;

	length = snprintf(trigger, sizeof(trigger), "some %llu %u",
			  (unsigned long long)(daemon->config.memory_stall / 1000), WINDOW_USEC);
	fd = open(TRIGGER, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The kernel expects the NUL at the end as well. */
	if (write(fd, trigger, (size_t)length + 1) >= 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

void memory_open(struct daemon *daemon)
{
	struct memory *memory;
	int fd, error;

	if (!daemon->config.memory_stall)
		return;
	fd = open_trigger(daemon);
	error = fd;
	if (fd < 0)
		goto not_watched;
	error = -ENOMEM;
	memory = calloc(1, sizeof(*memory));
	if (!memory)
		goto close_fd;
	error = sd_event_add_io(daemon->event, &memory->source, fd, EPOLLPRI, short_of_memory,
				daemon);
	if (error < 0)
		goto free_memory;
	(void)sd_event_source_set_io_fd_own(memory->source, true);
	daemon->memory = memory;
	return;

free_memory:
	free(memory);
close_fd:
	close(fd);
not_watched:
	log_line(LOG_NOTICE, "memory pressure is not watched: " TRIGGER ": %s", strerror(-error));
}

void memory_close(struct daemon *daemon)
{
	if (!daemon->memory)
		return;
	sd_event_source_disable_unref(daemon->memory->source);
	free(daemon->memory);
	daemon->memory = NULL;
}
