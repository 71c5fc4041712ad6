// SPDX-License-Identifier: GPL-2.0
/*
 * Tests the registry: what it keeps, what it refuses, and what happens when the disk is full or the
 * process is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "registry-internal.h"

struct test {
	unsigned int number, failed;
	char base[64];
	char directory[96];	/* of the registry */
	char path[128];		/* its file */
	struct registry *registry;
	struct problem problem;
};

static void ok(struct test *test, int good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++test->number, what);
	fflush(stdout);
	test->failed += !good;
}

/* Each test has a directory of its own. */
static void begin(struct test *test, const char *name)
{
	snprintf(test->directory, sizeof(test->directory), "%s/%s", test->base, name);
	snprintf(test->path, sizeof(test->path), "%s/registry.db", test->directory);
}

static int reopen(struct test *test)
{
	registry_close(test->registry);
	test->registry = NULL;
	test->problem.text[0] = '\0';
	return registry_open(&test->registry, test->directory, &test->problem);
}

static void end(struct test *test)
{
	registry_close(test->registry);
	test->registry = NULL;
}

static struct task_record make_task(const char *app, unsigned int number)
{
	struct task_record task = {
		.trigger = BGTASK_TRIGGER_USER_PRESENT, .interval = UINT64_MAX, .oneshot = true,
		.conditions = 0x3f, .cancel_on_condition_loss = true, .due = 1234567890123456789,
	};

	snprintf(task.app, sizeof(task.app), "%s", app);
	snprintf(task.name, sizeof(task.name), "task %u", number);
	memset(task.entry_point, 'e', TEXT_MAX);
	return task;
}

static struct instance_record make_instance(const char *app)
{
	struct instance_record instance = {
		.task = 4000000000, .trigger = BGTASK_TRIGGER_PUSH, .cancelled = true,
		.argument = "argument", .state = BGTASK_INSTANCE_STATE_RUNNING,
		.reason = BGTASK_CANCEL_REASON_ENERGY_SAVER, .progress = 99, .status = -5,
		.message = "message", .fired = 1, .started = 2, .ended = 0, .pid = 77,
		.start_time = UINT64_MAX, .cgroup = "cgroup", .name = "name",
	};

	snprintf(instance.app, sizeof(instance.app), "%s", app);
	return instance;
}

struct tasks {
	unsigned int count;
	struct task_record last;
};

static int count_task(void *data, const struct task_record *task)
{
	struct tasks *tasks = data;

	tasks->count++;
	tasks->last = *task;
	return 0;
}

struct instances {
	unsigned int count;
	uint32_t first;
	struct instance_record last;
};

static int count_instance(void *data, const struct instance_record *instance)
{
	struct instances *instances = data;

	if (!instances->count++)
		instances->first = instance->id;
	instances->last = *instance;
	return 0;
}

static int remove_task(void *data, const struct task_record *task)
{
	return registry_task_remove(data, task->id);
}

static int same_task(const struct task_record *a, const struct task_record *b)
{
	return a->id == b->id && !strcmp(a->app, b->app) && !strcmp(a->name, b->name) &&
	       !strcmp(a->entry_point, b->entry_point) && a->trigger == b->trigger &&
	       a->interval == b->interval && a->oneshot == b->oneshot &&
	       a->conditions == b->conditions && a->due == b->due &&
	       a->cancel_on_condition_loss == b->cancel_on_condition_loss;
}

static int same_instance(const struct instance_record *a, const struct instance_record *b)
{
	return a->id == b->id && a->task == b->task && !strcmp(a->app, b->app) &&
	       !strcmp(a->name, b->name) && a->trigger == b->trigger &&
	       !strcmp(a->argument, b->argument) && a->state == b->state &&
	       a->cancelled == b->cancelled && a->reason == b->reason &&
	       a->progress == b->progress && a->status == b->status &&
	       !strcmp(a->message, b->message) && a->fired == b->fired &&
	       a->started == b->started && a->ended == b->ended && a->pid == b->pid &&
	       a->start_time == b->start_time && !strcmp(a->cgroup, b->cgroup);
}

