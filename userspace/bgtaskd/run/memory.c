// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel tells when tasks stand still for want of memory, by a trigger of /proc/pressure/memory
 * (PSI). One app is killed then, with its tasks and without notice; and the next, if that was not
 * enough after a while: first one that is suspended, of several that which was in the foreground
 * the longest time ago; then one of which only tasks run; one that runs in the background; and one
 * that has an extension. What is in the foreground is left alone.
 */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "model/instance.h"

#define TRIGGER		"/proc/pressure/memory"
/* Within which time tasks are to stand still for so long. */
#define WINDOW_USEC	1000000u
/* So long it takes until one that was killed is missed. */
#define REST_USEC	(3 * UINT64_C(1000000))

/* How much claim an app has to its memory. */
enum claim {
	CLAIM_SUSPENDED,
	CLAIM_TASK,
	CLAIM_BACKGROUND,
	CLAIM_EXTENDED,
	CLAIM_FOREGROUND,
};

static bool runs(const struct app *app)
{
	return app->life.state != BGTASK_APP_STATE_NOT_RUNNING || app->nr_running;
}

static enum claim claim_of(const struct app *app)
{
	if (app->life.foreground)
		return CLAIM_FOREGROUND;
	if (app->life.extension)
		return CLAIM_EXTENDED;
	if (app->life.state == BGTASK_APP_STATE_RUNNING ||
	    app->life.state == BGTASK_APP_STATE_SUSPENDING)
		return CLAIM_BACKGROUND;
	return app->nr_running ? CLAIM_TASK : CLAIM_SUSPENDED;
}

static bool precedes(const struct app *first, const struct app *second)
{
	if (claim_of(first) != claim_of(second))
		return claim_of(first) < claim_of(second);
	return first->life.used < second->life.used;
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

/* Its tasks are not told: what they could do takes memory. */
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
	if (bgt_container_kill(app->daemon->bgt, app->container, BGT_ROLE_ALL))
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
	    now < daemon->memory_rest)
		return 0;
	victim = find_victim(daemon);
	if (!victim)
		return 0;
	kill_app(victim);
	daemon->memory_rest = now + REST_USEC;
	return 0;
}

void memory_open(struct daemon *daemon)
{
	char trigger[64];
	int length, fd, error = 0;

	if (!daemon->config.memory_stall)
		return;
	length = snprintf(trigger, sizeof(trigger), "some %llu %u",
			  (unsigned long long)(daemon->config.memory_stall / 1000), WINDOW_USEC);
	fd = open(TRIGGER, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	/* With its closing NUL, as the kernel wants it. */
	if (fd < 0 || write(fd, trigger, (size_t)length + 1) < 0)
		error = -errno;
	if (!error)
		error = sd_event_add_io(daemon->event, &daemon->memory, fd, EPOLLPRI,
					short_of_memory, daemon);
	if (error >= 0) {
		(void)sd_event_source_set_io_fd_own(daemon->memory, true);
		return;
	}
	log_line(LOG_NOTICE, "memory pressure is not watched: " TRIGGER ": %s", strerror(-error));
	if (fd >= 0)
		close(fd);
}

void memory_close(struct daemon *daemon)
{
	daemon->memory = sd_event_source_disable_unref(daemon->memory);
}
