// SPDX-License-Identifier: GPL-2.0
/* Who owns a mutex, for how long, and who comes next. */
#include <errno.h>
#include <linux/bgtask.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"ownership"

FIXTURE(ownership) {
	struct party a, b, c;
	/* A connection that only observes. */
	struct bgt *bgt;
};

FIXTURE_SETUP(ownership)
{
	scene_begin();
	self->a = party_new(NAME);
	self->b = party_new(NAME);
	self->c = party_new(NAME);
	self->bgt = mutex_connect();
}

FIXTURE_TEARDOWN_PARENT(ownership)
{
	scene_end();
}

#define EXPECT_FREE() EXPECT_EQ(NULL, mutex_look(self->bgt, NAME))

TEST_F(ownership, acquire_and_release)
{
	const struct bgt_mutex_state *state;

	EXPECT_FREE();
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, BGT_TIMEOUT_INFINITE));
	state = mutex_look(self->bgt, NAME);
	ASSERT_NE(NULL, state);
	EXPECT_EQ(BGT_SCOPE_USER, state->scope);
	EXPECT_EQ(getuid(), state->uid);
	EXPECT_EQ(getpid(), (pid_t)state->owner);
	EXPECT_EQ(0, state->owner_container);
	EXPECT_EQ(1, state->count);
	EXPECT_EQ(0, state->waiters);
	EXPECT_FALSE(state->abandoned);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_FREE();
}

/* Another connection of the same process is another owner. */
TEST_F(ownership, exclusion)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->b.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, bgt_mutex_acquire(self->b.mutex, 0));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->b.mutex));
}

TEST_F(ownership, recursion)
{
	for (uint32_t i = 1; i <= 3; i++) {
		EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, i % 2 ? 0 : BGT_TIMEOUT_INFINITE));
		EXPECT_EQ(i, mutex_look(self->bgt, NAME)->count);
	}
	for (uint32_t i = 2; i; i--) {
		EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
		EXPECT_EQ(i, mutex_look(self->bgt, NAME)->count);
		EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->b.mutex, 0));
	}
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, bgt_mutex_acquire(self->b.mutex, 0));
}

/* The next owner owns the mutex once, however often the last one had acquired it. */
TEST_F(ownership, recursion_ends_with_the_owner)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(-ETIME, mutex_wait_until(self->b.bgt, now() + 50 * MSEC));
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
	EXPECT_EQ(1, mutex_look(self->bgt, NAME)->count);
	EXPECT_EQ(0, bgt_mutex_release(self->b.mutex));
	EXPECT_FREE();
}

TEST_F(ownership, release_by_a_stranger)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(-EPERM, bgt_mutex_release(self->b.mutex));
	EXPECT_STREQ("another socket owns this mutex", bgt_error(self->b.bgt));
	/* A waiter may not release the mutex, either. */
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(-EPERM, bgt_mutex_release(self->b.mutex));
	EXPECT_EQ(1, mutex_look(self->bgt, NAME)->count);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
}

TEST_F(ownership, release_twice)
{
	EXPECT_EQ(-ENOENT, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(-ENOENT, bgt_mutex_release(self->a.mutex));
	EXPECT_STREQ("nobody owns this mutex", bgt_error(self->a.bgt));
}

TEST_F(ownership, try_does_not_wait)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->b.mutex, 0));
	EXPECT_STREQ("the mutex is taken", bgt_error(self->b.bgt));
	EXPECT_EQ(0, mutex_look(self->bgt, NAME)->waiters);
}

TEST_F(ownership, timeout)
{
	uint64_t before = now();

	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(-ETIMEDOUT, bgt_mutex_acquire(self->b.mutex, 120));
	EXPECT_STREQ("the mutex was not released in time", bgt_error(self->b.bgt));
	EXPECT_GE(now(), before + 120 * MSEC);
	EXPECT_EQ(0, mutex_look(self->bgt, NAME)->waiters);
	/* The mutex and its owner are as before. */
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->b.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, bgt_mutex_acquire(self->b.mutex, 0));
}

/* The longest timeout that the module accepts. */
TEST_F(ownership, longest_timeout)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_MAX);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
	EXPECT_EQ(-ERANGE, bgt_mutex_acquire(self->a.mutex, BGT_TIMEOUT_MAX + 1));
}

