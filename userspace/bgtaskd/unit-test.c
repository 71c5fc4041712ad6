// SPDX-License-Identifier: GPL-2.0
/*
 * Tests what reads files and keeps no state: configuration, manifests, names, conditions.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "condition.h"
#include "config.h"
#include "manifest.h"
#include "names.h"
#include "problem.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))
#define SECOND		UINT64_C(1000000000)

struct test {
	unsigned int number, failed;
	char directory[64];
	char path[128];
};

static void ok(struct test *test, int good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++test->number, what);
	test->failed += !good;
}

static void write_file(const char *path, const char *text, size_t size)
{
	FILE *file = fopen(path, "we");

	if (!file || fwrite(text, 1, size, file) != size || fclose(file)) {
		perror(path);
		exit(1);
	}
	chmod(path, 0644);
}

static void put(struct test *test, const char *name, const char *text)
{
	snprintf(test->path, sizeof(test->path), "%s/%s", test->directory, name);
	write_file(test->path, text, strlen(text));
}

static void test_names(struct test *test)
{
	enum bgtask_condition condition;
	enum bgtask_trigger trigger;
	int good = 1;

	for (int i = 0; i < TRIGGER_COUNT; i++)
		good &= !trigger_from_name(trigger_name((enum bgtask_trigger)i), &trigger) &&
			trigger == (enum bgtask_trigger)i;
	for (unsigned int i = 1; i <= 32; i <<= 1)
		good &= !condition_from_name(condition_name((enum bgtask_condition)i),
					     &condition) && condition == (enum bgtask_condition)i;
	ok(test, good, "names: there and back");
	ok(test, !strcmp(trigger_name((enum bgtask_trigger)99), "unknown") &&
	   !strcmp(condition_name((enum bgtask_condition)3), "unknown") &&
	   trigger_from_name("Time", &trigger) == -EINVAL, "names: unknown ones");
	ok(test, !strcmp(access_name(BGTASK_ACCESS_DENIED_BY_POLICY), "denied-by-policy") &&
	   !strcmp(instance_state_name(BGTASK_INSTANCE_STATE_CANCELED), "canceled") &&
	   !strcmp(cancel_reason_name(BGTASK_CANCEL_REASON_ENERGY_SAVER), "energy-saver") &&
	   !strcmp(work_cost_name(BGTASK_WORK_COST_HIGH), "high"), "names: other tables");
	ok(test, name_fault("") && name_fault(".") && name_fault("..") && name_fault("a/b") &&
	   name_fault("a\tb") && name_fault("\xc3") && name_fault("\xc0\xaf") &&
	   name_fault("\xc2\x85") && name_fault("\xed\xa0\x80") && !name_fault("\xc3\xa4 b") &&
	   name_fault("1234567890123456789012345678901234567890123456789012345678901234") &&
	   !name_fault("123456789012345678901234567890123456789012345678901234567890123"),
	   "names: good and bad ones");
}

static void test_conditions(struct test *test)
{
	static const uint32_t firsts[] = { 1, 4, 16 };
	struct conditions c;
	uint32_t began = 0;
	int good = 1;

	conditions_init(&c);
	ok(test, conditions_hold(&c) == (2 | 4 | 16), "conditions: at the beginning");
	for (size_t i = 0; i < COUNT(firsts); i++) {
		uint32_t first = firsts[i], second = first << 1, both = first | second;

		conditions_init(&c);
		conditions_find(&c, first, false);
		good &= conditions_find(&c, first, true) == first;
		good &= conditions_find(&c, first, true) == 0;
		good &= (conditions_hold(&c) & both) == first;
		good &= conditions_find(&c, first, false) == second;
		/* Set: by the first, by the second, by both, by what does not hold. */
		good &= !conditions_set(&c, first, first, false, &began) && began == first;
		good &= !conditions_set(&c, second, second, false, &began) && began == second;
		good &= !conditions_set(&c, second, 0, false, &began) && began == first;
		good &= !conditions_set(&c, first, 0, false, &began) && began == second;
		good &= !conditions_set(&c, both, first, false, &began) && began == first;
		good &= !conditions_set(&c, both, first, false, &began) && began == 0;
		good &= conditions_set(&c, both, both, false, &began) == -EINVAL;
		good &= conditions_set(&c, both, 0, false, &began) == -EINVAL;
		good &= conditions_set(&c, second, both, false, &began) == -EINVAL;
		/* What sources find out meanwhile counts when it is theirs again. */
		good &= conditions_find(&c, first, true) == 0;
		good &= conditions_find(&c, first, false) == 0;
		good &= (conditions_hold(&c) & both) == first;
		good &= !conditions_set(&c, second, 0, true, &began) && began == second;
		good &= (conditions_hold(&c) & both) == second && !c.which;
	}
	ok(test, good, "conditions: pairs, set, automatic");
	ok(test, conditions_set(&c, 64, 64, false, &began) == -EINVAL, "conditions: unknown one");
	conditions_init(&c);
	ok(test, !conditions_set(&c, CONDITION_ALL, 1 | 8 | 32, false, &began) &&
	   began == (1 | 8 | 32) && conditions_hold(&c) == began &&
	   !conditions_set(&c, CONDITION_ALL, 0, true, &began) && began == (2 | 4 | 16),
	   "conditions: all at once");
}

