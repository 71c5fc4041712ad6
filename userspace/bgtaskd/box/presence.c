// SPDX-License-Identifier: GPL-2.0
/*
 * An app is away if no process is in the cgroup of its own processes, or if this cgroup is held.
 * The cgroup's file cgroup.events tells when the last process has gone or the first has come, and
 * when a held cgroup is frozen; the module's events tell the rest.
 */
#include "presence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/app.h"
#include "model/observers.h"

#include "container-internal.h"
#include "hold.h"

struct presence {
	unsigned int users;		/* calls of presence_begin() that have not ended */
	sd_event_source *source;
	int fd;
	bool away;
};

/*
 * Opens cgroup.events, or opens it again after somebody has removed the cgroup and it was made
 * anew. Returns a descriptor or a negative errno.
 */
static int open_events(struct app *app)
{
	char directory[PATH_MAX], path[PATH_MAX + 16];
	int fd;

	app_cgroup(app, "app", directory, sizeof(directory));
	snprintf(path, sizeof(path), "%s/cgroup.events", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Reads cgroup.events. The event loop learns of the next change only after this. */
static ssize_t read_events(const struct presence *presence, char *text, size_t size)
{
	ssize_t length = pread(presence->fd, text, size - 1, 0);

	text[length > 0 ? length : 0] = '\0';
	return length;
}

bool presence_is_populated(struct app *app)
{
	struct presence *presence = app->box->presence;
	char text[256];
	int fd;

	if (read_events(presence, text, sizeof(text)) < 0) {
		fd = open_events(app);
		/*
		 * A cgroup that was removed has no processes. Its file would report an event for
		 * ever, so it is not watched any more.
		 */
		if (fd < 0 || sd_event_source_set_io_fd(presence->source, fd) < 0) {
			if (fd >= 0)
				close(fd);
			(void)sd_event_source_set_enabled(presence->source, SD_EVENT_OFF);
			return false;
		}
		close(presence->fd);
		presence->fd = fd;
		(void)sd_event_source_set_enabled(presence->source, SD_EVENT_ON);
		(void)read_events(presence, text, sizeof(text));
	}
	return strstr(text, "populated 1");
}

static bool is_away(struct app *app)
{
	return !presence_is_populated(app) || hold_is_on(app);
}

bool presence_is_away(const struct app *app)
{
	return app->box->presence->away;
}

void presence_look(struct app *app)
{
	bool away = is_away(app);

	if (away == app->box->presence->away)
		return;
	app->box->presence->away = away;
	app->daemon->observers->app_presence(app);
}

static int changed(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct app *app = data;

	(void)source;
	(void)fd;
	(void)events;
	presence_look(app);
	app->daemon->observers->app_processes(app);
	return 0;
}

int presence_begin(struct app *app)
{
	struct presence *presence = app->box->presence;
	int error;

	if (presence) {
		presence->users++;
		return 0;
	}
	presence = calloc(1, sizeof(*presence));
	if (!presence)
		return -ENOMEM;
	presence->fd = open_events(app);
	if (presence->fd < 0) {
		error = presence->fd;
		goto free_presence;
	}
	error = sd_event_add_io(app->daemon->event, &presence->source, presence->fd, EPOLLPRI,
				changed, app);
	if (error < 0)
		goto close_fd;
	app->box->presence = presence;
	presence->users = 1;
	presence->away = is_away(app);
	return 0;

close_fd:
	close(presence->fd);
free_presence:
	free(presence);
	return error;
}

void presence_end(struct app *app)
{
	if (--app->box->presence->users)
		return;
	sd_event_source_disable_unref(app->box->presence->source);
	close(app->box->presence->fd);
	free(app->box->presence);
	app->box->presence = NULL;
}

void presence_event(struct daemon *daemon, const struct bgt_event *event)
{
	struct app *app = NULL;

	if (!event) {
		LIST_FOREACH(app, &daemon->apps, entry) {
			if (app->box->presence)
				presence_look(app);
			daemon->observers->app_processes(app);
		}
		return;
	}
	if (event->container)
		app = app_by_container(daemon, event->container->id);
	else if (event->member)
		app = app_by_container(daemon, event->member->container);
	if (app && app->box->presence)
		presence_look(app);
}
