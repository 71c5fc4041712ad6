// SPDX-License-Identifier: GPL-2.0
/*
 * Cgroups for the measuring programs. Each wait ends the program after 20 s, so that a measurement
 * that cannot succeed does not hang.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOT		"/sys/fs/cgroup/"
#define PATIENCE_MS	20000

static const char *path_of(const char *name)
{
	static char path[256];

	if (snprintf(path, sizeof(path), ROOT "%s", name) >= (int)sizeof(path))
		die("the name of cgroup %s is too long", name);
	return path;
}

int cgroup_open(const char *name)
{
	int dir = open(path_of(name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		die("cannot open cgroup %s", name);
	return dir;
}

int cgroup_make(const char *name)
{
	if (mkdir(path_of(name), 0755) && errno != EEXIST)
		die("cannot make cgroup %s", name);
	return cgroup_open(name);
}

void cgroup_remove(const char *name)
{
	if (rmdir(path_of(name)))
		die("cannot remove cgroup %s", name);
}

void cgroup_write(int dir, const char *file, const char *value)
{
	int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die("cannot write \"%s\" to %s", value, file);
	close(fd);
}

/* Finds the number after a key in a text; -1 if the key is not there. */
static int64_t find(const char *text, const char *key)
{
	size_t length = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, key, length) && text[length] == ' ')
			return strtoll(text + length, NULL, 10);
	}
	return -1;
}

static uint64_t read_key(int fd, const char *file, const char *key)
{
	char text[4096];
	ssize_t size = pread(fd, text, sizeof(text) - 1, 0);
	int64_t value;

	if (size < 0)
		die("cannot read %s", file);
	text[size] = '\0';
	value = find(text, key);
	if (value < 0)
		die("%s tells nothing of %s", file, key);
	return (uint64_t)value;
}

uint64_t cgroup_read(int dir, const char *file, const char *key)
{
	int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	uint64_t value;

	if (fd < 0)
		die("cannot open %s", file);
	value = read_key(fd, file, key);
	close(fd);
	return value;
}

void cgroup_await(int dir, const char *event, uint64_t value)
{
	struct pollfd poller = { .events = POLLPRI };

	poller.fd = openat(dir, "cgroup.events", O_RDONLY | O_CLOEXEC);
	if (poller.fd < 0)
		die("cannot open cgroup.events");
	while (read_key(poller.fd, "cgroup.events", event) != value) {
		if (!poll(&poller, 1, PATIENCE_MS)) {
			errno = 0;
			die("waited %d s for %s", PATIENCE_MS / 1000, event);
		}
	}
	close(poller.fd);
}

pid_t cgroup_fork(int dir)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)dir,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		die("cannot fork into a cgroup");
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

void cgroup_kill(int dir)
{
	cgroup_write(dir, "cgroup.kill", "1");
	cgroup_await(dir, "populated", 0);
}
