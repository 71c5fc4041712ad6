// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the registry when its database is damaged, the disk is full, or the process is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/array.h"

#include "registry-test.h"

/* Reads a whole file. */
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

/*
 * Checks that a database with this content is refused with -EUCLEAN and a reason, that it is not
 * changed, and that no other files are left beside it.
 */
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
	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
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

	/* The version is changed in the log only, as after a crash. */
	spill(test->path, content, size);
	sqlite3_open(test->path, &database);
	sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_exec(database, "PRAGMA user_version = 3", NULL, NULL, NULL);
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
	ok(test, count_tasks(test, NULL) == added, "full: nothing of what failed");
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
	/* A small change may still fit. */
	error = registry_instance_add(test->registry, &instance);
	ok(test, !error || error == -ENOSPC, "full: something small");
	ok(test, registry_app_remove(test->registry, "a") == -ENOSPC, "full: nor remove all");
	ok(test, count_tasks(test, NULL) == added, "full: what was there can be read");
	setrlimit(RLIMIT_FSIZE, &limit);
	ok(test, !registry_instance_add(test->registry, &instance), "full: works with room");
	ok(test, !reopen(test) && count_tasks(test, NULL) == added,
	   "full: opens again with all of it");
	end(test);
}

/*
 * Adds tasks until the process is killed, and writes the id of each acknowledged task to @output.
 */
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
		/*
		 * Kill the child after its first acknowledged task, at a different moment in each
		 * round.
		 */
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
			registry_task_each(test->registry, NULL, 0, has_task, there);
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

int main(void)
{
	struct test test = { .base = "/var/tmp/bgtaskd-test-XXXXXX" };

	if (!mkdtemp(test.base))
		return 1;
	test_damage(&test);
	test_full(&test);
	test_killing(&test);
	return conclude(&test);
}
