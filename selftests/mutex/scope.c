// SPDX-License-Identifier: GPL-2.0
/* Scopes: who shares a mutex of some name, and who can neither see nor use it. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"scope"
#define USER	1001
#define OTHER	1002
#define MANY	600

FIXTURE(scope) {
	struct bgt *bgt;
	uint32_t a, b;
};

FIXTURE_SETUP(scope)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	cgroup_make("a/below");
	cgroup_make("b");
	self->a = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	self->b = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->a, BGT_ROLE_APP, "a");
	member_add(self->bgt, self->b, BGT_ROLE_TASK, "b");
}

FIXTURE_TEARDOWN_PARENT(scope)
{
	scene_end();
}

/*
 * An operation of another process. Its result is an error, or the number of mutexes that the
 * process sees.
 */
struct errand {
	uid_t uid;
	enum bgt_scope scope;
	enum {
		ACQUIRE,
		RELEASE,
		LOOK,
	} what;
};

static int run_errand(void *data)
{
	const struct errand *errand = data;
	struct bgt_mutex_state *list, *state;
	struct bgt_mutex *mutex;
	struct bgt *bgt;
	int count = 0;

	if (errand->uid && syscall(SYS_setresuid, errand->uid, errand->uid, errand->uid))
		return 255;
	bgt = mutex_connect();
	mutex = mutex_open(bgt, NAME, errand->scope);
	switch (errand->what) {
	case ACQUIRE:
		return -bgt_mutex_acquire(mutex, 0);
	case RELEASE:
		return -bgt_mutex_release(mutex);
	case LOOK:
		if (bgt_mutex_list(bgt, &list))
			return 255;
		for (state = list; state; state = state->next)
			count++;
		return count;
	}
	return 255;
}

static int errand(const char *cgroup, uid_t uid, enum bgt_scope scope, int what)
{
	struct errand errand = { .uid = uid, .scope = scope, .what = what };

	return task_wait(task_start(cgroup, run_errand, &errand));
}

/* Owns the mutex until it is killed. */
static int own(void *data)
{
	struct errand errand = *(struct errand *)data;
	struct party owner;

	if (errand.uid && syscall(SYS_setresuid, errand.uid, errand.uid, errand.uid))
		return 1;
	owner.bgt = mutex_connect();
	owner.mutex = mutex_open(owner.bgt, NAME, errand.scope);
	if (bgt_mutex_acquire(owner.mutex, 0) < 0)
		return 1;
	pause();
	return 0;
}

static pid_t owner_start(struct bgt *bgt, const char *cgroup, uid_t uid, enum bgt_scope scope)
{
	struct errand errand = { .uid = uid, .scope = scope };
	pid_t pid = task_start(cgroup, own, &errand);
	struct bgt_mutex_state *list, *state;
	uint64_t end = now() + DEADLINE;
	bool found;

	do {
		if (bgt_mutex_list(bgt, &list))
			fail("bgt_mutex_list: %s", bgt_error(bgt));
		for (state = list; state && (pid_t)state->owner != pid; state = state->next)
			;
		found = state;
		bgt_mutex_state_free(list);
	} while (!found && now() < end);
	if (!found)
		fail("the owner does not get the mutex");
	return pid;
}

TEST_F_TIMEOUT(scope, container, 60)
{
	const struct bgt_mutex_state *state;
	pid_t pid = owner_start(self->bgt, "a", 0, BGT_SCOPE_CONTAINER);

	state = mutex_look(self->bgt, NAME);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(BGT_SCOPE_CONTAINER, state->scope);
	EXPECT_EQ(self->a, state->container);
	EXPECT_EQ(self->a, state->owner_container);

	/* All processes of the container share the mutex, whatever their user. */
	EXPECT_EQ(EBUSY, errand("a", 0, BGT_SCOPE_CONTAINER, ACQUIRE));
	EXPECT_EQ(EBUSY, errand("a/below", USER, BGT_SCOPE_CONTAINER, ACQUIRE));
	EXPECT_EQ(EPERM, errand("a/below", USER, BGT_SCOPE_CONTAINER, RELEASE));
	EXPECT_EQ(1, errand("a/below", USER, BGT_SCOPE_CONTAINER, LOOK));

	/* The processes of another container share another mutex of the same name. */
	EXPECT_EQ(ENOENT, errand("b", 0, BGT_SCOPE_CONTAINER, RELEASE));
	EXPECT_EQ(0, errand("b", 0, BGT_SCOPE_CONTAINER, ACQUIRE));
	EXPECT_EQ(1, errand("b", USER, BGT_SCOPE_CONTAINER, LOOK));
	task_kill(pid);
}

