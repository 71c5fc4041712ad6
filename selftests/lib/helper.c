// SPDX-License-Identifier: GPL-2.0
/*
 * Starts, kills and restarts bgtaskd for a test, with a configuration and directories of its own;
 * installs apps, and registers and fires tasks. If an instance does not do what it is waited for,
 * the end of the helper's log is printed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "scene.h"
#include "task.h"

#define CGROUP	"bgtask-selftest-apps"
/* Of the ids of all apps. */
#define PREFIX	"org.example."
#define STATE	HELPER_TOP "/state"
#define FILLER	STATE "/filler"

static pid_t helper;
static int given = -1;
static char given_name[64];

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

	snprintf(path, sizeof(path), CGROUP_ROOT "/" CGROUP "/%s/%s", app, below);
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

/* With all that is in it, if it is there: a shell with rm(1) takes longer than most tests. */
static void remove_files(const char *path)
{
	nftw(path, remove_file, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static void make_directory(const char *path, mode_t mode)
{
	if (mkdir(path, mode) && errno != EEXIST)
		fail("cannot make %s: %s", path, strerror(errno));
	/* Whatever the umask is. */
	if (chmod(path, mode))
		fail("cannot change %s: %s", path, strerror(errno));
}

/* Beside the tests in the build directory, or where it was installed. */
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

/* In the helper's process: as sd_listen_fds(3) and sd_watchdog_enabled(3) have it. */
static void take_given(void)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", getpid());
	/* Unless it is to be that of another one. */
	if (getenv("WATCHDOG_USEC"))
		setenv("WATCHDOG_PID", number, 0);
	if (given < 0)
		return;
	dup2(given, 3);
	/* Where it was already. */
	fcntl(3, F_SETFD, 0);
	setenv("LISTEN_PID", number, 1);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_FDNAMES", given_name, 1);
}

/* What it logs is added to a file. */
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
	/* A test that is broken off does not leave it behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp(path, "bgtaskd", "-c", HELPER_TOP "/bgtaskd.conf", NULL);
	_exit(127);
}

pid_t helper_pid(void)
{
	return helper;
}

/* The end of the log, to see why something did not happen. */
static void note_log(void)
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

void helper_launch(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	uint32_t holding, set;
	enum bgt_work_cost cost;

	helper_begin();
	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (now() > end || waitpid(helper, NULL, WNOHANG)) {
			note_log();
			fail("the helper does not come up: %s", bgt_error(bgt));
		}
		look_later(end);
	}
}

static void start(struct bgt *bgt, const struct helper_settings *settings, const char *state)
{
	char text[1024], timeout[64] = "";

	make_directory(HELPER_TOP "/apps", 0755);
	if (settings->cancel_timeout)
		snprintf(timeout, sizeof(timeout), "CancelTimeout=%llums\n",
			 (unsigned long long)(settings->cancel_timeout / MSEC));
	snprintf(text, sizeof(text),
		 "[Helper]\nStateDirectory=%s\nRuntimeDirectory=" HELPER_TOP "/run\n"
		 "ManifestDirectories=" HELPER_TOP "/none " HELPER_TOP "/apps\n"
		 "Cgroup=" CGROUP "\nIdleWindow=0\nIdleWindowStandby=0\nMemoryStall=0\n"
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
	remove_files(HELPER_TOP);
	make_directory(HELPER_TOP, 0755);
	make_directory(HELPER_SAID, 01777);
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

/* What the helper leaves to the next one: the apps' containers. */
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
	/* All instances, of whatever app. */
	cgroup_remove_tree(CGROUP_ROOT "/" CGROUP);
	delete_containers();
	/* Where there is a disk. */
	(void)umount2(STATE, MNT_DETACH | UMOUNT_NOFOLLOW);
}

void helper_go_down(void)
{
	helper_end();
	remove_files(HELPER_TOP "/run");
}

void helper_come_up(struct bgt *bgt)
{
	helper_launch(bgt);
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
			note_log();
			return false;
		}
		look_later(end);
	}
	return true;
}

void helper_install(struct bgt *bgt, const char *app, const char *lines)
{
	char *text, file[128], id[BGT_NAME_MAX + 1];

	if (asprintf(&text, "[App]\nId=%s\nUser=nobody\n%s", app, lines) < 0)
		fail("out of memory");
	snprintf(file, sizeof(file), "apps/%s.bgtask", app);
	if (bgt_app_install(bgt, helper_write(file, text), id))
		fail("bgt_app_install: %s", bgt_error(bgt));
	free(text);
}