static int is_default(const struct config *c)
{
	const struct quota_class *lock = config_class(c, "lock-screen");
	const struct quota_class *standard = config_class(c, "standard");

	return !strcmp(c->state_directory, "/var/lib/bgtask") &&
	       !strcmp(c->cgroup, "bgtask.apps") &&
	       !strcmp(c->manifest_directories[0], "/usr/share/bgtask/apps") &&
	       !strcmp(c->manifest_directories[1], "/etc/bgtask/apps") &&
	       c->minimum_interval == 900 * SECOND && c->lock_screen_slots == 7 &&
	       c->cancel_timeout == 5 * SECOND && c->history == 100 && lock && standard &&
	       lock->quota == 2 * SECOND && lock->period == 900 * SECOND &&
	       standard->quota == SECOND && standard->period == 7200 * SECOND &&
	       !config_class(c, "other");
}

static void test_config(struct test *test, const char *example)
{
	static const struct {
		const char *text;
		int line;
	} bad[] = {
		{ "x=1\n", 1 }, { "[Helper]\nnonsense\n", 2 }, { "[Helper]\n\n# x\nBogus=1\n", 4 },
		{ "[Bogus]\n", 1 }, { "[Helper\n", 1 }, { "[Helper]\n[Helper]\n", 2 },
		{ "[Helper]\nHistory=\n", 2 }, { "[Helper]\nHistory=-1\n", 2 },
		{ "[Helper]\nHistory=100001\n", 2 }, { "[Helper]\nHistory=1\nHistory=1\n", 3 },
		{ "[Helper]\nHistory=99999999999999999999\n", 2 },
		{ "[Helper]\nHistory=5 ; comment\n", 2 },
		{ "[Helper]\nMinimumInterval=soon\n", 2 }, { "[Helper]\nMinimumInterval=0\n", 2 },
		{ "[Helper]\nMinimumInterval=8d\n", 2 }, { "[Helper]\nCancelTimeout=2h\n", 2 },
		{ "[Helper]\nLockScreenSlots=1001\n", 2 }, { "[Helper]\nStateDirectory=var\n", 2 },
		{ "[Helper]\nManifestDirectories=/a\n", 2 },
		{ "[Helper]\nManifestDirectories=/a /b /c\n", 2 },
		{ "[Helper]\nManifestDirectories=/a b\n", 2 }, { "[Helper]\nCgroup=/a\n", 2 },
		{ "[Helper]\nCgroup=a/../b\n", 2 }, { "[Helper]\nCgroup=\n", 2 },
		{ "\n[Class x]\nQuota=1s\n", 2 }, { "[Class x]\nPeriod=1s\n", 1 },
		{ "[Class x]\n", 1 }, { "[Class ]\n", 1 }, { "[Class a/b]\n", 1 },
		{ "[Class 12345678901234567890123456789012]\n", 1 },
		{ "[Class standard]\n[Class standard]\n", 2 },
		{ "[Class standard]\nQuota=1s\nQuota=2s\n", 3 },
		{ "[Class standard]\nPeriod=0\n", 2 }, { "[Class standard]\nPeriod=8d\n", 2 },
		{ "[Class standard]\nQuota=\n", 2 }, { "[Class standard]\nHistory=1\n", 2 },
		{ "[Helper]\nHistory=1\n continued\n", 3 },
	};
	struct problem problem;
	struct config config;
	char begin[160], line[6000];

	ok(test, !config_load(&config, "/nonexistent/file", &problem) && is_default(&config),
	   "config: no file, defaults");
	config_free(&config);
	put(test, "c.conf", "");
	ok(test, !config_load(&config, test->path, &problem) && is_default(&config),
	   "config: empty file, defaults");
	config_free(&config);
	if (example) {
		ok(test, !config_load(&config, example, &problem) && is_default(&config),
		   "config: example has the defaults");
		config_free(&config);
	}
	put(test, "c.conf", "[Class standard]\nQuota=unlimited\n[Helper]\nStateDirectory=/s\n"
	    "Cgroup=a/b\nMinimumInterval=1min\nLockScreenSlots=0\nCancelTimeout=1.5s\nHistory=3\n"
	    "ManifestDirectories=/a  /b\n\n[Class x]\nQuota=1ms\nPeriod=1s\n");
	ok(test, !config_load(&config, test->path, &problem) &&
	   !strcmp(config.state_directory, "/s") && !strcmp(config.cgroup, "a/b") &&
	   config.minimum_interval == 60 * SECOND && !config.lock_screen_slots &&
	   config.cancel_timeout == 1500000000 && config.history == 3 &&
	   !strcmp(config.manifest_directories[0], "/a") &&
	   !strcmp(config.manifest_directories[1], "/b") &&
	   config_class(&config, "standard")->quota == BGTASK_QUOTA_UNLIMITED &&
	   config_class(&config, "standard")->period == 7200 * SECOND &&
	   config_class(&config, "x")->quota == 1000000 &&
	   config_class(&config, "x")->period == SECOND, "config: all keys");
	config_free(&config);

	for (size_t i = 0; i < COUNT(bad); i++) {
		put(test, "c.conf", bad[i].text);
		snprintf(begin, sizeof(begin), "%s:%d: ", test->path, bad[i].line);
		if (!config_load(&config, test->path, &problem)) {
			config_free(&config);
			problem.text[0] = '\0';
		}
		snprintf(line, sizeof(line), "config refused: %s", problem.text);
		ok(test, !strncmp(problem.text, begin, strlen(begin)), line);
	}
	memset(line, 'x', sizeof(line));
	write_file(test->path, line, sizeof(line));
	ok(test, config_load(&config, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":1: "), "config: long line");
	write_file(test->path, "[Helper]\nHistory=1\0 0\n", 22);
	ok(test, config_load(&config, test->path, &problem) == -EINVAL &&
	   strstr(problem.text, ":2: "), "config: NUL");
	ok(test, config_load(&config, test->directory, &problem) < 0, "config: a directory");
}

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

	for (size_t i = 0; i < COUNT(bad); i++) {
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
	char *large = malloc(70000), other[160];

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
	memset(large, '\n', 70000);
	write_file(test->path, large, 65537);
	ok(test, manifest_load(&manifest, test->path, &problem) == -EFBIG, "manifest: too large");
	memcpy(large + 65536 - strlen(APP), APP, strlen(APP));
	write_file(test->path, large, 65536);
	ok(test, !manifest_load(&manifest, test->path, &problem), "manifest: just not too large");
	manifest_free(manifest);
	memset(large, 'a', 70000);
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
		seen->uid = manifest->uid;
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
	ok(test, !strcmp(m->id, "app") && !strcmp(m->user, "root") && !m->uid && !m->gid &&
	   *m->home == '/' && !strcmp(m->exec, "/x") && !strcmp(m->class, "lock-screen") &&
	   strlen(task->name) == 63 && !strcmp(task->entry_point, "sh -c \"a ; b = c\"") &&
	   !task->in_app && task->triggers == (1u << BGTASK_TRIGGER_TIME |
	   1u << BGTASK_TRIGGER_USER_PRESENT), "manifest: what it says");
	task = manifest_task(m, "b");
	ok(test, task && task->in_app && !task->triggers && !manifest_task(m, "c"),
	   "manifest: tasks by name");
	manifest_free(m);
	put(test, "app.bgtask", "[App]\r\nId=app\r\nUser=54321\r\n");
	ok(test, !manifest_load(&m, test->path, &problem) && m->uid == 54321 && !m->user &&
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
	put(test, "2/app.bgtask", "broken");
	seen = (struct seen) { 0 };
	ok(test, !manifest_scan(directories, 2, see, &seen) && seen.count == 2 && seen.failed == 2,
	   "manifest: broken one hides a good one");
}

int main(int argc, char **argv)
{
	struct test test = { .directory = "/tmp/bgtaskd-test-XXXXXX" };
	static const char *const files[] = {
		"c.conf", "app.bgtask", "1/app.bgtask", "2/app.bgtask", "1/broken.bgtask",
		"2/ignored.txt", "1", "2", "",
	};

	if (!mkdtemp(test.directory))
		return 1;
	test_names(&test);
	test_conditions(&test);
	test_config(&test, argc > 1 ? argv[1] : NULL);
	if (geteuid()) {
		printf("ok %u - manifests # SKIP not root\n", ++test.number);
	} else {
		test_manifest_errors(&test);
		test_manifest_files(&test);
		test_manifests(&test);
	}
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(test.path, sizeof(test.path), "%s/%s", test.directory, files[i]);
		remove(test.path);
	}
	printf("1..%u\n", test.number);
	return test.failed ? 1 : 0;
}
