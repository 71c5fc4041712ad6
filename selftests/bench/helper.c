// SPDX-License-Identifier: GPL-2.0
/*
 * Starts and ends bgtaskd to be measured, with a configuration, a state directory and manifests of
 * its own, and reads the size of bgtaskd's memory.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE	(120 * SEC)
#define PAUSE_US	2000

static const char *top;
static pid_t helper;

static const char *path_of(const char *file)
{
	static char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", top, file) >= (int)sizeof(path))
		die("the name of %s is too long", top);
	return path;
}

static void put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		die("cannot write %s", path);
}

static void make_directory(void)
{
	static const char *const parts[] = { "", "apps", "state" };
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	if (system(command))
		die("cannot remove %s", top);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (mkdir(path_of(parts[i]), 0755))
			die("cannot make %s", path_of(parts[i]));
}

void helper_prepare(const char *directory)
{
	char text[PATH_MAX * 4];

	top = directory;
	make_directory();
	snprintf(text, sizeof(text),
		 "[Helper]\nStateDirectory=%s/state\nRuntimeDirectory=%s/run\n"
		 "ManifestDirectories=%s/none %s/apps\nCgroup=" HELPER_CGROUP "\n"
		 "[Class standard]\nQuota=unlimited\nPeriod=1h\n",
		 top, top, top, top);
	put(path_of("bgtaskd.conf"), text);
}

void helper_start(struct bgt *bgt)
{
	uint64_t end = now() + (uint64_t)PATIENCE;
	enum bgt_work_cost cost;
	uint32_t holding, set;

	helper = fork();
	if (!helper) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("bgtaskd", "bgtaskd", "-c", path_of("bgtaskd.conf"), NULL);
		die("cannot run bgtaskd");
	}
	while (bgt_condition_get(bgt, &holding, &set, &cost)) {
		if (now() > end || waitpid(helper, NULL, WNOHANG))
			die("the helper does not come up: %s", bgt_error(bgt));
		usleep(PAUSE_US);
	}
}

void helper_end(void)
{
	kill(helper, SIGKILL);
	waitpid(helper, NULL, 0);
}

void helper_put_manifest(const char *app, const char *tasks)
{
	char path[PATH_MAX];
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/apps/%s.bgtask", top, app) >= (int)sizeof(path))
		die("the name of %s is too long", app);
	file = fopen(path, "we");
	if (!file || fprintf(file, "[App]\nId=%s\nUser=nobody\n%s", app, tasks) < 0 ||
	    fclose(file))
		die("cannot write %s", path);
}

double helper_memory(void)
{
	unsigned long kilobytes = 0;
	char path[64], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", helper);
	file = fopen(path, "re");
	if (!file)
		die("cannot open %s", path);
	while (fgets(line, sizeof(line), file) && sscanf(line, "Pss: %lu", &kilobytes) != 1)
		;
	fclose(file);
	return kilobytes * 1024.0;
}
