// SPDX-License-Identifier: GPL-2.0
/*
 * The module's behaviour with default parameters: each has the value that modinfo(8) prints, and
 * that value has its effect.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define PARAMETERS	"/sys/module/bgtask/parameters"
#define NAME		"parameters"

static const struct {
	const char *name;
	const char *value;
} defaults[] = {
	{ "anticipate", "Y" },
	{ "container_calls", "64" },
	{ "container_mutexes", "1024" },
	{ "container_sockets", "1024" },
	{ "grace", "50" },
	{ "user_calls", "256" },
	{ "user_mutexes", "16384" },
	{ "user_sockets", "16384" },
};

FIXTURE(parameters) {
	struct bgt *bgt;
	/* The container of the cgroup "a". */
	uint32_t id;
};

/* Loads the module anew, since others may have set parameters. */
FIXTURE_SETUP(parameters)
{
	struct rlimit many = { 4096, 4096 };
	uint64_t end = now() + DEADLINE;
	int error;

	while ((error = module_unload()) == -EAGAIN && now() < end)
		look_later(end);
	ASSERT_EQ(0, error);
	ASSERT_EQ(0, module_load());
	scene_begin();
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(parameters)
{
	if (!module_is_loaded())
		module_load();
	scene_end();
}

static void read_parameter(const char *name, char *text, size_t room)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), PARAMETERS "/%s", name);
	file = fopen(path, "re");
	if (!file || !fgets(text, (int)room, file))
		fail("%s: %s", path, strerror(errno));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
}

TEST_F_TIMEOUT(parameters, values, 60)
{
	DIR *directory = opendir(PARAMETERS);
	struct dirent *entry;
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(defaults); i++) {
		read_parameter(defaults[i].name, text, sizeof(text));
		EXPECT_STREQ(defaults[i].value, text) {
			TH_LOG("%s is not what it should be", defaults[i].name);
		}
	}
	/* The module has no other parameters. */
	ASSERT_NE(NULL, directory);
	while ((entry = readdir(directory))) {
		for (i = 0; i < ARRAY_SIZE(defaults) && strcmp(defaults[i].name, entry->d_name); )
			i++;
		EXPECT_TRUE(*entry->d_name == '.' || i < ARRAY_SIZE(defaults)) {
			TH_LOG("%s is not tested", entry->d_name);
		}
	}
	closedir(directory);
}

/* The descriptions in the module's file name the defaults. */
TEST_F_TIMEOUT(parameters, descriptions, 60)
{
	int fd = module_open();
	struct stat stat;
	char *content;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(fd, &stat));
	content = malloc((size_t)stat.st_size);
	ASSERT_NE(NULL, content);
	for (ssize_t size = 0, part; size < stat.st_size; size += part) {
		part = read(fd, content + size, (size_t)(stat.st_size - size));
		ASSERT_LT(0, part);
	}
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++) {
		char begin[64], words[64];
		const char *description;

		snprintf(begin, sizeof(begin), "parm=%s:", defaults[i].name);
		description = memmem(content, (size_t)stat.st_size, begin, strlen(begin));
		ASSERT_NE(NULL, description);
		snprintf(words, sizeof(words), "(default %s", defaults[i].value);
		description = strstr(description, words);
		EXPECT_NE(NULL, description) {
			TH_LOG("%s: no \"%s\"", defaults[i].name, words);
		}
		if (description)
			EXPECT_NE(NULL, strchr(",)", description[strlen(words)]));
	}
	free(content);
}

/* A frozen owner that others wait for runs for the default grace, and no longer. */
TEST_F_TIMEOUT(parameters, grace, 60)
{
	uint64_t slack = exact_clock() ? 10 * MSEC : 500 * MSEC, usage;
	struct party waiter;

	mutex_own_and_burn(self->bgt, "a", NAME);
	EXPECT_TRUE(container_is_charged(self->bgt, self->id, 20 * MSEC));
	container_set_quota(self->bgt, self->id, 0);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	cgroup_wait_frozen("a", true);
	usage = container_look(self->bgt, self->id)->usage;
	/* Waits long, but not for ever. */
	waiter = party_new(NAME);
	EXPECT_EQ(-ETIMEDOUT, bgt_mutex_acquire(waiter.mutex, 2000));
	cgroup_wait_frozen("a", true);
	usage = container_look(self->bgt, self->id)->usage - usage;
	EXPECT_EQ(1, container_look(self->bgt, self->id)->times_lent);
	note("%llu us were used", (unsigned long long)(usage / USEC));
	EXPECT_LE(usage, 50 * MSEC + slack);
	if (exact_clock())
		EXPECT_GE(usage, 40 * MSEC);
}