static void test_keeping(struct test *test)
{
	struct task_record task = make_task("a", 1), other = make_task("a", 2), copy;
	struct instance_record instance = make_instance("a");
	enum bgtask_access access = BGTASK_ACCESS_DENIED_BY_USER;
	struct instances instances = { 0 };
	struct tasks tasks = { 0 };
	struct registry *second;
	struct stat status;
	uint32_t last;

	begin(test, "keeping");
	ok(test, !reopen(test) && !stat(test->directory, &status) &&
	   (status.st_mode & 0777) == 0700, "begins a new one");
	ok(test, registry_open(&second, test->directory, &test->problem) == -EBUSY, "one owner");
	ok(test, !registry_task_add(test->registry, &task) && task.id &&
	   !registry_task_add(test->registry, &other) && other.id != task.id, "adds tasks");
	copy = task;
	ok(test, registry_task_add(test->registry, &copy) == -EEXIST &&
	   *registry_error(test->registry), "duplicate name");
	strcpy(copy.app, "b");
	ok(test, !registry_task_add(test->registry, &copy), "same name in another app");
	ok(test, !registry_instance_add(test->registry, &instance) && instance.id, "adds instance");
	instance.progress = 100;
	ok(test, !registry_instance_set(test->registry, &instance, 10), "changes an instance");
	ok(test, !registry_access_get(test->registry, "a", &access) && !access, "no access yet");
	ok(test, !registry_access_set(test->registry, "a", BGTASK_ACCESS_LOCK_SCREEN) &&
	   !registry_access_set(test->registry, "a", BGTASK_ACCESS_ALWAYS_ALLOWED), "sets access");
	ok(test, !registry_task_set_due(test->registry, copy.id, UINT64_MAX), "sets due");
	copy.due = UINT64_MAX;

	ok(test, !reopen(test), "opens again");
	ok(test, !registry_task_each(test->registry, count_task, &tasks) && tasks.count == 3 &&
	   same_task(&tasks.last, &copy), "tasks are kept");
	ok(test, !registry_instance_each(test->registry, NULL, 0, count_instance, &instances) &&
	   instances.count == 1 && same_instance(&instances.last, &instance), "instance kept");
	ok(test, !registry_access_get(test->registry, "a", &access) &&
	   access == BGTASK_ACCESS_ALWAYS_ALLOWED, "access is kept");
	ok(test, registry_task_remove(test->registry, 999) == -ENOENT &&
	   registry_task_set_due(test->registry, 999, 0) == -ENOENT, "no such task");
	instance.id += 100;
	ok(test, registry_instance_set(test->registry, &instance, 1) == -ENOENT, "none such");

	last = copy.id;
	ok(test, !registry_task_each(test->registry, remove_task, test->registry) &&
	   !reopen(test) && !registry_task_add(test->registry, &task) && task.id > last,
	   "ids are not used again");
	last = instance.id - 100;
	copy.id = 0;
	ok(test, !registry_app_remove(test->registry, "a") && !reopen(test), "removes an app");
	memset(&tasks, 0, sizeof(tasks));
	memset(&instances, 0, sizeof(instances));
	registry_task_each(test->registry, count_task, &tasks);
	registry_instance_each(test->registry, "a", 0, count_instance, &instances);
	registry_access_get(test->registry, "a", &access);
	ok(test, !tasks.count && !instances.count && !access, "nothing of it is left");
	ok(test, !registry_instance_add(test->registry, &instance) && instance.id > last,
	   "ids of instances are not used again");
	sqlite3_exec(test->registry->database, "UPDATE sqlite_sequence SET seq = 4294967294", NULL,
		     NULL, NULL);
	ok(test, !registry_task_add(test->registry, &copy) && copy.id == UINT32_MAX, "greatest id");
	copy.name[0] = 'x';
	ok(test, registry_task_add(test->registry, &copy) < 0, "none behind it");
	end(test);
}

static void test_history(struct test *test)
{
	struct instance_record instance, old = make_instance("a"), other = make_instance("b");
	struct instances instances = { 0 };
	int good = 1;

	begin(test, "history");
	ok(test, !reopen(test), "history: opens");
	good &= !registry_instance_add(test->registry, &old);
	other.state = BGTASK_INSTANCE_STATE_FAILED;
	good &= !registry_instance_add(test->registry, &other);
	for (int i = 0; i < 10; i++) {
		instance = make_instance("a");
		good &= !registry_instance_add(test->registry, &instance);
		instance.state = BGTASK_INSTANCE_STATE_COMPLETED;
		good &= !registry_instance_set(test->registry, &instance, 3);
	}
	registry_instance_each(test->registry, "a", 0, count_instance, &instances);
	ok(test, good && instances.count == 4 && instances.first == old.id &&
	   instances.last.id == instance.id, "history: what runs and the last ones");
	old.state = BGTASK_INSTANCE_STATE_TERMINATED;
	good = !registry_instance_set(test->registry, &old, 3);
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, count_instance, &instances);
	ok(test, good && instances.count == 3 && instances.first == old.id,
	   "history: what has just ended stays");
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, NULL, old.id, count_instance, &instances);
	ok(test, instances.count == 3 && instances.first == other.id,
	   "history: other apps', and those behind an id");
	registry_instance_set(test->registry, &old, 0);
	memset(&instances, 0, sizeof(instances));
	registry_instance_each(test->registry, "a", 0, count_instance, &instances);
	ok(test, !instances.count, "history: none");
	end(test);
}

