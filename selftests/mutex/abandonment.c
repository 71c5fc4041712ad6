// SPDX-License-Identifier: GPL-2.0
/* What becomes of a mutex when its owner ends, in every way. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"abandonment"

FIXTURE(abandonment) {
	struct party waiter, next;
	/* A connection that only observes. */
	struct bgt *bgt;
};

FIXTURE_SETUP(abandonment)
{
	scene_begin();
	cgroup_make("a");
	self->waiter = party_new(NAME);
	self->next = party_new(NAME);
	self->bgt = container_connect();
}

FIXTURE_TEARDOWN_PARENT(abandonment)
{
	if (!module_is_loaded())
		module_load();
	scene_end();
}

/* How an owner ends. */
enum end {
	BY_CLOSE,
	BY_EXIT,
	BY_KILL,
	BY_EXEC,
	BY_CRASH,
};

/* Owns the mutex until the test closes its end of the pipe in @data; ends then as @end says. */
static int own_until_told(void *data, enum end end)
{
	struct party owner = party_new(NAME);
	int *pipe = data;
	char byte;

	if (bgt_mutex_acquire(owner.mutex, 0) < 0)
		return 1;
	close(pipe[1]);
	if (read(pipe[0], &byte, 1))
		return 1;
	switch (end) {
	case BY_CLOSE:
		party_end(&owner);
		pause();
		return 1;
	case BY_EXEC:
		execlp("sleep", "sleep", "1000", NULL);
		return 1;
	case BY_CRASH:
		/* Has the default action again, so that the process dies. */
		signal(SIGILL, SIG_DFL);
		__builtin_trap();
	case BY_EXIT:
		exit(0);
	case BY_KILL:
		kill(getpid(), SIGKILL);
	}
	return 1;
}

static int own_and_close(void *data)
{
	return own_until_told(data, BY_CLOSE);
}

static int own_and_exit(void *data)
{
	return own_until_told(data, BY_EXIT);
}

static int own_and_die(void *data)
{
	return own_until_told(data, BY_KILL);
}

static int own_and_exec(void *data)
{
	return own_until_told(data, BY_EXEC);
}

static int own_and_crash(void *data)
{
	return own_until_told(data, BY_CRASH);
}

struct owner {
	pid_t pid;
	int pipe[2];
};

static struct owner owner_start(struct bgt *bgt, int (*function)(void *data))
{
	const struct bgt_mutex_state *state;
	uint64_t end = now() + DEADLINE;
	struct owner owner;

	if (pipe2(owner.pipe, O_CLOEXEC))
		fail("pipe: %s", strerror(errno));
	owner.pid = task_start("a", function, owner.pipe);
	do {
		state = mutex_look(bgt, NAME);
	} while ((!state || !state->count) && now() < end);
	if (!state || (pid_t)state->owner != owner.pid)
		fail("the owner does not get the mutex");
	return owner;
}

static void owner_tell(const struct owner *owner)
{
	close(owner->pipe[0]);
	close(owner->pipe[1]);
}

static void owner_end(const struct owner *owner)
{
	task_kill(owner->pid);
}

/* The first waiter is told that the mutex was abandoned; the next one is not. */
static void with_waiter(struct __test_metadata *_metadata, FIXTURE_DATA(abandonment) *self,
			int (*function)(void *data))
{
	struct owner owner = owner_start(self->bgt, function);

	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	party_wait(&self->next, BGT_TIMEOUT_INFINITE);
	owner_tell(&owner);
	EXPECT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->waiter.bgt));
	EXPECT_EQ(getpid(), (pid_t)mutex_look(self->bgt, NAME)->owner);
	EXPECT_EQ(0, bgt_mutex_release(self->waiter.mutex));
	EXPECT_EQ(0, mutex_wait(self->next.bgt));
	EXPECT_EQ(0, bgt_mutex_release(self->next.mutex));
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME));
	owner_end(&owner);
}

