// SPDX-License-Identifier: GPL-2.0
/*
 * Processes that acquire and release mutexes at random, in all ways, and are killed at random: no
 * mutex has two owners, no process waits for ever, and nothing is left.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define PROCESSES	8
#define MUTEXES		16

/*
 * Memory that all processes share. The owner of a mutex is noted in @inside; as it may be killed
 * while it owns the mutex, the next owner may find it there if it was told that the mutex was
 * abandoned.
 */
struct field {
	volatile bool stop;
	volatile uint64_t inside[MUTEXES];
	/* Not atomic, since only the owner changes it. */
	volatile uint64_t counts[MUTEXES];
	/* Counted atomically. */
	uint64_t acquired, abandoned, refused, broken;
	/* How many rounds each process has made. */
	volatile uint64_t rounds[PROCESSES];
};

struct hammer {
	struct field *field;
	unsigned int number;
	uint64_t seed;
};

FIXTURE(hammer) {
	struct bgt *bgt;
	struct field *field;
};

FIXTURE_SETUP(hammer)
{
	scene_begin();
	cgroup_make("a");
	self->bgt = mutex_connect();
	self->field = mmap(NULL, sizeof(*self->field), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->field);
}

FIXTURE_TEARDOWN_PARENT(hammer)
{
	scene_end();
}

static void add(uint64_t *counter)
{
	__atomic_add_fetch(counter, 1, __ATOMIC_RELAXED);
}

static struct bgt_mutex *mutex_number(struct bgt *bgt, unsigned int number)
{
	char name[32];

	snprintf(name, sizeof(name), "hammer-%u", number);
	return mutex_open(bgt, name, number % 2 ? BGT_SCOPE_USER : BGT_SCOPE_GLOBAL);
}

static void enter(struct field *field, unsigned int mutex, bool abandoned)
{
	uint64_t self = (uint64_t)getpid();

	add(&field->acquired);
	if (abandoned)
		add(&field->abandoned);
	else if (field->inside[mutex])
		add(&field->broken);
	field->inside[mutex] = self;
	for (int i = 0; i < 50; i++)
		field->counts[mutex]++;
	if (field->inside[mutex] != self)
		add(&field->broken);
}

static void leave(struct field *field, unsigned int mutex)
{
	if (field->inside[mutex] != (uint64_t)getpid())
		add(&field->broken);
	field->inside[mutex] = 0;
}

/*
 * Acquires a mutex, waiting in the call or for an event. Returns 0, BGT_MUTEX_ABANDONED, or an
 * error.
 */
static int acquire(struct bgt *bgt, struct bgt_mutex *mutex, uint64_t random)
{
	static const uint32_t timeouts[] = {
		0, 1, 20, 1000, BGT_TIMEOUT_INFINITE, BGT_TIMEOUT_INFINITE
	};
	uint32_t timeout = timeouts[random % ARRAY_SIZE(timeouts)];

	if (random & 0x100)
		return bgt_mutex_acquire(mutex, timeout);
	if (bgt_mutex_acquire_start(mutex, timeout))
		fail("bgt_mutex_acquire_start: %s", bgt_error(bgt));
	return mutex_wait(bgt);
}

/* Acquires one mutex, and perhaps others while it owns that one. */
static void go_round(struct field *field, struct bgt *bgt, struct bgt_mutex **mutexes,
		     uint64_t *seed, unsigned int depth)
{
	unsigned int number = (unsigned int)(random_next(seed) % MUTEXES);
	int result = acquire(bgt, mutexes[number], random_next(seed));

	if (result < 0) {
		if (result != -EBUSY && result != -ETIMEDOUT && result != -EDEADLK)
			fail("an acquisition fails: %s", bgt_error(bgt));
		add(&field->refused);
		return;
	}
	/* The process owns this mutex already and has acquired it once more. */
	if (field->inside[number] == (uint64_t)getpid()) {
		if (bgt_mutex_release(mutexes[number]))
			fail("a release fails: %s", bgt_error(bgt));
		return;
	}
	enter(field, number, result == BGT_MUTEX_ABANDONED);
	if (depth && random_next(seed) % 2)
		go_round(field, bgt, mutexes, seed, depth - 1);
	leave(field, number);
	if (bgt_mutex_release(mutexes[number]))
		fail("a release fails: %s", bgt_error(bgt));
}

static int hammer(void *data)
{
	struct hammer hammer = *(struct hammer *)data;
	struct bgt_mutex *mutexes[MUTEXES];
	struct bgt *bgt;

	/* Closes what was inherited, among it the socket of the test, which only observes. */
	close_range(3, UINT_MAX, 0);
	bgt = mutex_connect();
	for (unsigned int i = 0; i < MUTEXES; i++)
		mutexes[i] = mutex_number(bgt, i);
	while (!hammer.field->stop) {
		go_round(hammer.field, bgt, mutexes, &hammer.seed, 2);
		hammer.field->rounds[hammer.number]++;
	}
	bgt_close(bgt);
	return 0;
}

static pid_t start(struct field *field, unsigned int number, uint64_t *seed)
{
	struct hammer data = { field, number, random_next(seed) };

	return task_start("a", hammer, &data);
}

TEST_F_TIMEOUT(hammer, all, 3600)
{
	uint64_t seed = random_seed(), end = now() + (soak() ? 600 : 30) * SEC;
	struct field *field = self->field;
	uint64_t rounds[PROCESSES] = { 0 }, since[PROCESSES], killed = 0;
	pid_t pids[PROCESSES];

	for (unsigned int i = 0; i < PROCESSES; i++) {
		pids[i] = start(field, i, &seed);
		since[i] = now();
	}
	while (now() < end) {
		unsigned int victim = (unsigned int)(random_next(&seed) % PROCESSES);

		pause_for(random_next(&seed) % (40 * MSEC));
		task_kill(pids[victim]);
		killed++;
		pids[victim] = start(field, victim, &seed);
		since[victim] = now();
		for (unsigned int i = 0; i < PROCESSES; i++) {
			if (field->rounds[i] != rounds[i]) {
				rounds[i] = field->rounds[i];
				since[i] = now();
			}
			/* No process waits for ever. */
			ASSERT_LE(now() - since[i], DEADLINE);
		}
	}
	field->stop = true;
	for (unsigned int i = 0; i < PROCESSES; i++)
		EXPECT_EQ(0, task_wait(pids[i]));

	note("%llu acquired, %llu of them abandoned, %llu refused, %llu killed",
	     (unsigned long long)field->acquired, (unsigned long long)field->abandoned,
	     (unsigned long long)field->refused, (unsigned long long)killed);
	EXPECT_EQ(0, field->broken);
	EXPECT_GT(field->acquired, 10 * MUTEXES);
	EXPECT_GT(field->abandoned, 0);
	EXPECT_GT(field->refused, 0);

	/*
	 * Mutexes that are left over were abandoned; the first acquisition says so, and the second
	 * one does not.
	 */
	for (unsigned int i = 0; i < MUTEXES; i++) {
		struct bgt_mutex *mutex = mutex_number(self->bgt, i);

		EXPECT_LE(0, bgt_mutex_acquire(mutex, 0));
		EXPECT_EQ(0, bgt_mutex_release(mutex));
		EXPECT_EQ(0, bgt_mutex_acquire(mutex, 0));
		EXPECT_EQ(0, bgt_mutex_release(mutex));
	}
	for (unsigned int i = 0; i < MUTEXES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "hammer-%u", i);
		EXPECT_EQ(NULL, mutex_look(self->bgt, name));
	}
}

TEST_HARNESS_MAIN
