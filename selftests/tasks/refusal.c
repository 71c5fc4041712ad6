// SPDX-License-Identifier: GPL-2.0
/* What the helper refuses, with a reason: registrations, manifests, databases. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container.h"
#include "genl.h"
#include "helper.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define TASKS									\
	"Class=free\n"								\
	"[Task ok]\nEntryPoint=/bin/true\nTriggers=application time maintenance\n"	\
	"[Task other]\nEntryPoint=/bin/true\nTriggers=application\n"

#define DATABASE	HELPER_TOP "/state/registry.db"

FIXTURE(refusal) {
	struct bgt *bgt;
	struct genl genl;
};

FIXTURE_SETUP(refusal)
{
	scene_begin();
	self->bgt = mutex_connect();
	ASSERT_EQ(0, genl_open(&self->genl));
	helper_start(self->bgt);
	helper_install(self->bgt, APP, TASKS);
}

FIXTURE_TEARDOWN(refusal)
{
	helper_end();
}

static int try(struct bgt *bgt, struct wanted wanted)
{
	uint32_t id;

	return helper_try_register(bgt, wanted, &id);
}

static bool has_tasks(struct bgt *bgt)
{
	struct bgt_task *list;
	bool has;

	if (bgt_task_list(bgt, APP, &list))
		fail("bgt_task_list: %s", bgt_error(bgt));
	has = list;
	bgt_task_free(list);
	return has;
}

/* The manifest declares the triggers that a task may have. */
TEST_F_TIMEOUT(refusal, trigger_not_declared, 60)
{
	for (int trigger = 0; trigger <= BGTASK_TRIGGER_MAX; trigger++) {
		if (trigger == BGT_TRIGGER_APPLICATION)
			continue;
		EXPECT_EQ(-EACCES, try(self->bgt, (struct wanted){
			.name = "other", .trigger = (enum bgt_trigger)trigger, .interval = SEC }));
		EXPECT_STREQ("the manifest does not allow this trigger", bgt_error(self->bgt));
	}
	EXPECT_EQ(-EACCES, try(self->bgt, (struct wanted){ .name = "unknown" }));
	EXPECT_STREQ("the manifest has no task \"unknown\"", bgt_error(self->bgt));
	EXPECT_FALSE(has_tasks(self->bgt));
}

TEST_F_TIMEOUT(refusal, registration, 60)
{
	const enum bgt_trigger time = BGT_TRIGGER_TIME;

	EXPECT_EQ(-ENOENT, try(self->bgt, (struct wanted){ .name = "ok",
							   .app = "org.example.None" }));
	EXPECT_STREQ("there is no such app", bgt_error(self->bgt));
	EXPECT_EQ(-ERANGE, try(self->bgt, (struct wanted){
		.name = "ok", .trigger = time, .interval = INTERVAL_MIN - 1 }));
	EXPECT_EQ(-ERANGE, try(self->bgt, (struct wanted){ .name = "ok", .trigger = time }));
	EXPECT_EQ(-EINVAL, try(self->bgt, (struct wanted){ .name = "ok", .interval = SEC }));
	EXPECT_STREQ("only time and maintenance have an interval", bgt_error(self->bgt));
	EXPECT_EQ(-EINVAL, try(self->bgt, (struct wanted){ .name = "" }));
	EXPECT_EQ(-EINVAL, try(self->bgt, (struct wanted){ .name = "a/b" }));
	/* Triggers and conditions that do not exist. */
	EXPECT_EQ(-ERANGE, try(self->bgt, (struct wanted){ .name = "ok",
							   .trigger = (enum bgt_trigger)99 }));
	EXPECT_EQ(-EINVAL, try(self->bgt, (struct wanted){ .name = "ok", .conditions = 0x40 }));
	EXPECT_FALSE(has_tasks(self->bgt));

	helper_register_plain(self->bgt, "ok");
	EXPECT_EQ(-EEXIST, try(self->bgt, (struct wanted){ .name = "ok" }));
	EXPECT_STREQ("the app has a task of this name", bgt_error(self->bgt));
	EXPECT_EQ(-ENOENT, bgt_task_unregister(self->bgt, 4711, false));
	EXPECT_EQ(-ENOENT, bgt_trigger_fire(self->bgt, APP, "other", BGT_TRIGGER_APPLICATION,
					    NULL));
	EXPECT_EQ(-ENOENT, bgt_trigger_fire(self->bgt, "org.example.None", "ok",
					    BGT_TRIGGER_APPLICATION, NULL));
	EXPECT_EQ(-EINVAL, bgt_trigger_fire(self->bgt, APP, "ok", BGT_TRIGGER_PUSH, NULL));
	EXPECT_STREQ("the task has another trigger", bgt_error(self->bgt));
	EXPECT_EQ(0, instance_count(self->bgt, APP));
}