/* If nobody waits, the next one that acquires the mutex is told, and the one after that is not. */
static void without_waiter(struct __test_metadata *_metadata, FIXTURE_DATA(abandonment) *self,
			   int (*function)(void *data))
{
	struct owner owner = owner_start(self->bgt, function);
	const struct bgt_mutex_state *state;
	uint64_t end = now() + DEADLINE;

	owner_tell(&owner);
	do {
		state = mutex_look(self->bgt, NAME);
	} while (state && !state->abandoned && now() < end);
	ASSERT_NE(NULL, state);
	EXPECT_TRUE(state->abandoned);
	EXPECT_EQ(0, state->count);
	EXPECT_EQ(0, state->owner);
	EXPECT_EQ(-ENOENT, bgt_mutex_release(self->next.mutex));
	EXPECT_EQ(BGT_MUTEX_ABANDONED, bgt_mutex_acquire(self->waiter.mutex, 0));
	EXPECT_FALSE(mutex_look(self->bgt, NAME)->abandoned);
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->next.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->waiter.mutex));
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME));
	EXPECT_EQ(0, bgt_mutex_acquire(self->next.mutex, 0));
	owner_end(&owner);
}

TEST_F(abandonment, close)
{
	with_waiter(_metadata, self, own_and_close);
	EXPECT_EQ(0, bgt_mutex_acquire(self->next.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->next.mutex));
	without_waiter(_metadata, self, own_and_close);
}

TEST_F(abandonment, exit)
{
	with_waiter(_metadata, self, own_and_exit);
	without_waiter(_metadata, self, own_and_exit);
}

TEST_F(abandonment, sigkill)
{
	with_waiter(_metadata, self, own_and_die);
	without_waiter(_metadata, self, own_and_die);
}

TEST_F(abandonment, exec)
{
	with_waiter(_metadata, self, own_and_exec);
	without_waiter(_metadata, self, own_and_exec);
}

TEST_F(abandonment, crash)
{
	with_waiter(_metadata, self, own_and_crash);
	without_waiter(_metadata, self, own_and_crash);
}

/* A frozen owner cannot end by itself, but it can be killed. */
static void while_frozen(struct __test_metadata *_metadata, FIXTURE_DATA(abandonment) *self,
			 uint64_t quota, bool held)
{
	unsigned int grace = module_set("grace", 0);
	uint32_t id = container_new(self->bgt, quota, 3600 * SEC), member;
	struct owner owner = owner_start(self->bgt, own_and_exit);

	member = member_add(self->bgt, id, BGT_ROLE_APP, "a");
	if (held)
		member_hold(self->bgt, member, true);
	cgroup_wait_frozen("a", true);
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	owner_tell(&owner);
	EXPECT_EQ(-ETIME, mutex_wait_until(self->waiter.bgt, now() + 200 * MSEC));
	EXPECT_TRUE(cgroup_is_frozen("a"));
	task_kill(owner.pid);
	EXPECT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->waiter.bgt));
	module_set("grace", grace);
}

TEST_F_TIMEOUT(abandonment, killed_while_throttled, 60)
{
	while_frozen(_metadata, self, 0, false);
}

TEST_F_TIMEOUT(abandonment, killed_while_held, 60)
{
	while_frozen(_metadata, self, BGT_QUOTA_UNLIMITED, true);
}

/* An owner of many mutexes, each acquired twice, abandons all of them. */
TEST_F(abandonment, many)
{
	struct party owner = { .bgt = mutex_connect() };
	char name[32];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), NAME "-%d", i);
		owner.mutex = mutex_open(owner.bgt, name, BGT_SCOPE_USER);
		ASSERT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
		ASSERT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	}
	party_end(&owner);
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), NAME "-%d", i);
		owner.mutex = mutex_open(self->bgt, name, BGT_SCOPE_USER);
		ASSERT_EQ(BGT_MUTEX_ABANDONED, bgt_mutex_acquire(owner.mutex, 0));
		ASSERT_EQ(0, bgt_mutex_release(owner.mutex));
	}
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME "-50"));
}