#define QUEUE	40

TEST_F_TIMEOUT(ownership, first_come_first_served, 120)
{
	struct party queue[QUEUE];

	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	for (int i = 0; i < QUEUE; i++) {
		queue[i] = party_new(NAME);
		party_wait(&queue[i], BGT_TIMEOUT_INFINITE);
	}
	EXPECT_EQ(QUEUE, mutex_look(self->bgt, NAME)->waiters);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	for (int i = 0; i < QUEUE; i++) {
		EXPECT_EQ(0, mutex_wait(queue[i].bgt));
		for (int j = i + 1; j < QUEUE; j++)
			EXPECT_EQ(-ETIME, mutex_wait_until(queue[j].bgt, 0));
		EXPECT_EQ(0, bgt_mutex_release(queue[i].mutex));
	}
	EXPECT_FREE();
}

/* A mutex that is released goes to the waiter, even if somebody else asks at once. */
TEST_F(ownership, no_overtaking)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	/* B owns the mutex already, though it has not read its answer. */
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
}

TEST_F(ownership, waits_but_once)
{
	struct bgt_mutex *second = mutex_open(self->b.bgt, NAME, BGT_SCOPE_USER);

	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(-EALREADY, bgt_mutex_acquire_start(self->b.mutex, BGT_TIMEOUT_INFINITE));
	EXPECT_EQ(-EALREADY, bgt_mutex_acquire(second, BGT_TIMEOUT_INFINITE));
	EXPECT_STREQ("this socket waits for the mutex already", bgt_error(self->b.bgt));
	EXPECT_EQ(1, mutex_look(self->bgt, NAME)->waiters);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
	/* B owns the mutex by both of its handles. */
	EXPECT_EQ(0, bgt_mutex_acquire(second, 0));
	EXPECT_EQ(2, mutex_look(self->bgt, NAME)->count);
}

/* A connection can make other calls while it waits for a mutex. */
TEST_F(ownership, other_calls_while_waiting)
{
	struct bgt_mutex *other = mutex_open(self->b.bgt, NAME "-other", BGT_SCOPE_USER);

	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(0, bgt_mutex_acquire(other, BGT_TIMEOUT_INFINITE));
	EXPECT_NE(NULL, mutex_look(self->b.bgt, NAME "-other"));
	/*
	 * The answer about the mutex comes while the library waits for the answer to another call.
	 */
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, bgt_mutex_release(other));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(self->a.mutex, 0));
}

/* An acquisition that was started ends with an event, also if it succeeds or fails at once. */
TEST_F(ownership, started_and_free)
{
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->a.mutex, 0));
	EXPECT_EQ(0, mutex_wait(self->a.bgt));
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->b.mutex, 0));
	EXPECT_EQ(-EBUSY, mutex_wait(self->b.bgt));
	EXPECT_STREQ("the mutex is taken", bgt_error(self->b.bgt));
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->b.mutex, 30));
	EXPECT_EQ(-ETIMEDOUT, mutex_wait(self->b.bgt));
}

static bool is_readable(const struct bgt *bgt)
{
	struct pollfd polled = { .fd = bgt_fd(bgt), .events = POLLIN };

	return poll(&polled, 1, 0) == 1;
}

/*
 * Events that come together are read one by one in their order, and the descriptor stays readable.
 */
TEST_F(ownership, several_answers)
{
	struct bgt_mutex *other = mutex_open(self->b.bgt, NAME "-other", BGT_SCOPE_USER);
	struct bgt_mutex *const order[] = { other, self->b.mutex };
	const struct bgt_event *event;

	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->b.mutex, BGT_TIMEOUT_INFINITE));
	EXPECT_EQ(0, bgt_mutex_acquire_start(other, BGT_TIMEOUT_INFINITE));
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		EXPECT_TRUE(is_readable(self->b.bgt));
		ASSERT_EQ(1, bgt_next_event(self->b.bgt, &event));
		EXPECT_EQ(BGT_EVENT_MUTEX, event->type);
		EXPECT_EQ(order[i], event->mutex);
	}
	EXPECT_FALSE(is_readable(self->b.bgt));
	EXPECT_EQ(0, bgt_next_event(self->b.bgt, &event));
}

