// SPDX-License-Identifier: GPL-2.0
/*
 * Finds where cgroup2 is mounted, and empties and removes cgroups. Waiting for a cgroup to become
 * empty takes no polling: the kernel reports a change of cgroup.events.
 */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Replaces each \ooo: /proc/self/mountinfo has white space and backslashes in octal. */
static void unescape(char *text)
{
	unsigned int code;
	char *to = text;

	while (*text) {
		if (sscanf(text, "\\%3o", &code) == 1) {
			*to++ = (char)code;
			text += strlen("\\ooo");
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

/* Returns the mount point in a line of mountinfo if the line mounts all of cgroup2; see proc(5). */
static char *parse_mount(char *line)
{
	char *type = strstr(line, " - "), *root, *point;

	if (!type || strncmp(type, " - cgroup2 ", strlen(" - cgroup2 ")))
		return NULL;
	strtok_r(line, " ", &line); /* mount id */
	strtok_r(NULL, " ", &line); /* mount id of the parent */
	strtok_r(NULL, " ", &line); /* device */
	root = strtok_r(NULL, " ", &line);
	point = strtok_r(NULL, " ", &line);
	if (!root || strcmp(root, "/") || !point)
		return NULL;
	unescape(point);
	return point;
}

int cgroup_mount(char *path, size_t size)
{
	char *line = NULL, *point = NULL;
	size_t line_size = 0;
	int error = -ENOENT;
	FILE *file;

	file = fopen("/proc/self/mountinfo", "re");
	if (!file)
		return -errno;
	while (!point && getline(&line, &line_size, file) >= 0)
		point = parse_mount(line);
	if (point)
		error = (size_t)snprintf(path, size, "%s", point) < size ? 0 : -ENAMETOOLONG;
	free(line);
	fclose(file);
	return error;
}

/* Returns whether cgroup.events has the line, or a negative errno. */
static int has_event(int events, const char *line)
{
	char text[256];
	ssize_t size = pread(events, text, sizeof(text) - 1, 0);

	if (size < 0)
		return -errno;
	text[size] = '\0';
	return strstr(text, line) != NULL;
}

bool cgroup_is_frozen(int directory)
{
	int events = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	bool frozen;

	if (events < 0)
		return false;
	frozen = has_event(events, "frozen 1\n") > 0;
	close(events);
	return frozen;
}

int cgroup_kill(int directory)
{
	int error = 0, fd = openat(directory, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, "1", 1) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int milliseconds_until(const struct timespec *end)
{
	struct timespec now;
	long left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (end->tv_sec - now.tv_sec) * 1000 + (end->tv_nsec - now.tv_nsec) / 1000000;
	return left > 0 ? (int)left : 0;
}

int cgroup_wait_empty(int directory, int timeout_ms)
{
	struct pollfd poll_fd = { .events = POLLPRI };
	struct timespec end;
	int empty, left;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout_ms / 1000;

	poll_fd.fd = openat(directory, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (poll_fd.fd < 0)
		return -errno;

	/* poll() reports changes since the file was last read. */
	while (!(empty = has_event(poll_fd.fd, "populated 0\n"))) {
		left = milliseconds_until(&end);
		if (!left) {
			empty = -ETIMEDOUT;
			break;
		}
		if (poll(&poll_fd, 1, left) < 0 && errno != EINTR) {
			empty = -errno;
			break;
		}
	}
	close(poll_fd.fd);
	return empty < 0 ? empty : 0;
}

/* Removes the cgroups below a cgroup. */
static int remove_below(int parent, const char *name)
{
	struct dirent *entry;
	int error = 0, fd;
	DIR *directory;

	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	directory = fdopendir(fd);
	if (!directory) {
		error = -errno;
		close(fd);
		return error;
	}
	while (!error && (entry = readdir(directory)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			error = cgroup_remove(fd, entry->d_name);
	closedir(directory);
	return error;
}

int cgroup_remove(int parent, const char *name)
{
	int error;

	/* rmdir() fails with EBUSY or ENOTEMPTY if there are cgroups below this cgroup. */
	if (!unlinkat(parent, name, AT_REMOVEDIR) || errno == ENOENT)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	error = remove_below(parent, name);
	if (error == -ENOENT)
		return 0;
	if (error)
		return error;
	return !unlinkat(parent, name, AT_REMOVEDIR) || errno == ENOENT ? 0 : -errno;
}