/* Waiters that die leave the queue. */
TEST_F(abandonment, waiter_ends)
{
	struct party owner = party_new(NAME), third = party_new(NAME);

	EXPECT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	party_wait(&self->next, 100000);
	party_wait(&third, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(3, mutex_look(self->bgt, NAME)->waiters);
	party_end(&self->waiter);
	party_end(&self->next);
	EXPECT_EQ(1, mutex_look(self->bgt, NAME)->waiters);
	EXPECT_EQ(0, bgt_mutex_release(owner.mutex));
	EXPECT_EQ(0, mutex_wait(third.bgt));
}

static int wait_for_it(void *data)
{
	struct party waiter = party_new(NAME);

	return bgt_mutex_acquire(waiter.mutex, BGT_TIMEOUT_INFINITE) < 0;
}

TEST_F(abandonment, waiter_killed)
{
	struct party owner = party_new(NAME);
	pid_t pid;

	EXPECT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	pid = task_start("a", wait_for_it, NULL);
	ASSERT_TRUE(mutex_wait_waiters(self->bgt, NAME, 1));
	party_wait(&self->next, BGT_TIMEOUT_INFINITE);
	task_kill(pid);
	EXPECT_TRUE(mutex_wait_waiters(self->bgt, NAME, 1));
	EXPECT_EQ(0, bgt_mutex_release(owner.mutex));
	EXPECT_EQ(0, mutex_wait(self->next.bgt));
}

/* A connection that owns a mutex and waits for another one dies. */
TEST_F(abandonment, owner_that_waits)
{
	struct party owner = party_new(NAME);
	struct bgt_mutex *other = mutex_open(self->waiter.bgt, NAME "-other", BGT_SCOPE_USER);
	struct bgt_mutex *same = mutex_open(self->next.bgt, NAME "-other", BGT_SCOPE_USER);

	EXPECT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_acquire(other, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(0, bgt_mutex_acquire_start(same, BGT_TIMEOUT_INFINITE));
	party_end(&self->waiter);
	EXPECT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->next.bgt));
	EXPECT_EQ(0, mutex_look(self->bgt, NAME)->waiters);
}

/* The socket owns the mutex: as long as a child has the socket, the mutex is owned. */
static int pass_on(void *data)
{
	struct party owner = party_new(NAME);
	int *pipe = data;
	char byte;

	if (bgt_mutex_acquire(owner.mutex, 0) < 0)
		return 1;
	if (fork())
		return 0;
	close(pipe[1]);
	if (read(pipe[0], &byte, 1))
		return 1;
	return bgt_mutex_release(owner.mutex) ? 1 : 0;
}

TEST_F(abandonment, fork_passes_the_socket_on)
{
	struct owner owner;

	ASSERT_EQ(0, pipe2(owner.pipe, O_CLOEXEC));
	EXPECT_EQ(0, task_wait(task_start("a", pass_on, owner.pipe)));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->waiter.mutex, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(-ETIME, mutex_wait_until(self->waiter.bgt, now() + 50 * MSEC));
	/* The child can release the mutex. */
	owner_tell(&owner);
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
	cgroup_wait_empty("a");
}

TEST_F(abandonment, fork_and_the_child_dies)
{
	struct owner owner;

	ASSERT_EQ(0, pipe2(owner.pipe, O_CLOEXEC));
	EXPECT_EQ(0, task_wait(task_start("a", pass_on, owner.pipe)));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	ASSERT_EQ(0, cgroup_write("a", "cgroup.kill", "1"));
	EXPECT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->waiter.bgt));
}

static int keep_and_exec(void *data)
{
	struct party owner = party_new(NAME);

	if (bgt_mutex_acquire(owner.mutex, 0) < 0 || bgt_keep_on_exec(owner.bgt, true))
		return 1;
	execlp("sleep", "sleep", "1000", NULL);
	return 1;
}

TEST_F(abandonment, exec_keeps_what_it_is_told_to)
{
	pid_t pid = task_start("a", keep_and_exec, NULL);
	char path[64], text[16] = "";
	uint64_t end = now() + DEADLINE;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	while (strncmp(text, "sleep", 5) && now() < end) {
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		ASSERT_LT(0, read(fd, text, sizeof(text) - 1));
		close(fd);
	}
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->waiter.mutex, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	task_kill(pid);
	EXPECT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->waiter.bgt));
}

/* When the module is unloaded, waiters and owners get an error. */
TEST_F_TIMEOUT(abandonment, module_unloaded, 120)
{
	struct party owner = party_new(NAME);
	uint64_t end = now() + DEADLINE;
	int error;

	EXPECT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	party_wait(&self->next, 100000);
	while ((error = module_unload()) == -EAGAIN && now() < end)
		usleep(1000);
	ASSERT_EQ(0, error);
	EXPECT_EQ(-EPROTONOSUPPORT, mutex_wait(self->waiter.bgt));
	EXPECT_STREQ("the bgtask module is being unloaded", bgt_error(self->waiter.bgt));
	EXPECT_EQ(-EPROTONOSUPPORT, mutex_wait(self->next.bgt));
	EXPECT_EQ(-EPROTONOSUPPORT, bgt_mutex_release(owner.mutex));
	ASSERT_EQ(0, module_load());
}

TEST_HARNESS_MAIN