/* Messages that the library would not send. */
TEST_F_TIMEOUT(refusal, two_triggers_and_none, 60)
{
	struct genl *genl = &self->genl;

	for (int count = 0; count <= 2; count++) {
		genl_begin(genl, BGTASK_CMD_TASK_REGISTER);
		genl_put_string(genl, BGTASK_A_TASK_APP, APP);
		genl_put_string(genl, BGTASK_A_TASK_NAME, "ok");
		for (int i = 0; i < count; i++)
			genl_put_u32(genl, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_APPLICATION);
		EXPECT_EQ(count == 1 ? 0 : -EINVAL, genl_do(genl));
		if (count == 0)
			EXPECT_STREQ("trigger is missing", genl->text);
		if (count == 2)
			EXPECT_NE(NULL, strstr(genl->text, "is there twice"));
		EXPECT_EQ(count >= 1, has_tasks(self->bgt));
	}
}

/*
 * The caller and the log are told the line and the mistake of a manifest; other apps are not
 * affected.
 */
TEST_F_TIMEOUT(refusal, manifest, 60)
{
	static const struct {
		const char *file;
		const char *text;
		const char *reason;
	} bad[] = {
		{ "apps/org.example.A.bgtask",
		  "[App]\nId=org.example.A\nUser=nobody\n[Task a]\nTriggers=time never\n",
		  "5: unknown trigger \"never\"" },
		{ "apps/org.example.B.bgtask",
		  "[App]\nId=org.example.B\nUser=nobody\n\n[Task b]\nTriggers=time\n",
		  "5: task \"b\" has no EntryPoint" },
		{ "apps/org.example.C.bgtask", "[App]\nId=org.example.C\nwhat is this\n",
		  "3: neither a section nor a key with a value" },
	};
	char reason[256], id[BGT_NAME_MAX + 1];
	struct bgt_app *apps;

	helper_install(self->bgt, "org.example.Other", "");
	helper_register_plain(self->bgt, "ok");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, bgt_app_install(self->bgt,
						   helper_write(bad[i].file, bad[i].text), id));
		snprintf(reason, sizeof(reason), "line %s", bad[i].reason);
		EXPECT_STREQ(reason, bgt_error(self->bgt));
	}
	helper_restart(self->bgt);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(reason, sizeof(reason), "%s/%s:%s", HELPER_TOP, bad[i].file,
			 bad[i].reason);
		EXPECT_TRUE(helper_logs(reason));
	}
	ASSERT_EQ(0, bgt_app_list(self->bgt, &apps));
	ASSERT_NE(NULL, apps);
	EXPECT_STREQ(APP, apps->id);
	ASSERT_NE(NULL, apps->next);
	EXPECT_STREQ("org.example.Other", apps->next->id);
	EXPECT_EQ(NULL, apps->next->next);
	bgt_app_free(apps);
	helper_fire(self->bgt, "ok");
	EXPECT_NE(NULL, instance_wait(self->bgt, APP, "ok", BGT_INSTANCE_COMPLETED));
}

/* Reads a whole file; the caller frees the text. */
static char *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *text;

	if (fd < 0 || fstat(fd, &status))
		fail("%s: %s", path, strerror(errno));
	*size = (size_t)status.st_size;
	text = malloc(*size + 1);
	if (!text || read(fd, text, *size) != (ssize_t)*size)
		fail("%s: cannot be read", path);
	close(fd);
	return text;
}

static void write_file(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, text, size) != (ssize_t)size)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* The helper does not start, says why and what can be done, and leaves the files unchanged. */
static bool is_refused(const char *text, size_t size, const char *reason)
{
	char *after, log[512];
	size_t size_after;
	bool same;

	write_file(DATABASE, text, size);
	helper_begin();
	if (helper_wait() != 1)
		return false;
	after = read_file(DATABASE, &size_after);
	same = size == size_after && !memcmp(text, after, size);
	free(after);
	snprintf(log, sizeof(log), DATABASE ": %s", reason);
	return same && helper_logs(log) &&
	       helper_logs("it was not changed. To begin anew, move it and registry.db-wal away");
}

TEST_F_TIMEOUT(refusal, damaged_database, 60)
{
	size_t size, page = 4096;
	struct bgt_task *list;
	char *good, *bad;

	helper_register_plain(self->bgt, "ok");
	/* A helper that ends properly leaves everything in one file. */
	EXPECT_EQ(0, helper_quit());
	EXPECT_NE(0, access(DATABASE "-wal", F_OK));
	good = read_file(DATABASE, &size);
	bad = malloc(size);
	ASSERT_NE(NULL, bad);
	ASSERT_GT(size, 3 * page);

	EXPECT_TRUE(is_refused("hello\n", 6, "is not a database"));
	EXPECT_TRUE(is_refused("", 0, "is not a database"));
	EXPECT_TRUE(is_refused(good, size - page, "is damaged"));
	memcpy(bad, good, size);
	memset(bad + page, 0x5a, page);
	EXPECT_TRUE(is_refused(bad, size, "is damaged"));
	free(bad);

	/* The helper starts with the original database, and with none. */
	write_file(DATABASE, good, size);
	helper_launch(self->bgt);
	helper_kill();
	ASSERT_EQ(0, system("mkdir " HELPER_TOP "/away && mv " HELPER_TOP "/state/* " HELPER_TOP
			    "/away"));
	helper_launch(self->bgt);
	ASSERT_EQ(0, bgt_task_list(self->bgt, APP, &list));
	EXPECT_EQ(NULL, list);
	helper_register_plain(self->bgt, "ok");
	free(good);
}

TEST_HARNESS_MAIN
