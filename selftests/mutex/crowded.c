// SPDX-License-Identifier: GPL-2.0
/*
 * A socket that owns very many mutexes is closed, and very many others wait. Whoever has nothing to
 * do with these does not have to wait.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

/* How many mutexes each of them owns. */
#define FIRST	100
#define SECOND	200
#define THIRD	200

/* For how long a bystander may have to wait for its own mutex. */
#define LONGEST	(10 * MSEC)

/* In memory that the tests share with it. */
struct bystander {
	volatile uint64_t longest;
	volatile uint64_t times;
};

static int stand_by(void *data);

FIXTURE(crowded) {
	struct bgt *first, *second, *third, *waiter;
	struct bystander *bystander;
	pid_t pid;
};

FIXTURE_SETUP(crowded)
{
	scene_begin();
	self->bystander = mmap(NULL, sizeof(*self->bystander), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->bystander);
	/* Before the others, whose sockets it would have, too. */
	self->pid = task_start("", stand_by, self->bystander);
	self->first = mutex_connect();
	self->second = mutex_connect();
	self->third = mutex_connect();
	self->waiter = mutex_connect();
}

FIXTURE_TEARDOWN_PARENT(crowded)
{
	mutex_sweep();
	scene_end();
}

static struct bgt_mutex *numbered(struct bgt *bgt, const char *whose, int number)
{
	char name[32];

	snprintf(name, sizeof(name), "crowded-%s-%d", whose, number);
	return mutex_open(bgt, name, BGT_SCOPE_USER);
}

static void own(struct bgt *bgt, const char *whose, int count)
{
	for (int i = 0; i < count; i++)
		if (bgt_mutex_acquire(numbered(bgt, whose, i), 0))
			fail("cannot acquire: %s", bgt_error(bgt));
}

static void wait_for(struct bgt *bgt, const char *whose, int count)
{
	for (int i = 0; i < count; i++)
		if (bgt_mutex_acquire_start(numbered(bgt, whose, i), BGT_TIMEOUT_INFINITE))
			fail("cannot wait: %s", bgt_error(bgt));
}

/*
 * Acquires and releases a mutex of its own, and takes the time. As a real-time task it waits for
 * nothing but locks.
 */
static int stand_by(void *data)
{
	const struct sched_param param = { .sched_priority = 1 };
	struct bystander *bystander = data;
	struct party party = party_new("crowded-bystander");

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		return 1;
	for (;;) {
		uint64_t begin = now(), passed;

		if (bgt_mutex_acquire(party.mutex, 0) || bgt_mutex_release(party.mutex))
			return 1;
		passed = now() - begin;
		if (passed > bystander->longest)
			bystander->longest = passed;
		bystander->times++;
		usleep(100);
	}
}

TEST_F_TIMEOUT(crowded, close, 240)
{
	uint64_t before;

	own(self->first, "first", FIRST);
	own(self->second, "second", SECOND);
	own(self->third, "third", THIRD);
	/* Each mutex that the waiter is handed could close a cycle with all that it waits for. */
	wait_for(self->second, "third", THIRD);
	wait_for(self->waiter, "first", FIRST);
	wait_for(self->waiter, "second", SECOND);

	while (!self->bystander->times)
		pause_for(MSEC);
	self->bystander->longest = 0;
	before = self->bystander->times;
	bgt_close(self->first);
	for (int i = 0; i < FIRST; i++)
		ASSERT_EQ(BGT_MUTEX_ABANDONED, mutex_wait(self->waiter));
	while (self->bystander->times < before + 10)
		pause_for(MSEC);
	task_kill(self->pid);
	note("the bystander waited for %llu us at most",
	     (unsigned long long)(self->bystander->longest / USEC));
	if (exact_clock())
		EXPECT_LE(self->bystander->longest, LONGEST);
}

TEST_HARNESS_MAIN