/* A connection that closes a mutex while it waits for it gives the mutex back when it gets it. */
TEST_F(ownership, close_while_waiting)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);
	party_wait(&self->c, BGT_TIMEOUT_INFINITE);
	bgt_mutex_close(self->b.mutex);
	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(-ETIME, mutex_wait_until(self->b.bgt, now() + 50 * MSEC));
	EXPECT_EQ(0, mutex_wait(self->c.bgt));
}

TEST_F(ownership, close_releases_what_was_started)
{
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->a.mutex, 0));
	EXPECT_EQ(0, mutex_wait(self->a.bgt));
	bgt_mutex_close(self->a.mutex);
	EXPECT_FREE();
}

TEST_F(ownership, close_releases)
{
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
	bgt_mutex_close(self->a.mutex);
	EXPECT_EQ(0, bgt_mutex_acquire(self->b.mutex, 0));
}

/* A timeout and a release at the same time: the waiter owns the mutex exactly if it was told so. */
TEST_F_TIMEOUT(ownership, timeout_while_handed_over, 3600)
{
	unsigned int rounds = soak() ? 20000 : 500, acquired = 0;
	uint64_t seed = random_seed();

	for (unsigned int i = 0; i < rounds; i++) {
		uint32_t timeout = (uint32_t)(random_next(&seed) % 4) + 1;
		int result;

		ASSERT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));
		ASSERT_EQ(0, bgt_mutex_acquire_start(self->b.mutex, timeout));
		/* With 100 ticks a second, the timeout ends up to two ticks late. */
		pause_for(timeout * MSEC + random_next(&seed) % (25 * MSEC));
		ASSERT_EQ(0, bgt_mutex_release(self->a.mutex));
		result = mutex_wait(self->b.bgt);
		if (result) {
			ASSERT_EQ(-ETIMEDOUT, result);
			ASSERT_EQ(-ENOENT, bgt_mutex_release(self->b.mutex));
		} else {
			acquired++;
			ASSERT_EQ(-EBUSY, bgt_mutex_acquire(self->c.mutex, 0));
			ASSERT_EQ(0, bgt_mutex_release(self->b.mutex));
		}
		ASSERT_EQ(NULL, mutex_look(self->bgt, NAME));
	}
	note("acquired %u of %u", acquired, rounds);
	/* Both happen, so the race did take place. */
	EXPECT_GT(acquired, 0);
	EXPECT_LT(acquired, rounds);
}

/*
 * A connection whose socket is full cannot be told that it owns the mutex: the next one gets the
 * mutex.
 */
TEST_F(ownership, full_socket)
{
	struct genl deaf;
	int size = 1;

	ASSERT_EQ(0, genl_open(&deaf));
	ASSERT_EQ(0, setsockopt(deaf.socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	EXPECT_EQ(0, bgt_mutex_acquire(self->a.mutex, 0));

	genl_begin(&deaf, BGTASK_CMD_MUTEX_ACQUIRE);
	genl_put_string(&deaf, BGTASK_A_MUTEX_NAME, NAME);
	genl_put_u32(&deaf, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
	ASSERT_EQ(0, genl_send(&deaf, 0));
	ASSERT_TRUE(mutex_wait_waiters(self->bgt, NAME, 1));
	party_wait(&self->b, BGT_TIMEOUT_INFINITE);

	/* Fills the socket with answers that nobody reads. */
	genl_begin(&deaf, BGTASK_CMD_SELF_GET);
	for (int i = 0; i < 1000; i++)
		ASSERT_EQ(0, genl_send(&deaf, NLM_F_ACK));

	EXPECT_EQ(0, bgt_mutex_release(self->a.mutex));
	EXPECT_EQ(0, mutex_wait(self->b.bgt));
	EXPECT_EQ(0, bgt_mutex_release(self->b.mutex));
	EXPECT_FREE();

	/* Such a connection does not get a free mutex, either. */
	genl_begin(&deaf, BGTASK_CMD_MUTEX_ACQUIRE);
	genl_put_string(&deaf, BGTASK_A_MUTEX_NAME, NAME);
	genl_put_u32(&deaf, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
	ASSERT_EQ(0, genl_send(&deaf, 0));
	EXPECT_FREE();
}

TEST_HARNESS_MAIN