/* Reads a file as a whole. */
static char *slurp(const char *path, size_t *size)
{
	struct stat status;
	char *content;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status))
		exit(1);
	*size = (size_t)status.st_size;
	content = malloc(*size + 1);
	if (!content || read(fd, content, *size) != (ssize_t)*size)
		exit(1);
	close(fd);
	return content;
}

static void spill(const char *path, const char *content, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, content, size) != (ssize_t)size)
		exit(1);
	close(fd);
}

/* Refused with -EUCLEAN and a reason, as it was before, and nothing beside it. */
static void check_refused(struct test *test, const char *what, const char *content, size_t size)
{
	static const char *const endings[] = { "-wal", "-shm", "-journal" };
	char beside[160], line[400];
	int result, good;
	size_t after;
	char *now;

	spill(test->path, content, size);
	result = reopen(test);
	end(test);
	now = slurp(test->path, &after);
	good = result == -EUCLEAN && after == size && !memcmp(content, now, size);
	free(now);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		snprintf(beside, sizeof(beside), "%s%s", test->path, endings[i]);
		good &= access(beside, F_OK) != 0;
	}
	snprintf(line, sizeof(line), "refused, %s: %s", what, test->problem.text);
	ok(test, good && strstr(test->problem.text, "registry.db"), line);
}

static void test_damage(struct test *test)
{
	struct task_record task;
	char *content, *changed, log[160];
	sqlite3 *database;
	size_t size;
	int good;

	begin(test, "damage");
	good = !reopen(test);
	for (unsigned int i = 0; i < 100; i++) {
		task = make_task("a", i);
		good &= !registry_task_add(test->registry, &task);
	}
	end(test);
	ok(test, good, "damage: begins well");
	content = slurp(test->path, &size);
	changed = malloc(size);
	if (!changed)
		exit(1);

	memcpy(changed, content, size);
	memset(changed + size / 2 / 4096 * 4096, 0xff, 64);
	check_refused(test, "bytes in the middle", changed, size);
	memcpy(changed, content, size);
	memset(changed + 4096, 0, 4096);
	check_refused(test, "a page of zeroes", changed, size);
	check_refused(test, "truncated", content, size / 2);
	check_refused(test, "truncated within a page", content, size - 100);
	check_refused(test, "truncated to its header", content, 100);
	check_refused(test, "empty", content, 0);
	check_refused(test, "no database", "This is a text of more than a hundred bytes, and no "
		      "database at all, which is why it must not be touched by anything.", 110);
	memcpy(changed, content, size);
	changed[63]++;
	check_refused(test, "newer", changed, size);
	memcpy(changed, content, size);
	changed[68]++;
	check_refused(test, "another program's", changed, size);

	/* What is in the log only, as after a crash. */
	spill(test->path, content, size);
	sqlite3_open(test->path, &database);
	sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_exec(database, "PRAGMA user_version = 2", NULL, NULL, NULL);
	sqlite3_close(database);
	snprintf(log, sizeof(log), "%s-wal", test->path);
	free(content);
	free(changed);
	content = slurp(log, &size);
	good = size > 0 && reopen(test) == -EUCLEAN && strstr(test->problem.text, "newer");
	changed = slurp(log, &size);
	ok(test, good && !memcmp(content, changed, size), "refused, newer in the log");
	free(content);
	free(changed);
	unlink(test->path);
	ok(test, reopen(test) == -EUCLEAN && access(test->path, F_OK), "refused, log alone");
	unlink(log);
	ok(test, !reopen(test), "begins anew when both are moved away");
	end(test);
}

