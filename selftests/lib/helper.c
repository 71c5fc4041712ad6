// SPDX-License-Identifier: GPL-2.0
/*
 * Starts, kills and restarts bgtaskd for a test, with a configuration and directories of its own,
 * and removes what the helper has left.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "helper_files.h"
#include "scene.h"
#include "task.h"

/* The ids of all apps of tests begin so. */
#define PREFIX	"org.example."
#define STATE	HELPER_TOP "/state"
#define FILLER	STATE "/filler"

static pid_t helper;
static int given = -1;
static char given_name[64];

/* Finds bgtaskd beside the tests in the build directory, or else in $PATH. */
static void find_program(char *path, size_t size)
{
	char test[PATH_MAX] = "";

	if (readlink("/proc/self/exe", test, sizeof(test) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(path, size, "%s/../../bin/bgtaskd", dirname(test));
	if (access(path, X_OK))
		snprintf(path, size, "bgtaskd");
}

void helper_give(int fd, const char *name)
{
	given = fd;
	snprintf(given_name, sizeof(given_name), "%s", name);
}

/* Called in the helper's process: sets what sd_listen_fds(3) and sd_watchdog_enabled(3) read. */
static void take_given(void)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", getpid());
	/* A test may have set the id of another process. */
	if (getenv("WATCHDOG_USEC"))
		setenv("WATCHDOG_PID", number, 0);
	if (given < 0)
		return;
	dup2(given, 3);
	/* dup2() changes nothing if the descriptor has this number already. */
	fcntl(3, F_SETFD, 0);
	setenv("LISTEN_PID", number, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", given_name, 1);
}

/* The helper's log is appended to a file. */
pid_t helper_begin(void)
{
	char path[PATH_MAX + 64];
	int log;

	find_program(path, sizeof(path));
	helper = fork();
	if (helper) {
		given = -1;
		return helper;
	}
	log = open(HELPER_TOP "/log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (log < 0 || dup2(log, STDERR_FILENO) < 0)
		_exit(126);
	take_given();
	close_range(given < 0 ? 3 : 4, UINT_MAX, 0);
	/* A helper must not outlive a test that is broken off. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp(path, "bgtaskd", "-c", HELPER_TOP "/bgtaskd.conf", NULL);
	_exit(127);
}

pid_t helper_pid(void)
{
	return helper;
}

void helper_launch(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	uint32_t holding, set;
	enum bgt_work_cost cost;

	helper_begin();
	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (now() > end || waitpid(helper, NULL, WNOHANG)) {
			log_note_end();
			fail("the helper does not come up: %s", bgt_error(bgt));
		}
		look_later(end);
	}
}

static void start(struct bgt *bgt, const struct helper_settings *settings, const char *state)
{
	char text[1024], timeout[64] = "";

	files_make_directory(HELPER_TOP "/apps", 0755);
	if (settings->cancel_timeout)
		snprintf(timeout, sizeof(timeout), "CancelTimeout=%llums\n",
			 (unsigned long long)(settings->cancel_timeout / MSEC));
	snprintf(text, sizeof(text),
		 "[Helper]\nStateDirectory=%s\nRuntimeDirectory=" HELPER_TOP "/run\n"
		 "ManifestDirectories=" HELPER_TOP "/none " HELPER_TOP "/apps\n"
		 "Cgroup=" HELPER_CGROUP "\nIdleWindow=0\nIdleWindowStandby=0\nMemoryStall=0\n"
		 "MinimumInterval=%llums\n%s"
		 "LockScreenSlots=%d\nHistory=%u\n%s"
		 "[Class standard]\nQuota=%lluus\nPeriod=%lluus\n"
		 "[Class free]\nQuota=unlimited\nPeriod=1s\n", state,
		 (unsigned long long)(INTERVAL_MIN / MSEC), timeout, SLOTS,
		 settings->history, settings->more ? settings->more : "",
		 (unsigned long long)(settings->quota / USEC),
		 (unsigned long long)(settings->period / USEC));
	helper_write("bgtaskd.conf", text);
	helper_launch(bgt);
}

static const struct helper_settings usual = HELPER_SETTINGS;

void helper_start_in(struct bgt *bgt, const char *state)
{
	start(bgt, &usual, state);
}

void helper_start_with(struct bgt *bgt, const struct helper_settings *settings)
{
	helper_end();
	files_remove(HELPER_TOP);
	files_make_directory(HELPER_TOP, 0755);
	files_make_directory(HELPER_SAID, 01777);
	start(bgt, settings, STATE);
}

void helper_start(struct bgt *bgt)
{
	helper_start_with(bgt, &usual);
}

void helper_kill(void)
{
	if (helper > 0)
		task_kill(helper);
	helper = 0;
}

int helper_wait(void)
{
	int status = task_wait(helper);

	helper = 0;
	return status;
}

int helper_quit(void)
{
	kill(helper, SIGTERM);
	return helper_wait();
}

void helper_restart(struct bgt *bgt)
{
	helper_kill();
	helper_launch(bgt);
}

void helper_move_to_disk(struct bgt *bgt)
{
	helper_kill();
	if (mount("state", STATE, "tmpfs", 0, "size=1m"))
		fail("cannot mount a disk: %s", strerror(errno));
	helper_launch(bgt);
}

void helper_fill_disk(void)
{
	int fd = open(FILLER, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	static const char zeroes[512];

	while (write(fd, zeroes, sizeof(zeroes)) > 0)
		;
	if (errno != ENOSPC)
		fail("cannot fill the disk: %s", strerror(errno));
	close(fd);
}

void helper_empty_disk(void)
{
	if (unlink(FILLER))
		fail("%s: %s", FILLER, strerror(errno));
}

void helper_change(struct bgt *bgt, const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "sed -i '%s' " HELPER_TOP "/bgtaskd.conf", script);
	if (system(command))
		fail("%s: failed", command);
	helper_restart(bgt);
}

/* Deletes the containers of apps, which a helper leaves to the next helper. */
static void delete_containers(void)
{
	struct bgt_container *list, *container;
	struct bgt *bgt;

	/* Some tests unload the module. */
	if (bgt_open(&bgt))
		return;
	if (bgt_container_list(bgt, &list))
		fail("bgt_container_list: %s", bgt_error(bgt));
	for (container = list; container; container = container->next)
		if (!strncmp(container->name, PREFIX, strlen(PREFIX)))
			(void)bgt_container_del(bgt, container->id);
	bgt_container_free(list);
	bgt_close(bgt);
}

void helper_end(void)
{
	helper_kill();
	/* The instances of all apps. */
	cgroup_remove_tree(CGROUP_ROOT "/" HELPER_CGROUP);
	delete_containers();
	/* Fails unless helper_move_to_disk() was called. */
	(void)umount2(STATE, MNT_DETACH | UMOUNT_NOFOLLOW);
}

void helper_go_down(void)
{
	helper_end();
	files_remove(HELPER_TOP "/run");
}

void helper_come_up(struct bgt *bgt)
{
	helper_launch(bgt);
}
