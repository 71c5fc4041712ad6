// SPDX-License-Identifier: GPL-2.0
/*
 * Makes, reads, moves tasks into and removes the cgroups of a test. All of them are below one
 * cgroup, so that the end of the test can remove whatever the test has left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "scene.h"

const char *cgroup_path(const char *cgroup, const char *file)
{
	static char path[4096];

	snprintf(path, sizeof(path), CGROUP_TOP "%s%s%s%s", *cgroup ? "/" : "", cgroup,
		 file ? "/" : "", file ? file : "");
	return path;
}

void cgroup_make(const char *cgroup)
{
	if (mkdir(cgroup_path(cgroup, NULL), 0755))
		fail("mkdir %s: %s", cgroup_path(cgroup, NULL), strerror(errno));
}

bool cgroup_remove(const char *cgroup)
{
	if (!rmdir(cgroup_path(cgroup, NULL)))
		return true;
	if (errno != ENOENT && errno != EBUSY)
		fail("rmdir %s: %s", cgroup_path(cgroup, NULL), strerror(errno));
	return false;
}

static int remove_directory(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)ftw;
	if (type == FTW_DP)
		rmdir(path);
	return 0;
}

/* Tries for a while, since a task that was just reaped may still be leaving. */
void cgroup_remove_tree(const char *top)
{
	uint64_t end = now() + DEADLINE;
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.kill", top);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	while (!nftw(top, remove_directory, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) &&
	       !access(top, F_OK) && now() < end)
		look_later(end);
	if (!access(top, F_OK))
		note("%s is still there: %s", top, strerror(EBUSY));
}

void cgroup_remove_all(void)
{
	cgroup_remove_tree(CGROUP_TOP);
}

int cgroup_open(const char *cgroup)
{
	int fd = open(cgroup_path(cgroup, NULL), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		fail("open %s: %s", cgroup_path(cgroup, NULL), strerror(errno));
	return fd;
}

int cgroup_write(const char *cgroup, const char *file, const char *text)
{
	int fd = open(cgroup_path(cgroup, file), O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int write_number(const char *cgroup, const char *file, long number)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", number);
	return cgroup_write(cgroup, file, text);
}

int cgroup_move(const char *cgroup, pid_t pid)
{
	return write_number(cgroup, "cgroup.procs", pid);
}

int cgroup_move_thread(const char *cgroup, pid_t tid)
{
	return write_number(cgroup, "cgroup.threads", tid);
}

static int64_t find_key(int fd, const char *key)
{
	size_t length = strlen(key);
	char text[4096], *line;
	ssize_t size;

	size = pread(fd, text, sizeof(text) - 1, 0);
	if (size < 0)
		return -1;
	text[size] = '\0';
	for (line = text; line && *line; line = strchr(line, '\n'), line += !!line) {
		if (!strncmp(line, key, length) && line[length] == ' ')
			return strtoll(line + length, NULL, 10);
	}
	return -1;
}

int64_t cgroup_key(const char *cgroup, const char *file, const char *key)
{
	int fd = open(cgroup_path(cgroup, file), O_RDONLY | O_CLOEXEC);
	int64_t value;

	if (fd < 0)
		return -1;
	value = find_key(fd, key);
	close(fd);
	return value;
}

uint64_t cgroup_usage(const char *cgroup)
{
	int64_t usage = cgroup_key(cgroup, "cpu.stat", "usage_usec");

	if (usage < 0)
		fail("no usage_usec in %s", cgroup_path(cgroup, "cpu.stat"));
	return (uint64_t)usage;
}

bool cgroup_is_frozen(const char *cgroup)
{
	return cgroup_key(cgroup, "cgroup.events", "frozen") == 1;
}

bool cgroup_wait(const char *cgroup, const char *key, int value)
{
	struct pollfd poller = { .events = POLLPRI };
	uint64_t end = now() + DEADLINE;
	bool reached;

	poller.fd = open(cgroup_path(cgroup, "cgroup.events"), O_RDONLY | O_CLOEXEC);
	if (poller.fd < 0)
		fail("open %s: %s", cgroup_path(cgroup, "cgroup.events"), strerror(errno));
	/* A change after the last reading wakes poll(). */
	while (!(reached = find_key(poller.fd, key) == value) && now() < end)
		poll(&poller, 1, 1000);
	close(poller.fd);
	return reached;
}

void cgroup_wait_frozen(const char *cgroup, bool frozen)
{
	if (!cgroup_wait(cgroup, "frozen", frozen))
		fail("%s does not become %s", cgroup, frozen ? "frozen" : "thawed");
}

void cgroup_wait_empty(const char *cgroup)
{
	if (!cgroup_wait(cgroup, "populated", 0))
		fail("%s does not become empty", cgroup);
}

void cgroup_end(const char *cgroup)
{
	cgroup_write(cgroup, "cgroup.kill", "1");
	while (waitpid(-1, NULL, 0) > 0)
		;
	cgroup_wait_empty(cgroup);
}

static unsigned int frozen_count;

static int look(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	const char *cgroup = path + strlen(CGROUP_TOP);
	char written = '0';
	int fd;

	(void)stat;
	(void)ftw;
	if (type != FTW_D)
		return 0;
	cgroup += *cgroup == '/';
	fd = open(cgroup_path(cgroup, "cgroup.freeze"), O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &written, 1) != 1)
			written = '?';
		close(fd);
	}
	if (written != '0' || cgroup_is_frozen(cgroup)) {
		note("%s is frozen: cgroup.freeze is %c", path, written);
		frozen_count++;
	}
	return 0;
}

unsigned int cgroup_count_frozen(void)
{
	frozen_count = 0;
	nftw(CGROUP_TOP, look, 16, FTW_PHYS | FTW_MOUNT);
	return frozen_count;
}
