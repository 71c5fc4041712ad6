// SPDX-License-Identifier: GPL-2.0
/* The directory of the test's helper: paths, files and directories there, and the helper's log. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "helper_files.h"
#include "scene.h"

const char *helper_path(const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), HELPER_TOP "/%s", file);
	return path;
}

const char *helper_write(const char *file, const char *text)
{
	const char *path = helper_path(file);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return path;
}

void helper_wait_file(const char *file)
{
	uint64_t end = now() + DEADLINE;

	while (access(helper_path(file), F_OK)) {
		if (now() > end)
			fail("%s does not appear", file);
		look_later(end);
	}
}

const char *helper_cgroup(const char *app, const char *below)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), CGROUP_ROOT "/" HELPER_CGROUP "/%s/%s", app, below);
	return path;
}

static int remove_file(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
	(void)stat;
	(void)type;
	(void)ftw;
	if (remove(path) && errno != ENOENT)
		fail("cannot remove %s: %s", path, strerror(errno));
	return 0;
}

/* A shell with rm(1) would take longer than most tests. */
void files_remove(const char *path)
{
	nftw(path, remove_file, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

void files_make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) && errno != EEXIST)
		fail("cannot make %s: %s", path, strerror(errno));
	/* mkdir() applies the umask to the mode. */
	if (chmod(path, mode))
		fail("cannot change %s: %s", path, strerror(errno));
}

void log_note_end(void)
{
	char text[2048], *line, *rest = text;
	int log = open(HELPER_TOP "/log", O_RDONLY | O_CLOEXEC);
	ssize_t size = -1;

	if (log >= 0) {
		lseek(log, -(off_t)sizeof(text) + 1, SEEK_END);
		size = read(log, text, sizeof(text) - 1);
		close(log);
	}
	text[size > 0 ? size : 0] = '\0';
	while ((line = strsep(&rest, "\n")))
		note("%s", line);
}

static bool log_has(const char *text)
{
	static char log[1 << 20];
	int fd = open(HELPER_TOP "/log", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, log, sizeof(log) - 1);

	if (fd >= 0)
		close(fd);
	log[size > 0 ? size : 0] = '\0';
	return strstr(log, text);
}

bool helper_logs(const char *text)
{
	uint64_t end = now() + DEADLINE;

	while (!log_has(text)) {
		if (now() > end) {
			note("the log has no \"%s\"; it ends with:", text);
			log_note_end();
			return false;
		}
		look_later(end);
	}
	return true;
}