TEST_F_TIMEOUT(scope, container_cannot_be_seen, 60)
{
	pid_t pid = owner_start(self->bgt, "a", USER, BGT_SCOPE_CONTAINER);

	EXPECT_EQ(0, errand("b", USER, BGT_SCOPE_CONTAINER, LOOK));
	EXPECT_EQ(0, errand("b", OTHER, BGT_SCOPE_CONTAINER, LOOK));
	EXPECT_EQ(0, errand("", USER, BGT_SCOPE_CONTAINER, LOOK));
	EXPECT_EQ(1, errand("a", OTHER, BGT_SCOPE_CONTAINER, LOOK));
	/* An administrator sees it. */
	EXPECT_EQ(1, errand("b", 0, BGT_SCOPE_CONTAINER, LOOK));
	task_kill(pid);
}

/* A process outside of all containers has no mutexes of this scope. */
TEST_F(scope, container_outside)
{
	struct bgt_mutex *mutex = mutex_open(self->bgt, NAME, BGT_SCOPE_CONTAINER);

	EXPECT_EQ(-ENOENT, bgt_mutex_acquire(mutex, 0));
	EXPECT_STREQ("the caller is in no container, try another scope", bgt_error(self->bgt));
	EXPECT_EQ(-ENOENT, bgt_mutex_release(mutex));
}

TEST_F_TIMEOUT(scope, user, 60)
{
	const struct bgt_mutex_state *state;
	pid_t pid = owner_start(self->bgt, "a", USER, BGT_SCOPE_USER);

	state = mutex_look(self->bgt, NAME);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(BGT_SCOPE_USER, state->scope);
	EXPECT_EQ(USER, state->uid);
	EXPECT_EQ(0, state->container);

	/* The user's processes share the mutex, in any container and outside. */
	EXPECT_EQ(EBUSY, errand("b", USER, BGT_SCOPE_USER, ACQUIRE));
	EXPECT_EQ(EBUSY, errand("", USER, BGT_SCOPE_USER, ACQUIRE));
	EXPECT_EQ(EPERM, errand("b", USER, BGT_SCOPE_USER, RELEASE));
	EXPECT_EQ(1, errand("b", USER, BGT_SCOPE_USER, LOOK));

	/* Another user cannot use it, and an administrator has his own. */
	EXPECT_EQ(ENOENT, errand("a", OTHER, BGT_SCOPE_USER, RELEASE));
	EXPECT_EQ(0, errand("a", OTHER, BGT_SCOPE_USER, LOOK));
	EXPECT_EQ(0, errand("a", OTHER, BGT_SCOPE_USER, ACQUIRE));
	EXPECT_EQ(0, errand("a", 0, BGT_SCOPE_USER, ACQUIRE));
	task_kill(pid);
}

TEST_F_TIMEOUT(scope, global, 60)
{
	pid_t pid = owner_start(self->bgt, "a", USER, BGT_SCOPE_GLOBAL);

	EXPECT_EQ(EBUSY, errand("b", OTHER, BGT_SCOPE_GLOBAL, ACQUIRE));
	EXPECT_EQ(EBUSY, errand("", 0, BGT_SCOPE_GLOBAL, ACQUIRE));
	EXPECT_EQ(EPERM, errand("b", OTHER, BGT_SCOPE_GLOBAL, RELEASE));
	EXPECT_EQ(1, errand("b", OTHER, BGT_SCOPE_GLOBAL, LOOK));
	task_kill(pid);
}

