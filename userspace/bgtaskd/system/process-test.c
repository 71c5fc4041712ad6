// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of reading /proc and cgroups. A directory with a file that lists processes takes the place
 * of a cgroup, so that the tests need not make cgroups.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test.h"

#include "process.h"

/* Starts a process that does nothing, with a name that is difficult to parse. */
static uint32_t start(void)
{
	pid_t pid = fork();

	if (pid < 0)
		exit(1);
	if (pid)
		return (uint32_t)pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "a) R 1 (b");
	for (;;)
		pause();
}

static void stop(uint32_t pid)
{
	kill((pid_t)pid, SIGKILL);
	waitpid((pid_t)pid, NULL, 0);
}

/*
 * Starts a process that has a later start time than the other process has. Start times in /proc
 * have a resolution of 10 ms.
 */
static uint32_t start_after(uint32_t other)
{
	uint32_t pid;

	for (;;) {
		pid = start();
		if (process_start_time(pid) > process_start_time(other))
			return pid;
		stop(pid);
	}
}

static void put_processes(struct test *test, uint32_t one, uint32_t two, uint32_t three)
{
	char text[64];

	snprintf(text, sizeof(text), "%u\n%u\n%u\n", one, two, three);
	put(test, "cgroup.procs", text);
}

static void test_times(struct test *test, uint32_t old, uint32_t young, uint32_t gone)
{
	ok(test, process_start_time(old) && process_start_time(old) == process_start_time(old),
	   "start time: of a process is always the same");
	ok(test, process_start_time(old) < process_start_time(young),
	   "start time: of who began later is greater");
	ok(test, !process_start_time(gone), "start time: none of who is gone");
	put_processes(test, young, old, gone);
	ok(test, process_oldest(test->directory) == old, "oldest: behind a younger one");
	put_processes(test, old, young, gone);
	ok(test, process_oldest(test->directory) == old, "oldest: before a younger one");
	put_processes(test, gone, gone, young);
	ok(test, process_oldest(test->directory) == young, "oldest: who is gone is none");
	put_processes(test, gone, gone, gone);
	ok(test, !process_oldest(test->directory), "oldest: none is left");
	put(test, "cgroup.procs", "");
	ok(test, !process_oldest(test->directory), "oldest: an empty cgroup");
	ok(test, !process_oldest("/nonexistent"), "oldest: no cgroup");
}

static void test_cgroup(struct test *test, uint32_t pid, uint32_t gone)
{
	char path[PATH_MAX], mount[PATH_MAX], parent[PATH_MAX + 16];
	size_t length;

	ok(test, process_cgroup(gone, path, sizeof(path)) == -ENOENT, "cgroup: of who is gone");
	ok(test, !process_is_below(gone, "/"), "cgroup: who is gone is nowhere");
	if (process_cgroup_mount(mount, sizeof(mount)) == -ENOENT) {
		ok(test, process_cgroup(pid, path, sizeof(path)) == -ENOENT,
		   "cgroup: where none are mounted");
		return;
	}
	snprintf(parent, sizeof(parent), "%s/cgroup.procs", mount);
	ok(test, !access(parent, F_OK), "cgroup: where they are mounted");
	length = strlen(mount);
	ok(test, process_cgroup_mount(path, length) == -ENAMETOOLONG &&
	   !process_cgroup_mount(path, length + 1), "cgroup: room for where they are mounted");
	ok(test, !process_cgroup(pid, path, sizeof(path)) && !strncmp(path, mount, length) &&
	   path[length] == '/', "cgroup: of a process is below that");
	length = strlen(path);
	ok(test, process_cgroup(pid, parent, length) == -ENAMETOOLONG &&
	   !process_cgroup(pid, parent, length + 1), "cgroup: room for that of a process");
	ok(test, process_is_below(pid, path) && process_is_below(pid, mount),
	   "cgroup: a process is in its own and below those above");
	snprintf(parent, sizeof(parent), "%sx", path);
	ok(test, !process_is_below(pid, parent), "cgroup: not in one with a longer name");
	snprintf(parent, sizeof(parent), "%s", mount);
	parent[strlen(parent) - 1] = '\0';
	ok(test, !process_is_below(pid, parent), "cgroup: nor in one with a shorter name");
}

static void test_traced(struct test *test, uint32_t pid)
{
	char own[PATH_MAX];

	put_processes(test, (uint32_t)getpid(), pid, pid);
	ok(test, !process_is_traced(test->directory, "/none"), "traced: by nobody");
	if (ptrace(PTRACE_SEIZE, (pid_t)pid, NULL, NULL)) {
		perror("ptrace");
		exit(1);
	}
	ok(test, process_is_traced(test->directory, "/none"), "traced: by this program");
	if (!process_cgroup((uint32_t)getpid(), own, sizeof(own)))
		ok(test, !process_is_traced(test->directory, own), "traced: by who is of the app");
	ok(test, !process_is_traced("/nonexistent", "/none"), "traced: no cgroup");
}

int main(void)
{
	uint32_t old = start(), young = start_after(old), gone = start();
	struct test test;

	stop(gone);
	begin(&test);
	test_times(&test, old, young, gone);
	test_cgroup(&test, old, gone);
	test_traced(&test, young);
	stop(young);
	stop(old);
	return end(&test);
}
