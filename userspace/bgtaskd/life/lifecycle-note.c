// SPDX-License-Identifier: GPL-2.0
/*
 * A note is a file for each app that runs, on a file system that the next boot finds empty. It has
 * a line of fields and the description of the app's extension, and is always of the same length and
 * written by one system call: whenever the helper is killed, the file is the old note or the new
 * one.
 */
#include "lifecycle-note.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE	288
#define NOTE_SIZE	(LINE_SIZE + TEXT_MAX + 1)

static bool make_path(char *path, const char *directory, const char *app)
{
	return snprintf(path, PATH_MAX, "%s/%s", directory, app) < PATH_MAX;
}

int lifecycle_note_write(const char *directory, const char *app, const struct lifecycle_note *note)
{
	char path[PATH_MAX], line[LINE_SIZE], text[NOTE_SIZE] = "";
	ssize_t length;
	int fd;

	if (!make_path(path, directory, app))
		return -ENAMETOOLONG;
	if (note->state == BGTASK_APP_STATE_NOT_RUNNING)
		return unlink(path) && errno != ENOENT ? -errno : 0;
	snprintf(line, sizeof(line), "state %u foreground %d exempt %d attached %d saving_over %d "
		 "used %" PRIu64 " pid %u until %" PRIu64 " left %" PRIu64 " extended %d reason %u "
		 "since %" PRIu64 " counted %" PRIu64 " saved %d", note->state,
		 note->foreground, note->exempt, note->attached, note->saving_over, note->used,
		 note->pid, note->until, note->left, note->extended, note->reason, note->since,
		 note->counted, note->saved);
	snprintf(text, sizeof(text), "%-*s\n%s", LINE_SIZE - 1, line, note->description);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0)
		return -errno;
	length = pwrite(fd, text, sizeof(text), 0);
	if (length != sizeof(text)) {
		length = length < 0 ? -errno : -ENOSPC;
		close(fd);
		return (int)length;
	}
	close(fd);
	return 0;
}

bool lifecycle_note_read(const char *directory, const char *app, struct lifecycle_note *note)
{
	char path[PATH_MAX], text[NOTE_SIZE];
	unsigned int state, foreground, exempt, attached, saving_over, extended, reason, saved = 0;
	ssize_t length;
	int fd, count;

	if (!make_path(path, directory, app))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	length = read(fd, text, sizeof(text));
	close(fd);
	if (length != sizeof(text) || text[sizeof(text) - 1])
		return false;
	text[LINE_SIZE - 1] = '\0';
	count = sscanf(text, "state %u foreground %u exempt %u attached %u saving_over %u "
		       "used %" SCNu64 " pid %u until %" SCNu64 " left %" SCNu64 " extended %u "
		       "reason %u since %" SCNu64 " counted %" SCNu64 " saved %u", &state,
		       &foreground, &exempt, &attached, &saving_over, &note->used, &note->pid,
		       &note->until, &note->left, &extended, &reason, &note->since, &note->counted,
		       &saved);
	/* An older helper does not note the last field. */
	if (count < 13 || state > BGTASK_APP_STATE_SUSPENDED ||
	    reason > BGTASK_EXTENSION_REASON_SAVING_DATA)
		return false;
	note->state = state;
	note->foreground = foreground;
	note->exempt = exempt;
	note->attached = attached;
	note->saving_over = saving_over;
	note->saved = saved;
	note->extended = extended;
	note->reason = reason;
	strcpy(note->description, text + LINE_SIZE);
	return true;
}
