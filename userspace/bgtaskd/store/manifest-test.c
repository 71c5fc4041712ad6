// SPDX-License-Identifier: GPL-2.0
/* Tests of reading manifests, and of scanning directories for manifests. */
#include <errno.h>
#include <linux/bgtask.h>
#include <unistd.h>

#include "base/problem.h"
#include "base/test.h"

#include "manifest.h"

#define FILE_SIZE_MAX	(1024 * 1024)
#define LARGE	(FILE_SIZE_MAX + 4096)
#define APP	"[App]\nId=app\nUser=root\n"

static void test_manifest_errors(struct test *test)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {
		{ "", 0 }, { "x=1\n", 1 }, { "junk\n" APP, 1 }, { "[App]\nUser=root\n", 1 },
		{ "\n[App]\nId=app\n", 2 }, { "[App]\nId=other\n", 2 }, { "[App]\nId=ap\n", 2 },
		{ "[App]\nId=\n", 2 }, { "[App]\nId=a/b\n", 2 }, { "[App]\nId=app\nId=app\n", 3 },
		{ "[App]\nUser=no-such-user-here\n", 2 }, { "[App]\nUser=4294967295\n", 2 },
		{ "[App]\nUser=99999999999999999999999\n", 2 }, { APP "User=root\n", 4 },
		{ APP "Bogus=1\n", 4 }, { APP "Exec=\n", 4 }, { APP "Exec=a\nExec=b\n", 5 },
		{ APP "Exec=a\x01\n", 4 }, { APP "Exec=a\xff\n", 4 }, { APP "[App]\n", 4 },
		{ APP "Class=12345678901234567890123456789012\n", 4 }, { APP "Class=a/b\n", 4 },
		{ APP "Class=a\nClass=a\n", 5 }, { APP "[Bogus]\n", 4 }, { APP "[Task]\n", 4 },
		{ APP "[Task a\n", 4 }, { APP "[Task a] # x\n", 4 }, { APP "[Task ]\n", 4 },
		{ APP "[Task a/b]\n", 4 }, { APP "[Task a\tb]\n", 4 }, { APP "[Task a\xff]\n", 4 },
		{ APP "[Task 1234567890123456789012345678901234567890123456789012345678901234]\n",
		  4 },
		{ APP "[Task a]\n", 4 }, { APP "[Task a]\nHost=app\n[Task b]\nEntryPoint=x\n", 4 },
		{ APP "[Task a]\nEntryPoint=x\n[Task a]\n", 6 },
		{ APP "[Task a]\nEntryPoint=x\nEntryPoint=y\n", 6 },
		{ APP "[Task a]\nHost=other\n", 5 }, { APP "[Task a]\nHost=app\nHost=app\n", 6 },
		{ APP "[Task a]\nTriggers=time bogus\n", 5 },
		{ APP "[Task a]\nTriggers=time\nTriggers=push\n", 6 },
		{ APP "[Task a]\nExec=x\n", 5 }, { APP "[Task a]\nEntryPoint=x\n more\n", 6 },
	};
	struct manifest *manifest;
	struct problem problem;
	char begin[160], what[400];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put(test, "app.bgtask", bad[i].text);
		snprintf(begin, sizeof(begin), bad[i].line ? "%s:%d: " : "%s: ", test->path,
			 bad[i].line);
		if (!manifest_load(&manifest, test->path, &problem)) {
			manifest_free(manifest);
			problem.text[0] = '\0';
		}
		snprintf(what, sizeof(what), "manifest refused: %s", problem.text);
		for (char *c = what; *c; c++)
			*c = *c < ' ' ? '?' : *c;
		ok(test, !strncmp(problem.text, begin, strlen(begin)), what);
	}
}

static void test_manifest_files(struct test *test)
{
	struct manifest *manifest;
	struct problem problem;
	char *large = malloc(LARGE), other[160];

	put(test, "app.bgtask", APP);
	chmod(test->path, 0664);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EPERM, "manifest: group");
	chmod(test->path, 0646);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EPERM, "manifest: others");
	chmod(test->path, 0644);
	if (chown(test->path, 1, 0))
		perror("chown");
	ok(test, manifest_load(&manifest, test->path, &problem) == -EPERM, "manifest: other owner");
	unlink(test->path);
	ok(test, manifest_load(&manifest, test->path, &problem) == -ENOENT, "manifest: not there");
	mkfifo(test->path, 0644);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL, "manifest: a pipe");
	unlink(test->path);
	mkdir(test->path, 0755);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL, "manifest: directory");
	rmdir(test->path);
	if (symlink("/etc/passwd", test->path))
		perror("symlink");
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL, "manifest: a link");
	unlink(test->path);
	if (!large)
		exit(1);
	memset(large, '\n', LARGE);
	write_file(test->path, large, FILE_SIZE_MAX + 1);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EFBIG, "manifest: too large");
	memcpy(large + FILE_SIZE_MAX - strlen(APP), APP, strlen(APP));
	write_file(test->path, large, FILE_SIZE_MAX);
	ok(test, !manifest_load(&manifest, test->path, &problem), "manifest: just not too large");
	manifest_free(manifest);
	memset(large, 'a', LARGE);
	memcpy(large, APP "Exec=", strlen(APP "Exec="));
	write_file(test->path, large, strlen(APP "Exec=") + 1025);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":4: "), "manifest: text too long");
	write_file(test->path, large, strlen(APP "Exec=") + 1024);
	ok(test, !manifest_load(&manifest, test->path, &problem) && strlen(manifest->exec) == 1024,
	   "manifest: longest text");
	manifest_free(manifest);
	write_file(test->path, large, 5000);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":4: "), "manifest: line too long");
	write_file(test->path, APP "Exec=a\0b\n", strlen(APP) + 9);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":4: "), "manifest: NUL");
	snprintf(other, sizeof(other), "%s/app.ini", test->directory);
	rename(test->path, other);
	ok(test, manifest_load(&manifest, other, &problem) == -EINVAL, "manifest: other ending");
	unlink(other);
	free(large);
}

