// SPDX-License-Identifier: GPL-2.0
/*
 * The source of time-zone-change. When something happens to /etc/localtime it is read again a
 * little later and compared, since most tools first remove the file and then make a new one.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "source-internal.h"

#define ZONE_FILE	"localtime"

/* Bytes; more than the file of any zone has. */
#define CONTENT_MAX	16384

/* What the zone is set to. Without a link or file, which stands for UTC, all is zero. */
struct zone {
	char target[PATH_MAX];		/* of a link */
	char content[CONTENT_MAX];	/* of a file */
};

struct source {
	struct source_sink sink;
	sd_event_source *inotify, *timer;
	char *path;
	struct zone zone;
};

static void read_zone(const char *path, struct zone *zone)
{
	char target[PATH_MAX];
	ssize_t size;
	int fd;

	memset(zone, 0, sizeof(*zone));
	size = readlink(path, target, sizeof(target) - 1);
	if (size > 0) {
		/* The absolute path, as a relative link to the same file is no change. */
		if (realpath(path, zone->target))
			return;
		target[size] = '\0';
		strcpy(zone->target, target);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (read(fd, zone->content, sizeof(zone->content)) < 0)
		memset(zone->content, 0, sizeof(zone->content));
	close(fd);
}

static bool same_zone(const struct zone *first, const struct zone *second)
{
	return !strcmp(first->target, second->target) &&
	       !memcmp(first->content, second->content, sizeof(first->content));
}

static int on_settled(sd_event_source *timer, uint64_t usec, void *data)
{
	struct source *source = data;
	struct zone zone;

	(void)timer;
	(void)usec;
	read_zone(source->path, &zone);
	if (same_zone(&source->zone, &zone))
		return 0;
	source->zone = zone;
	source->sink.fire(source->sink.data, BGTASK_TRIGGER_TIME_ZONE_CHANGE, "");
	return 0;
}

static int on_inotify(sd_event_source *inotify, const struct inotify_event *event, void *data)
{
	struct source *source = data;
	char text[PATH_MAX + 64];

	(void)inotify;
	if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF)) {
		snprintf(text, sizeof(text), "%s cannot be watched any more", source->path);
		source->sink.note(source->sink.data, text);
	} else if (!(event->mask & IN_Q_OVERFLOW) &&
		   (!event->len || strcmp(event->name, ZONE_FILE))) {
		return 0;
	}
	/* Read a little later, when a file that was removed is there again. */
	return source_timer_arm(source->timer, SETTLE_USEC);
}

static void zone_stop(struct source *source)
{
	if (!source)
		return;
	sd_event_source_disable_unref(source->inotify);
	sd_event_source_disable_unref(source->timer);
	free(source->path);
	free(source);
}

int source_zone_start(struct source **result, sd_event *event, const struct source_sink *sink,
		      const char *directory)
{
	struct source *source = calloc(1, sizeof(*source));
	int error;

	if (!source)
		return -ENOMEM;
	source->sink = *sink;
	if (asprintf(&source->path, "%s/" ZONE_FILE, directory) < 0) {
		source->path = NULL;
		error = -ENOMEM;
		goto fail;
	}
	error = sd_event_add_time_relative(event, &source->timer, CLOCK_MONOTONIC, 0,
					   SETTLE_ACCURACY, on_settled, source);
	if (error < 0)
		goto fail;
	error = sd_event_source_set_enabled(source->timer, SD_EVENT_OFF);
	if (error < 0)
		goto fail;
	error = sd_event_add_inotify(event, &source->inotify, directory,
				     IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
				     IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
				     on_inotify, source);
	if (error < 0)
		goto fail;

	read_zone(source->path, &source->zone);
	*result = source;
	return 0;

fail:
	zone_stop(source);
	return error;
}

static int zone_start(struct source **source, sd_event *event, const struct source_sink *sink)
{
	return source_zone_start(source, event, sink, "/etc");
}

const struct source_type source_zone = {
	.name = "zone",
	.start = zone_start,
	.stop = zone_stop,
};