int helper_try_register(struct bgt *bgt, struct wanted wanted, uint32_t *id)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	if (!builder)
		fail("out of memory");
	bgt_task_builder_set_app(builder, wanted.app ? wanted.app : APP);
	bgt_task_builder_set_name(builder, wanted.name);
	bgt_task_builder_set_trigger(builder, wanted.trigger);
	if (wanted.interval)
		bgt_task_builder_set_interval(builder, wanted.interval);
	if (wanted.oneshot)
		bgt_task_builder_set_oneshot(builder, true);
	if (wanted.conditions)
		bgt_task_builder_add_condition(builder, (enum bgt_condition)wanted.conditions);
	if (wanted.cancel)
		bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	error = bgt_task_register(builder, id);
	bgt_task_builder_free(builder);
	return error;
}

uint32_t helper_register(struct bgt *bgt, struct wanted wanted)
{
	uint32_t id = 0;

	if (helper_try_register(bgt, wanted, &id))
		fail("cannot register %s: %s", wanted.name, bgt_error(bgt));
	return id;
}

uint32_t helper_register_plain(struct bgt *bgt, const char *name)
{
	return helper_register(bgt, (struct wanted){ .name = name,
						     .trigger = BGT_TRIGGER_APPLICATION });
}

void helper_fire(struct bgt *bgt, const char *name)
{
	if (bgt_trigger_fire(bgt, APP, name, BGT_TRIGGER_APPLICATION, "an argument"))
		fail("cannot fire %s: %s", name, bgt_error(bgt));
}

const struct bgt_instance *instance_look(struct bgt *bgt, const char *app, const char *task)
{
	static struct bgt_instance *list;
	struct bgt_instance *instance, *last = NULL;

	bgt_instance_free(list);
	list = NULL;
	if (bgt_instance_list(bgt, app, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next)
		if (!strcmp(instance->name, task))
			last = instance;
	return last;
}

unsigned int instance_count(struct bgt *bgt, const char *app)
{
	struct bgt_instance *list, *instance;
	unsigned int count = 0;

	if (bgt_instance_list(bgt, app, &list))
		fail("bgt_instance_list: %s", bgt_error(bgt));
	for (instance = list; instance; instance = instance->next)
		count++;
	bgt_instance_free(list);
	return count;
}

const struct bgt_instance *instance_wait(struct bgt *bgt, const char *app, const char *task,
					 enum bgt_instance_state state)
{
	uint64_t end = now() + DEADLINE;
	const struct bgt_instance *instance;

	do {
		instance = instance_look(bgt, app, task);
		if (instance && instance->state == state)
			return instance;
		look_later(end);
	} while (now() < end);
	note("the last instance of %s is in state %s: %s", task,
	     instance ? bgt_instance_state_name(instance->state) : "none",
	     instance ? instance->message : "");
	note_log();
	return NULL;
}

const struct bgt_instance *helper_run(struct bgt *bgt, const char *name)
{
	const struct bgt_instance *instance;

	helper_register_plain(bgt, name);
	helper_fire(bgt, name);
	instance = instance_wait(bgt, APP, name, BGT_INSTANCE_RUNNING);
	if (!instance)
		fail("%s does not run", name);
	return instance;
}

const struct bgt_container *helper_container(struct bgt *bgt)
{
	static struct bgt_container *last;

	bgt_container_free(last);
	last = NULL;
	if (bgt_container_get_by_name(bgt, APP, &last))
		fail("bgt_container_get_by_name: %s", bgt_error(bgt));
	return last;
}

bool helper_uncounted(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;

	while (helper_container(bgt)->count_traffic && now() < end)
		look_later(end);
	return !helper_container(bgt)->count_traffic;
}

uint32_t helper_app_member(struct bgt *bgt)
{
	struct bgt_container *container;
	struct bgt_member *list, *member;
	uint32_t id = 0;

	if (bgt_container_get_by_name(bgt, APP, &container) ||
	    bgt_member_list(bgt, container->id, &list))
		fail("bgt_member_list: %s", bgt_error(bgt));
	for (member = list; member; member = member->next)
		if (member->role == BGT_ROLE_APP)
			id = member->id;
	bgt_member_free(list);
	bgt_container_free(container);
	return id;
}

void helper_wait_throttled(struct bgt *bgt)
{
	uint64_t end = now() + DEADLINE;
	struct bgt_container *container;
	struct bgt_member *list, *member;
	bool throttled, frozen = false;

	do {
		if (bgt_container_get_by_name(bgt, APP, &container))
			fail("bgt_container_get_by_name: %s", bgt_error(bgt));
		throttled = container->throttled;
		if (bgt_member_list(bgt, container->id, &list))
			fail("bgt_member_list: %s", bgt_error(bgt));
		for (member = list; member; member = member->next)
			if (member->role == BGT_ROLE_TASK)
				frozen = member->frozen;
		bgt_member_free(list);
		bgt_container_free(container);
		if (throttled && frozen)
			return;
		look_later(end);
	} while (now() < end);
	fail("the app is not throttled");
}
