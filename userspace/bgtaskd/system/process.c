// SPDX-License-Identifier: GPL-2.0
/*
 * Reads /proc and the cgroup file system, and kills and removes cgroups. A cgroup is busy until its
 * last process has left, so removing a cgroup is repeated from the event loop, and nobody waits for
 * it.
 */
#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

/*
 * How often removing a cgroup is tried while its last processes end, and the pause between, in us.
 */
#define TRIES	200
#define PAUSE	50000

/* How many threads of a hanging task are reported. */
#define REPORT_MAX	64

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -errno;
	length = read(fd, text, size - 1);
	close(fd);
	if (length < 0)
		return -EIO;
	text[length] = '\0';
	return 0;
}

static int read_proc(uint32_t pid, const char *file, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	return read_text(path, text, size);
}

uint64_t process_start_time(uint32_t pid)
{
	unsigned long long time = 0;
	const char *after;
	char text[1024];

	if (read_proc(pid, "stat", text, sizeof(text)))
		return 0;
	/* The second field is the process's name, which may contain any characters. */
	after = strrchr(text, ')');
	if (!after || sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d"
			     " %*d %*d %*d %*d %*d %llu", &time) != 1)
		return 0;
	return time;
}

int process_cgroup_mount(char *path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *mount;
	int error = -ENOENT;

	if (!mounts)
		return -errno;
	while (error == -ENOENT && (mount = getmntent(mounts)))
		if (!strcmp(mount->mnt_type, "cgroup2"))
			error = snprintf(path, size, "%s", mount->mnt_dir) < (int)size ?
				0 : -ENAMETOOLONG;
	endmntent(mounts);
	return error;
}

int process_cgroup(uint32_t pid, char *path, size_t size)
{
	char text[PATH_MAX], mount[PATH_MAX];
	char *line, *rest = text;
	int error;

	error = read_proc(pid, "cgroup", text, sizeof(text));
	if (!error)
		error = process_cgroup_mount(mount, sizeof(mount));
	if (error)
		return error;
	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, "0::", 3))
			continue;
		return snprintf(path, size, "%s%s", mount, line + 3) < (int)size ? 0 :
										 -ENAMETOOLONG;
	}
	return -ENOENT;
}

bool process_is_below(uint32_t pid, const char *cgroup)
{
	size_t length = strlen(cgroup);
	char path[PATH_MAX];

	return !process_cgroup(pid, path, sizeof(path)) && !strncmp(path, cgroup, length) &&
	       (!path[length] || path[length] == '/');
}

static bool is_traced(uint32_t pid, const char *own)
{
	const char *field;
	char text[4096];
	uint32_t tracer;

	if (read_proc(pid, "status", text, sizeof(text)))
		return false;
	field = strstr(text, "\nTracerPid:");
	tracer = field ? (uint32_t)strtoul(field + strlen("\nTracerPid:"), NULL, 10) : 0;
	return tracer && !process_is_below(tracer, own);
}

bool process_is_traced(const char *cgroup, const char *own)
{
	char path[PATH_MAX + 32], line[32];
	bool traced = false;
	FILE *processes;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	processes = fopen(path, "re");
	while (processes && !traced && fgets(line, sizeof(line), processes))
		traced = is_traced((uint32_t)strtoul(line, NULL, 10), own);
	if (processes)
		fclose(processes);
	return traced;
}

uint32_t process_oldest(const char *cgroup)
{
	char path[PATH_MAX + 32], line[32];
	uint64_t time, oldest_time = 0;
	uint32_t pid, oldest = 0;
	FILE *processes;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	processes = fopen(path, "re");
	while (processes && fgets(line, sizeof(line), processes)) {
		pid = (uint32_t)strtoul(line, NULL, 10);
		time = process_start_time(pid);
		if (!time || (oldest && time >= oldest_time))
			continue;
		oldest = pid;
		oldest_time = time;
	}
	if (processes)
		fclose(processes);
	return oldest;
}

/* Logs what a thread is doing, as far as the kernel shows. */
static void report_thread(uint32_t tid, const char *app, const char *task)
{
	char name[64] = "", channel[128] = "", stack[4096] = "";

	(void)read_proc(tid, "comm", name, sizeof(name));
	(void)read_proc(tid, "wchan", channel, sizeof(channel));
	(void)read_proc(tid, "stack", stack, sizeof(stack));
	name[strcspn(name, "\n")] = '\0';
	log_line(LOG_WARNING, "%s: task %s hangs: thread %u (%s) waits in %s\n%s", app, task, tid,
		   name, *channel ? channel : "?", stack);
}