/* The same name in different scopes makes different mutexes. */
TEST_F_TIMEOUT(scope, names_are_apart, 60)
{
	pid_t pids[] = {
		owner_start(self->bgt, "a", USER, BGT_SCOPE_CONTAINER),
		owner_start(self->bgt, "b", USER, BGT_SCOPE_CONTAINER),
		owner_start(self->bgt, "a", USER, BGT_SCOPE_USER),
		owner_start(self->bgt, "a", OTHER, BGT_SCOPE_USER),
		owner_start(self->bgt, "a", USER, BGT_SCOPE_GLOBAL),
	};

	EXPECT_EQ(5, errand("", 0, BGT_SCOPE_USER, LOOK));
	EXPECT_EQ(3, errand("a", USER, BGT_SCOPE_USER, LOOK));
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		task_kill(pids[i]);
}

/* More mutexes than one message of the kernel can hold: each is listed once. */
TEST_F_TIMEOUT(scope, many_are_listed, 60)
{
	struct bgt_mutex_state *list, *state;
	struct bgt *bgt = mutex_connect();
	char name[64];
	int number;

	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), NAME "-%0*d", 3 + i % 20, i);
		ASSERT_EQ(0, bgt_mutex_acquire(mutex_open(bgt, name, BGT_SCOPE_USER), 0));
	}
	ASSERT_EQ(0, bgt_mutex_list(self->bgt, &list));
	for (number = 0, state = list; state; number++, state = state->next) {
		snprintf(name, sizeof(name), NAME "-%0*d", 3 + number % 20, number);
		EXPECT_STREQ(name, state->name);
		EXPECT_EQ(BGT_SCOPE_USER, state->scope);
		EXPECT_EQ(getpid(), (pid_t)state->owner);
		EXPECT_EQ(1, state->count);
	}
	EXPECT_EQ(MANY, number);
	bgt_mutex_state_free(list);
	bgt_close(bgt);
}

static int wait_in_container(void *data)
{
	struct bgt *bgt = mutex_connect();
	struct bgt_mutex *mutex = mutex_open(bgt, NAME, BGT_SCOPE_CONTAINER);

	return -bgt_mutex_acquire(mutex, BGT_TIMEOUT_INFINITE);
}

/* When a container is deleted, so are its mutexes, and the waiters get an error. */
TEST_F_TIMEOUT(scope, container_deleted, 60)
{
	pid_t owner = owner_start(self->bgt, "a", 0, BGT_SCOPE_CONTAINER);
	pid_t waiter = task_start("a", wait_in_container, NULL);

	ASSERT_TRUE(mutex_wait_waiters(self->bgt, NAME, 1));
	container_delete(self->bgt, self->a);
	EXPECT_EQ(ENOENT, task_wait(waiter));
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME));
	EXPECT_EQ(ENOENT, errand("a", 0, BGT_SCOPE_CONTAINER, ACQUIRE));

	/* Another container for the same cgroup has mutexes of its own. */
	self->a = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->a, BGT_ROLE_APP, "a");
	EXPECT_EQ(0, errand("a", 0, BGT_SCOPE_CONTAINER, ACQUIRE));
	task_kill(owner);
}

/* Abandoned mutexes of a container are deleted with it, too. */
TEST_F_TIMEOUT(scope, container_deleted_with_abandoned, 60)
{
	pid_t owner = owner_start(self->bgt, "a", 0, BGT_SCOPE_CONTAINER);
	pid_t other = owner_start(self->bgt, "a", USER, BGT_SCOPE_GLOBAL);

	task_kill(owner);
	task_kill(other);
	EXPECT_EQ(2, errand("", 0, BGT_SCOPE_USER, LOOK));
	container_delete(self->bgt, self->a);
	EXPECT_EQ(1, errand("", 0, BGT_SCOPE_USER, LOOK));
	EXPECT_TRUE(mutex_look(self->bgt, NAME)->abandoned);
}

TEST_HARNESS_MAIN
