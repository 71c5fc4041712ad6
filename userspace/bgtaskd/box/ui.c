// SPDX-License-Identifier: GPL-2.0
/*
 * Makes a threaded cgroup for an app's UI thread, below that of the app's processes and a member
 * with a role of its own, so that the UI can stand still while tasks run in other threads of the
 * process.
 */
#include "ui.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/app.h"

#include "container-internal.h"

#define BELOW	"app/ui"

static int write_file(const char *directory, const char *file, const char *text)
{
	char path[PATH_MAX + 32];
	int fd, error = 0;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

static bool is_threaded(const char *directory)
{
	char path[PATH_MAX + 32], type[32] = "";
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.type", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	length = read(fd, type, sizeof(type) - 1);
	close(fd);
	return length > 0 && !strncmp(type, "threaded", strlen("threaded"));
}

int ui_add(struct app *app)
{
	char path[PATH_MAX];
	int fd, error;

	app_cgroup(app, BELOW, path, sizeof(path));
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	error = is_threaded(path) ? 0 : write_file(path, "cgroup.type", "threaded");
	if (error)
		return error;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = app_add_member(app, BGT_ROLE_UI, fd);
	close(fd);
	return error;
}

int ui_set(struct app *app, uint32_t pid, uint32_t tid)
{
	char path[PATH_MAX], thread[64];
	int error;

	snprintf(thread, sizeof(thread), "/proc/%u/task/%u", pid, tid);
	if (access(thread, F_OK))
		return -ESRCH;
	error = ui_add(app);
	if (error)
		return error;
	app->box->has_ui = true;
	app_cgroup(app, BELOW, path, sizeof(path));
	snprintf(thread, sizeof(thread), "%u", tid);
	return write_file(path, "cgroup.threads", thread);
}

void ui_resume(struct app *app)
{
	char path[PATH_MAX];

	app_cgroup(app, BELOW, path, sizeof(path));
	app->box->has_ui = is_threaded(path);
}