/* Returns the CPU time that a cgroup has used, in us. */
static unsigned long long usage_of(const char *cgroup)
{
	char path[PATH_MAX + 32], text[1024];
	unsigned long long usage = 0;
	const char *field;

	snprintf(path, sizeof(path), "%s/cpu.stat", cgroup);
	if (read_text(path, text, sizeof(text)))
		return 0;
	field = strstr(text, "usage_usec ");
	if (field)
		usage = strtoull(field + strlen("usage_usec "), NULL, 10);
	return usage;
}

static unsigned int report_threads(const char *cgroup, const char *app, const char *task,
				   unsigned int count)
{
	char path[PATH_MAX + 32], line[32];
	FILE *threads;

	snprintf(path, sizeof(path), "%s/cgroup.threads", cgroup);
	threads = fopen(path, "re");
	while (threads && fgets(line, sizeof(line), threads))
		if (count++ < REPORT_MAX)
			report_thread((uint32_t)strtoul(line, NULL, 10), app, task);
	if (threads)
		fclose(threads);
	return count;
}

void process_report(const char *cgroup, const char *app, const char *task)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct dirent *below;
	unsigned int count;
	DIR *directory;

	log_line(LOG_WARNING, "%s: task %s hangs, and has used %llu ms of CPU time", app, task,
		 usage_of(cgroup) / 1000);
	count = report_threads(cgroup, app, task, 0);
	/* The UI thread of an app is in a cgroup below the app's cgroup. */
	directory = opendir(cgroup);
	while (directory && (below = readdir(directory))) {
		if (below->d_type != DT_DIR || *below->d_name == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", cgroup, below->d_name);
		count = report_threads(path, app, task, count);
	}
	if (directory)
		closedir(directory);
	if (count > REPORT_MAX)
		log_line(LOG_WARNING, "%s: task %s has %u more threads", app, task,
			 count - REPORT_MAX);
}

static int reap(sd_event_source *source, int fd, uint32_t events, void *data)
{
	siginfo_t info = { 0 };

	(void)events;
	(void)data;
	if (waitid(P_PIDFD, (id_t)fd, &info, WEXITED | WNOHANG) || info.si_pid)
		(void)sd_event_source_set_floating(source, false);
	return 0;
}

void process_reap(sd_event *event, int pidfd)
{
	sd_event_source *source;

	/* If memory is short, the child stays a zombie until the helper ends. */
	if (sd_event_add_io(event, &source, pidfd, EPOLLIN, reap, NULL) < 0) {
		close(pidfd);
		return;
	}
	/* From here on the event loop owns the event source, and the source owns the descriptor. */
	(void)sd_event_source_set_io_fd_own(source, true);
	(void)sd_event_source_set_floating(source, true);
	sd_event_source_unref(source);
}

struct removal {
	sd_event_source *timer;
	unsigned int tries;
	char path[];
};

void process_kill_cgroup(const char *path)
{
	char file[PATH_MAX];
	int fd;

	snprintf(file, sizeof(file), "%s/cgroup.kill", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0)
		log_line(LOG_WARNING, "cannot kill what is left in %s: %m", path);
	close(fd);
}

static int try_again(sd_event_source *source, uint64_t usec, void *data)
{
	struct removal *removal = data;

	(void)usec;
	if (rmdir(removal->path) && errno == EBUSY && removal->tries++ < TRIES) {
		(void)sd_event_source_set_time_relative(source, PAUSE);
		(void)sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
		return 0;
	}
	sd_event_source_unref(source);
	free(removal);
	return 0;
}

void process_remove_cgroup(sd_event *event, const char *path)
{
	struct removal *removal;

	process_kill_cgroup(path);
	if (!rmdir(path) || errno != EBUSY)
		return;
	removal = calloc(1, sizeof(*removal) + strlen(path) + 1);
	if (!removal)
		return;
	strcpy(removal->path, path);
	if (sd_event_add_time_relative(event, &removal->timer, CLOCK_BOOTTIME, PAUSE, 0, try_again,
				       removal) < 0)
		free(removal);
}