/* Tests a manifest with about as many tasks as the greatest size of a file allows. */
static void test_many(struct test *test)
{
	const unsigned int count = 20000;
	size_t size = 64 * (count + 1), used;
	struct manifest *manifest;
	struct problem problem;
	char *text = malloc(size), name[16];
	int good;

	if (!text)
		exit(1);
	used = (size_t)snprintf(text, size, APP);
	for (unsigned int i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, size - used,
					 "[Task %u]\nEntryPoint=/x\nTriggers=push\n", i);
	put(test, "app.bgtask", text);
	free(text);
	good = !manifest_load(&manifest, test->path, &problem);
	for (unsigned int i = 0; i < count && good; i++) {
		snprintf(name, sizeof(name), "%u", i);
		good = manifest_task(manifest, name) && !strcmp(manifest_task(manifest, name)->name,
								name);
	}
	ok(test, good && !manifest_task(manifest, "20000"), "manifest: 20,000 tasks");
	if (good)
		manifest_free(manifest);
	unlink(test->path);
}

struct seen {
	unsigned int count, failed;
	uid_t uid;
};

static int see(void *data, const char *path, struct manifest *manifest,
	       const struct problem *problem)
{
	struct seen *seen = data;

	(void)path;
	seen->count++;
	seen->failed += !manifest && *problem->text;
	if (manifest)
		seen->uid = manifest->user.uid;
	manifest_free(manifest);
	return 0;
}

static int stop(void *data, const char *path, struct manifest *manifest,
		const struct problem *problem)
{
	see(data, path, manifest, problem);
	return 7;
}

static void test_manifests(struct test *test)
{
	static char none[] = "/nonexistent";
	char first[128], second[128], *directories[] = { first, second };
	char *missing[] = { none, second };
	const struct manifest_task *task;
	struct seen seen = { 0 };
	struct manifest *m;
	struct problem problem;

	put(test, "app.bgtask", "# c\n; c\n[Task 12345678901234567890123456789012345678901234567"
	    "8901234567890123]\nEntryPoint=sh -c \"a ; b = c\"\nTriggers= time  user-present \n" APP
	    "Exec=/x\nClass=lock-screen\n[Task b]\nHost=app\nEntryPoint=p.so:f\n");
	ok(test, !manifest_load(&m, test->path, &problem), "manifest: a good one");
	task = m->tasks;
	ok(test, !strcmp(m->id, "app") && !strcmp(m->user.name, "root") && !m->user.uid &&
	   !m->user.gid &&
	   *m->user.home == '/' && !strcmp(m->exec, "/x") && !strcmp(m->class, "lock-screen") &&
	   strlen(task->name) == 63 && !strcmp(task->entry_point, "sh -c \"a ; b = c\"") &&
	   !task->in_app && task->triggers == (1u << BGTASK_TRIGGER_TIME |
	   1u << BGTASK_TRIGGER_USER_PRESENT), "manifest: what it says");
	task = manifest_task(m, "b");
	ok(test, task && task->in_app && !task->triggers && !manifest_task(m, "c"),
	   "manifest: tasks by name");
	manifest_free(m);
	put(test, "app.bgtask", "[App]\r\nId=app\r\nUser=54321\r\n");
	ok(test, !manifest_load(&m, test->path, &problem) && m->user.uid == 54321 &&
	   !m->user.name &&
	   !m->exec && !strcmp(m->class, "standard"), "manifest: number of a user, defaults");
	manifest_free(m);

	snprintf(first, sizeof(first), "%s/1", test->directory);
	snprintf(second, sizeof(second), "%s/2", test->directory);
	mkdir(first, 0755);
	mkdir(second, 0755);
	put(test, "1/app.bgtask", "[App]\nId=app\nUser=1\n");
	put(test, "2/app.bgtask", "[App]\nId=app\nUser=2\n");
	put(test, "1/broken.bgtask", "x");
	put(test, "2/ignored.txt", "x");
	ok(test, !manifest_scan(directories, 2, see, &seen) && seen.count == 2 &&
	   seen.failed == 1 && seen.uid == 2, "manifest: later directory hides earlier one");
	seen.count = 0;
	ok(test, !manifest_scan(missing, 2, see, &seen) && seen.count == 1,
	   "manifest: directory that is not there");
	seen.count = 0;
	ok(test, manifest_scan(directories, 2, stop, &seen) == 7 && seen.count == 1,
	   "manifest: stops");
	directories[0] = test->path;
	put(test, "file", "");
	seen = (struct seen) { 0 };
	ok(test, !manifest_scan(directories, 2, see, &seen) && seen.count == 2 &&
	   seen.failed == 1 && seen.uid == 2, "manifest: directory that cannot be read");
	directories[0] = first;
	put(test, "2/app.bgtask", "broken");
	seen = (struct seen) { 0 };
	ok(test, !manifest_scan(directories, 2, see, &seen) && seen.count == 2 && seen.failed == 2,
	   "manifest: broken one hides a good one");
}

int main(void)
{
	struct test test;

	begin(&test);
	if (geteuid()) {
		printf("ok %u - manifests # SKIP not root\n", ++test.number);
	} else {
		test_manifest_errors(&test);
		test_manifest_files(&test);
		test_manifests(&test);
		test_many(&test);
	}
	return end(&test);
}
