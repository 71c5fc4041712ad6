// SPDX-License-Identifier: GPL-2.0
/* Those who would wait for each other are told so, and nobody else is. */
#include <errno.h>

#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

/* Who is I owns mutex I, and can use the others. */
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
	/* The scope makes no difference. */
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

/* Waits without waiting here. */
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
	/* Nothing happened to the first. */
	EXPECT_EQ(-ETIME, mutex_wait_until(self->bgt[0], now() + 20 * MSEC));
	EXPECT_EQ(0, release(self, 1, 1));
	EXPECT_EQ(0, mutex_wait(self->bgt[0]));
}

/* With a limit it would not be for ever, but it would be for nothing. */
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
	/* From the last to any of the others. */
	for (int i = 0; i < PARTIES - 1; i++)
		EXPECT_EQ(-EDEADLK, acquire(self, PARTIES - 1, i));
	/* It comes undone from the end. */
	for (int i = PARTIES - 1; i; i--) {
		EXPECT_EQ(0, release(self, i, i));
		EXPECT_EQ(0, mutex_wait(self->bgt[i - 1]));
	}
}

/* A long line is no cycle. */
TEST_F_TIMEOUT(cycle, line, 120)
{
	for (int i = 0; i < PARTIES; i++)
		ASSERT_EQ(0, acquire(self, i, i));
	for (int i = 0; i < PARTIES - 1; i++)
		wait_for(self, i, i + 1);
	EXPECT_EQ(0, acquire(self, PARTIES - 1, PARTIES));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(mutex_of(self->bgt[PARTIES - 1], 0), 0));
}

/* One who waits for several at a time is part of as many lines. */
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
	/* 1 is in another line than 3. */
	wait_for(self, 3, 1);
	EXPECT_EQ(-EDEADLK, acquire(self, 1, 3));
}

/*
 * A cycle can also close without anybody asking: 0 waits for mutex 1 and for mutex 2, as 1 does for
 * mutex 2. When 0 gets that one, 1 waits for 0, which waits for 1.
 */
TEST_F(cycle, closed_by_a_release)
{
	ASSERT_EQ(0, acquire(self, 1, 1));
	ASSERT_EQ(0, acquire(self, 2, 2));
	wait_for(self, 0, 1);
	wait_for(self, 0, 2);
	wait_for(self, 1, 2);
	EXPECT_EQ(0, release(self, 2, 2));
	/* Mutex 2 is 0's, and its waiting for mutex 1 has come to an end, in whatever order. */
	for (int i = 0; i < 2; i++) {
		int result = mutex_wait(self->bgt[0]);

		EXPECT_TRUE(result == 0 || result == -EDEADLK);
	}
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(mutex_of(self->bgt[3], 2), 0));
	EXPECT_EQ(0, mutex_look(self->bgt[3], "cycle-1")->waiters);
	EXPECT_EQ(0, release(self, 0, 2));
	EXPECT_EQ(0, mutex_wait(self->bgt[1]));
}

/* Who timed out, or died, is no part of it any more. */
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
