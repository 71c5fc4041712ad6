// SPDX-License-Identifier: GPL-2.0
/*
 * The module remembers a process that has owned a mutex, or waited for one, no longer than needed:
 * otherwise the kernel keeps the number of the process, and its socket, and so the namespaces that
 * they belong to. A machine can have only a limited number of namespaces.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"processes"
#define LIMITS	"/proc/sys/user/max_%s_namespaces"
/* More namespaces than those that are still ending, and many more rounds than namespaces. */
#define NAMESPACES	8
#define ROUNDS		16

FIXTURE(processes) {
	struct bgt *bgt;
	unsigned int numbers, networks;
};

/* Sets a limit. Returns the limit before. */
static unsigned int set_limit(const char *kind, unsigned int limit)
{
	char path[64], text[32] = "";
	int fd, size;

	snprintf(path, sizeof(path), LIMITS, kind);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 1)
		fail("%s: %s", path, strerror(errno));
	size = snprintf(path, sizeof(path), "%u", limit);
	if (pwrite(fd, path, (size_t)size, 0) != size)
		fail("cannot limit namespaces: %s", strerror(errno));
	close(fd);
	return (unsigned int)strtoul(text, NULL, 10);
}

FIXTURE_SETUP(processes)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	member_add(self->bgt, container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC), BGT_ROLE_APP,
		   "a");
	self->numbers = set_limit("pid", NAMESPACES);
	self->networks = set_limit("net", NAMESPACES);
}

FIXTURE_TEARDOWN_PARENT(processes)
{
	set_limit("pid", self->numbers);
	set_limit("net", self->networks);
	scene_end();
}

/* Calls a function in a process that is alone in namespaces of its own. */
static int run_apart(void *data)
{
	int (*act)(void) = *(int (**)(void))data;
	uint64_t end = now() + DEADLINE;
	pid_t pid;

	/* The namespaces of earlier processes end a little later. */
	while (unshare(CLONE_NEWPID | CLONE_NEWNET)) {
		if (errno != ENOSPC || now() > end) {
			note("unshare: %s", strerror(errno));
			return 1;
		}
		look_later(end);
	}
	pid = fork();
	if (!pid)
		_exit(act());
	return pid < 0 ? 1 : task_wait(pid);
}

static void run_many(int (*act)(void))
{
	for (int i = 0; i < ROUNDS; i++) {
		if (task_wait(task_start("a", run_apart, &act)))
			fail("process %d has not done what it should", i);
	}
}

static int own_and_release(void)
{
	struct party party = party_new(NAME);

	return bgt_mutex_acquire(party.mutex, 0) < 0 || bgt_mutex_release(party.mutex);
}

TEST_F_TIMEOUT(processes, released, 300)
{
	run_many(own_and_release);
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME));
}

/* Each process abandons the mutex, and the next one takes it over. */
static int own(void)
{
	struct party party = party_new(NAME);

	return bgt_mutex_acquire(party.mutex, 0) < 0;
}

TEST_F_TIMEOUT(processes, abandoned, 300)
{
	run_many(own);
	ASSERT_NE(NULL, mutex_look(self->bgt, NAME));
	EXPECT_TRUE(mutex_look(self->bgt, NAME)->abandoned);
	mutex_sweep();
}

static int wait_in_vain(void)
{
	struct party party = party_new(NAME);

	return bgt_mutex_acquire(party.mutex, 1) != -ETIMEDOUT;
}

static int wait_and_leave(void)
{
	struct party party = party_new(NAME);

	party_wait(&party, BGT_TIMEOUT_INFINITE);
	return 0;
}

TEST_F_TIMEOUT(processes, waited, 300)
{
	struct party owner = party_new(NAME);

	ASSERT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	run_many(wait_in_vain);
	run_many(wait_and_leave);
	EXPECT_TRUE(mutex_wait_waiters(self->bgt, NAME, 0));
	EXPECT_EQ(0, bgt_mutex_release(owner.mutex));
}

static int attach(void)
{
	uint64_t end = now() + DEADLINE;
	struct genl genl;
	int error;

	if (genl_open(&genl))
		return 1;
	/* The helper before may still be ending. */
	do {
		genl_begin(&genl, BGTASK_CMD_HELPER_ATTACH);
		error = genl_do(&genl);
	} while (error == -EBUSY && now() < end);
	return !!error;
}

/* The same for the number and the socket of a process that was the helper. */
TEST_F_TIMEOUT(processes, helpers, 300)
{
	run_many(attach);
}

TEST_HARNESS_MAIN
