// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "helper.h"
#include "scene.h"
#include "task.h"

#define CGROUP	"bgtask-selftest-apps"

static pid_t helper;

const char *helper_path(const char *file)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), HELPER_TOP "/%s", file);
	return path;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void run(const char *command)
{
	if (system(command))
		fail("%s: failed", command);
}

void helper_launch(struct bgt *bgt)
{
	char program[PATH_MAX] = "", path[PATH_MAX + 64];
	uint64_t end = now() + DEADLINE;
	uint32_t holding, set;
	enum bgt_work_cost cost;

	/* Beside the tests in the build directory, or where it was installed. */
	if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
		fail("readlink: %s", strerror(errno));
	snprintf(path, sizeof(path), "%s/../../bin/bgtaskd", dirname(program));
	if (access(path, X_OK))
		strcpy(path, "bgtaskd");
	helper = fork();
	if (!helper) {
		close_range(3, UINT_MAX, 0);
		/* A test that is broken off does not leave it behind. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp(path, "bgtaskd", "-c", HELPER_TOP "/bgtaskd.conf", NULL);
		_exit(127);
	}
	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (now() > end || waitpid(helper, NULL, WNOHANG))
			fail("the helper does not come up: %s", bgt_error(bgt));
		usleep(10000);
	}
}

void helper_start(struct bgt *bgt)
{
	char text[1024];

	helper_end();
	run("rm -rf " HELPER_TOP " && mkdir -p " HELPER_TOP "/apps " HELPER_TOP "/state");
	snprintf(text, sizeof(text),
		 "[Helper]\nStateDirectory=" HELPER_TOP "/state\n"
		 "ManifestDirectories=" HELPER_TOP "/none " HELPER_TOP "/apps\n"
		 "Cgroup=" CGROUP "\nMinimumInterval=%llums\nCancelTimeout=%llums\n"
		 "LockScreenSlots=%d\nHistory=20\n"
		 "[Class standard]\nQuota=300ms\nPeriod=3s\n",
		 (unsigned long long)(INTERVAL_MIN / MSEC),
		 (unsigned long long)(CANCEL_TIMEOUT / MSEC), SLOTS);
	put(helper_path("bgtaskd.conf"), text);
	helper_launch(bgt);
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

void helper_quit(void)
{
	kill(helper, SIGTERM);
	if (task_wait(helper))
		fail("the helper has not ended well");
	helper = 0;
}

void helper_restart(struct bgt *bgt)
{
	helper_kill();
	helper_launch(bgt);
}

void helper_end(void)
{
	helper_kill();
	/* All instances, of whatever app. */
	run("for cgroup in " CGROUP_ROOT "/" CGROUP "/*/; do"
	    " [ ! -e $cgroup/cgroup.kill ] || echo 1 >$cgroup/cgroup.kill; done; :");
	run("for i in $(seq 300); do [ -e " CGROUP_ROOT "/" CGROUP " ] || break;"
	    " find " CGROUP_ROOT "/" CGROUP " -depth -type d -exec rmdir {} \\; 2>/dev/null;"
	    " sleep 0.02; done");
}

void helper_install(struct bgt *bgt, const char *app, const char *tasks)
{
	char text[2048], file[128], id[BGT_NAME_MAX + 1];

	snprintf(text, sizeof(text), "[App]\nId=%s\nUser=nobody\n%s", app, tasks);
	snprintf(file, sizeof(file), "apps/%s.bgtask", app);
	put(helper_path(file), text);
	if (bgt_app_install(bgt, helper_path(file), id))
		fail("bgt_app_install: %s", bgt_error(bgt));
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
		usleep(5000);
	} while (now() < end);
	note("the last instance of %s is in state %s: %s", task,
	     instance ? bgt_instance_state_name(instance->state) : "none",
	     instance ? instance->message : "");
	return NULL;
}