static void test_full(struct test *test)
{
	struct rlimit limit, small = { .rlim_cur = 200000 };
	struct instance_record instance = make_instance("a");
	struct task_record task;
	unsigned int added = 0;
	struct tasks tasks = { 0 };
	int error = 0;

	begin(test, "full");
	if (reopen(test))
		exit(1);
	sqlite3_exec(test->registry->database, "PRAGMA max_page_count = 30", NULL, NULL, NULL);
	while (!error && added < 10000) {
		task = make_task("a", added);
		error = registry_task_add(test->registry, &task);
		added += !error;
	}
	ok(test, error == -ENOSPC && added > 10, "full: no more pages");
	registry_task_each(test->registry, count_task, &tasks);
	ok(test, tasks.count == added, "full: nothing of what failed");
	ok(test, !reopen(test), "full: opens again");

	getrlimit(RLIMIT_FSIZE, &limit);
	small.rlim_max = limit.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	for (error = 0; !error && added < 10000; added += !error) {
		task = make_task("a", added);
		error = registry_task_add(test->registry, &task);
	}
	ok(test, error == -ENOSPC && *registry_error(test->registry), "full: cannot write");
	/* Something small may still find room. */
	error = registry_instance_add(test->registry, &instance);
	ok(test, !error || error == -ENOSPC, "full: something small");
	ok(test, registry_app_remove(test->registry, "a") == -ENOSPC, "full: nor remove all");
	memset(&tasks, 0, sizeof(tasks));
	registry_task_each(test->registry, count_task, &tasks);
	ok(test, tasks.count == added, "full: what was there can be read");
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(test, !registry_instance_add(test->registry, &instance), "full: works with room");
	memset(&tasks, 0, sizeof(tasks));
	ok(test, !reopen(test) && !registry_task_each(test->registry, count_task, &tasks) &&
	   tasks.count == added, "full: opens again with all of it");
	end(test);
}

/* Adds tasks, and tells of each that was acknowledged, until it is killed. */
static void add_tasks(struct test *test, unsigned int round, int output)
{
	struct task_record task;

	if (reopen(test))
		_exit(1);
	for (unsigned int i = 0;; i++) {
		task = make_task("a", round * 100000 + i);
		if (registry_task_add(test->registry, &task))
			_exit(1);
		if (write(output, &task.id, sizeof(task.id)) != sizeof(task.id))
			_exit(1);
	}
}

static int has_task(void *data, const struct task_record *task)
{
	unsigned char *there = data;

	if (task->id < 1000000)
		there[task->id] = 1;
	return 0;
}

static void test_killing(struct test *test)
{
	unsigned char *told = calloc(1000000, 1), *there = calloc(1000000, 1);
	unsigned int lost = 0, count = 0, failed = 0;
	char line[120];

	if (!told || !there)
		exit(1);
	begin(test, "killing");
	for (unsigned int round = 0; round < 20; round++) {
		int pipe_fds[2], status;
		uint32_t id;
		pid_t child;

		if (pipe2(pipe_fds, O_CLOEXEC))
			exit(1);
		child = fork();
		if (!child)
			add_tasks(test, round, pipe_fds[1]);
		close(pipe_fds[1]);
		/* After the first one was told, at another moment in each round. */
		for (unsigned int i = 0; read(pipe_fds[0], &id, sizeof(id)) == sizeof(id); i++) {
			if (!i) {
				usleep(5000 + round * 1700);
				kill(child, SIGKILL);
			}
			count++;
			if (id < 1000000)
				told[id] = 1;
		}
		close(pipe_fds[0]);
		waitpid(child, &status, 0);
		failed += !WIFSIGNALED(status);
		failed += reopen(test) != 0;
		if (test->registry) {
			memset(there, 0, 1000000);
			registry_task_each(test->registry, has_task, there);
			for (unsigned int i = 0; i < 1000000; i++)
				lost += told[i] && !there[i];
		}
		end(test);
	}
	snprintf(line, sizeof(line), "kill -9, 20 times: of %u tasks, %u lost, %u failures", count,
		 lost, failed);
	ok(test, count >= 20 && !lost && !failed, line);
	free(told);
	free(there);
}

static int remove_file(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status;
	(void)type;
	(void)ftw;
	return remove(path);
}

int main(void)
{
	struct test test = { .base = "/var/tmp/bgtaskd-test-XXXXXX" };

	if (!mkdtemp(test.base))
		return 1;
	test_keeping(&test);
	test_history(&test);
	test_damage(&test);
	test_full(&test);
	test_killing(&test);
	nftw(test.base, remove_file, 8, FTW_DEPTH | FTW_PHYS);
	printf("1..%u\n", test.number);
	return test.failed ? 1 : 0;
}