/* Freezing begins early once the module knows how long it takes. */
TEST_F_TIMEOUT(parameters, anticipate, 60)
{
	uint64_t end = now() + DEADLINE;
	struct burner burner;

	container_set_budget(self->bgt, self->id, 40 * MSEC, 150 * MSEC);
	burner = burner_start("a", 2);
	/* A single freeze may have taken no measurable time. */
	while (!container_look(self->bgt, self->id)->lead && now() < end)
		look_later(end);
	EXPECT_GT(container_look(self->bgt, self->id)->lead, 0);
	burner_end(&burner);
}

/*
 * Each of these does something as often as the limit allows, and once more, which must be refused.
 */
static int mutexes(void *data)
{
	struct bgt *bgt = mutex_connect();
	int number = *(int *)data;
	char name[32];

	for (int i = 0; i < number; i++) {
		snprintf(name, sizeof(name), NAME "-%d", i);
		if (bgt_mutex_acquire(mutex_open(bgt, name, BGT_SCOPE_USER), 0) < 0)
			return 1;
	}
	return bgt_mutex_acquire(mutex_open(bgt, NAME, BGT_SCOPE_USER), 0) == -EDQUOT ? 0 : 2;
}

static int ask(struct bgt *bgt)
{
	return bgt_mutex_release(mutex_open(bgt, NAME, BGT_SCOPE_USER));
}

static int sockets(void *data)
{
	int number = *(int *)data;

	for (int i = 0; i < number; i++) {
		if (ask(mutex_connect()) != -ENOENT)
			return 1;
	}
	return ask(mutex_connect()) == -EDQUOT ? 0 : 2;
}

/* No helper answers, so all calls wait. */
static int calls(void *data)
{
	int number = *(int *)data;
	struct genl genl;

	if (genl_open(&genl))
		return 3;
	for (int i = 0; i <= number; i++) {
		genl_begin(&genl, BGTASK_CMD_TASK_UNREGISTER);
		genl_put_string(&genl, BGTASK_A_TASK_NAME, "x");
		if (genl_send(&genl, 0))
			return 4;
		if (i == number - 1 && genl_result(&genl, 0) != -ETIME)
			return 1;
	}
	return genl_result(&genl, DEADLINE) == -EDQUOT ? 0 : 2;
}

/* The limit of a container; a user's limit is much higher, and would take long to reach. */
TEST_F_TIMEOUT(parameters, limit_of_mutexes, 60)
{
	int number = 1024;

	EXPECT_EQ(0, task_wait(task_start("a", mutexes, &number)));
}

TEST_F_TIMEOUT(parameters, limit_of_sockets, 60)
{
	int number = 1024;

	EXPECT_EQ(0, task_wait(task_start("a", sockets, &number)));
}

/* Also the limit of a user, which counts outside of containers. */
TEST_F_TIMEOUT(parameters, limit_of_calls, 60)
{
	int number = 64, room = 4 << 20;
	struct genl helper;

	ASSERT_EQ(0, genl_open(&helper));
	ASSERT_EQ(0, setsockopt(helper.socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)));
	genl_begin(&helper, BGTASK_CMD_HELPER_ATTACH);
	ASSERT_EQ(0, genl_do(&helper));
	EXPECT_EQ(0, task_wait(task_start("a", calls, &number)));
	number = 256;
	EXPECT_EQ(0, task_wait(task_start("", calls, &number)));
	genl_close(&helper);
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"limit_of_mutexes",
			    (char *)"-T", (char *)"limit_of_sockets", NULL };
	const char *kernel = getenv("KERNEL");

	/* These take the debug kernel minutes, and it would find nothing new in them. */
	if (argc == 1 && kernel && !strcmp(kernel, "debug"))
		return test_harness_run(5, reduced);
	return test_harness_run(argc, argv);
}
