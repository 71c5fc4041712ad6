// SPDX-License-Identifier: GPL-2.0
/* An acquisition that would close a cycle of waiters is refused, and no other one is. */
#include <errno.h>

#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

/* Connection I owns mutex I, and can use all others. */
#define PARTIES	100

FIXTURE(cycle) {
	struct bgt *bgt[PARTIES];
};

FIXTURE_SETUP(cycle)
{
	scene_begin();
	for (int i = 0; i < PARTIES; i++)
		self->bgt[i] = mutex_connect();
}

FIXTURE_TEARDOWN_PARENT(cycle)
{
	scene_end();
}

static struct bgt_mutex *mutex_of(struct bgt *bgt, int number)
{
	char name[32];

	snprintf(name, sizeof(name), "cycle-%d", number);
	/* Mutexes of different scopes can form a cycle, too. */
	return mutex_open(bgt, name, number % 2 ? BGT_SCOPE_USER : BGT_SCOPE_GLOBAL);
}

static int acquire(FIXTURE_DATA(cycle) *self, int party, int mutex)
{
	return bgt_mutex_acquire(mutex_of(self->bgt[party], mutex), BGT_TIMEOUT_INFINITE);
}

static int release(FIXTURE_DATA(cycle) *self, int party, int mutex)
{
	return bgt_mutex_release(mutex_of(self->bgt[party], mutex));
}

/* Begins an acquisition that has to wait, without blocking this process. */
static void wait_for(FIXTURE_DATA(cycle) *self, int party, int mutex)
{
	struct party waiter = { self->bgt[party], mutex_of(self->bgt[party], mutex) };

	party_wait(&waiter, BGT_TIMEOUT_INFINITE);
}

TEST_F(cycle, two)
{
	EXPECT_EQ(0, acquire(self, 0, 0));
	EXPECT_EQ(0, acquire(self, 1, 1));
	wait_for(self, 0, 1);
	EXPECT_EQ(-EDEADLK, acquire(self, 1, 0));
	EXPECT_STREQ("the owner waits for this socket", bgt_error(self->bgt[1]));
	/* The refusal does not affect the first waiter. */
	EXPECT_EQ(-ETIME, mutex_wait_until(self->bgt[0], now() + 20 * MSEC));
	EXPECT_EQ(0, release(self, 1, 1));
	EXPECT_EQ(0, mutex_wait(self->bgt[0]));
}

/* Waiting with a timeout is refused, too, as it would be in vain. */
TEST_F(cycle, two_with_timeout)
{
	EXPECT_EQ(0, acquire(self, 0, 0));
	EXPECT_EQ(0, acquire(self, 1, 1));
	wait_for(self, 0, 1);
	EXPECT_EQ(-EDEADLK, bgt_mutex_acquire(mutex_of(self->bgt[1], 0), 60000));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(mutex_of(self->bgt[1], 0), 0));
}

TEST_F_TIMEOUT(cycle, many, 120)
{
	for (int i = 0; i < PARTIES; i++)
		ASSERT_EQ(0, acquire(self, i, i));
	for (int i = 0; i < PARTIES - 1; i++)
		wait_for(self, i, i + 1);
	/* The last one may not wait for any of the others. */
	for (int i = 0; i < PARTIES - 1; i++)
		EXPECT_EQ(-EDEADLK, acquire(self, PARTIES - 1, i));
	/* The line of waiters is resolved from its end. */
	for (int i = PARTIES - 1; i; i--) {
		EXPECT_EQ(0, release(self, i, i));
		EXPECT_EQ(0, mutex_wait(self->bgt[i - 1]));
	}
}

/* A long line of waiters without a cycle is allowed. */
TEST_F_TIMEOUT(cycle, line, 120)
{
	for (int i = 0; i < PARTIES; i++)
		ASSERT_EQ(0, acquire(self, i, i));
	for (int i = 0; i < PARTIES - 1; i++)
		wait_for(self, i, i + 1);
	EXPECT_EQ(0, acquire(self, PARTIES - 1, PARTIES));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(mutex_of(self->bgt[PARTIES - 1], 0), 0));
}

/* A connection that waits for several mutexes is part of several lines. */
TEST_F(cycle, branches)
{
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, acquire(self, i, i));
	wait_for(self, 0, 1);
	wait_for(self, 0, 2);
	wait_for(self, 2, 3);
	EXPECT_EQ(-EDEADLK, acquire(self, 3, 0));
	EXPECT_EQ(-EDEADLK, acquire(self, 1, 0));
	EXPECT_EQ(-EDEADLK, acquire(self, 3, 2));
	/* Connection 1 is not in the line of connection 3. */
	wait_for(self, 3, 1);
	EXPECT_EQ(-EDEADLK, acquire(self, 1, 3));
}

/*
 * A cycle can also close by a release: connection 0 waits for mutexes 1 and 2, and connection 1 for
 * mutex 2. When 0 gets mutex 2, connection 1 waits for 0, which still waits for 1.
 */
TEST_F(cycle, closed_by_a_release)
{
	ASSERT_EQ(0, acquire(self, 1, 1));
	ASSERT_EQ(0, acquire(self, 2, 2));
	wait_for(self, 0, 1);
	wait_for(self, 0, 2);
	wait_for(self, 1, 2);
	EXPECT_EQ(0, release(self, 2, 2));
	/*
	 * Connection 0 owns mutex 2, and its wait for mutex 1 has been refused; the answers come in
	 * any order.
	 */
	for (int i = 0; i < 2; i++) {
		int result = mutex_wait(self->bgt[0]);

		EXPECT_TRUE(result == 0 || result == -EDEADLK);
	}
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(mutex_of(self->bgt[3], 2), 0));
	EXPECT_EQ(0, mutex_look(self->bgt[3], "cycle-1")->waiters);
	EXPECT_EQ(0, release(self, 0, 2));
	EXPECT_EQ(0, mutex_wait(self->bgt[1]));
}

/* A waiter that timed out, or died, is not part of a cycle any more. */
TEST_F(cycle, broken)
{
	EXPECT_EQ(0, acquire(self, 0, 0));
	EXPECT_EQ(0, acquire(self, 1, 1));
	EXPECT_EQ(-ETIMEDOUT, bgt_mutex_acquire(mutex_of(self->bgt[0], 1), 20));
	wait_for(self, 1, 0);
	EXPECT_EQ(-EDEADLK, acquire(self, 0, 1));
	bgt_close(self->bgt[1]);
	EXPECT_EQ(BGT_MUTEX_ABANDONED, acquire(self, 0, 1));
}

TEST_HARNESS_MAIN
