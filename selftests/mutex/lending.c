// SPDX-License-Identifier: GPL-2.0
/*
 * A frozen owner is lent time by processes outside of its container that wait for its mutex: a
 * limited time, and no more.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"lending"
#define GRACE	50
/* So long that a loan ends for another reason. */
#define LONG_GRACE	60000
/* How much longer than a timer or a wakeup anything may take on a busy host. */
#define SLACK	(exact_clock() ? 10 * MSEC : 500 * MSEC)

/* Memory that the owner and the test share. */
struct board {
	volatile pid_t owner;
	volatile bool owned;
	volatile bool release;
	volatile bool released;
	volatile uint64_t counts[2];
};

FIXTURE(lending) {
	struct bgt *bgt;
	struct party waiter, second;
	struct board *board;
	uint32_t id, member;
	unsigned int grace;
};

FIXTURE_SETUP(lending)
{
	scene_begin();
	self->grace = module_set("grace", GRACE);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	self->waiter = party_new(NAME);
	self->second = party_new(NAME);
	self->board = mmap(NULL, sizeof(*self->board), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->board);
}

FIXTURE_TEARDOWN_PARENT(lending)
{
	module_set("grace", self->grace);
	scene_end();
}

/* Owns the mutex and counts, and releases the mutex when it is told to. */
static void own(struct board *board, unsigned int thread)
{
	struct party owner = party_new(NAME);

	if (bgt_mutex_acquire(owner.mutex, 0) < 0)
		exit(1);
	board->owned = true;
	while (!board->release)
		board->counts[thread]++;
	if (bgt_mutex_release(owner.mutex))
		exit(1);
	board->released = true;
	for (;;)
		board->counts[thread]++;
}

static int run_owner(void *data)
{
	struct board *board = data;

	/* Closes the inherited sockets: a waiter that closes its socket must leave the queue. */
	close_range(3, UINT_MAX, 0);
	board->owner = getpid();
	own(board, 0);
	return 0;
}

static pid_t owner_start(struct board *board)
{
	uint64_t end = now() + DEADLINE;
	pid_t pid = task_start("a", run_owner, board);

	while (!board->owned && now() < end)
		usleep(1000);
	if (!board->owned)
		fail("the owner does not get the mutex");
	return pid;
}

/* Sets the container's quota to 1 ns, in a generation that does not end soon. */
static void throttle(FIXTURE_DATA(lending) *self)
{
	container_set_quota(self->bgt, self->id, 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	cgroup_wait_frozen("a", true);
}

/*
 * Waits for a loan by the usage, since the loan may be over before anybody sees the container
 * thawed.
 */
static void wait_until_lent(FIXTURE_DATA(lending) *self, uint64_t usage)
{
	uint64_t end = now() + DEADLINE;

	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	while (container_look(self->bgt, self->id)->usage <= usage && now() < end)
		usleep(1000);
	cgroup_wait_frozen("a", true);
}

/*
 * The owner waits only for CPU time to release the mutex: the loan gives it that. The loan is long,
 * as a busy machine may take longer than the usual one.
 */
TEST_F_TIMEOUT(lending, throttled, 120)
{
	uint64_t before, spent;

	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	throttle(self);
	spent = container_look(self->bgt, self->id)->spent;
	self->board->release = true;
	before = now();
	EXPECT_EQ(0, bgt_mutex_acquire(self->waiter.mutex, 60000));
	EXPECT_LE(now() - before, GRACE * MSEC + SLACK);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);

	/* After the release the container stands still again, and is charged for the loan. */
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(container_look(self->bgt, self->id)->throttled);
	EXPECT_EQ(1, container_look(self->bgt, self->id)->times_lent);
	EXPECT_GT(container_look(self->bgt, self->id)->spent, spent);
}

/* A loan is paid by the next budget. */
TEST_F_TIMEOUT(lending, overrun, 120)
{
	uint64_t quota = 300 * MSEC, grace = 200, spent, usage, generation, paid;
	const struct bgt_container *container;
	bool anticipate = module_anticipate(false);

	module_set("grace", (unsigned int)grace);
	owner_start(self->board);
	container_set_period(self->bgt, self->id, 2 * SEC);
	container_set_quota(self->bgt, self->id, quota);
	event_drain(self->bgt);
	/* The first whole generation with this quota. */
	event_wait(self->bgt, BGT_EVENT_CONTAINER_THROTTLED, self->id);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
	usage = container_look(self->bgt, self->id)->usage;
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	wait_until_lent(self, usage);
	container = container_look(self->bgt, self->id);
	spent = container->spent;
	generation = container->generation;
	/* The owner has not released the mutex, and so has used up the loan. */
	EXPECT_GE(spent, quota + grace * MSEC / 2);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	container = container_look(self->bgt, self->id);
	EXPECT_GE(container->overrun, spent - quota);
	/* The next budget has paid, or, on a busy machine, later ones, too. */
	paid = (container->generation - generation) * quota;
	EXPECT_GE(paid, quota);
	EXPECT_GE(container->spent + paid, spent);
	module_anticipate(anticipate);
}

/* The wait began while the owner still ran. */
TEST_F_TIMEOUT(lending, throttled_while_others_wait, 120)
{
	const struct bgt_container *container;

	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(0, container_look(self->bgt, self->id)->times_lent);
	container_set_quota(self->bgt, self->id, 1);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	self->board->release = true;
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
	cgroup_wait_frozen("a", true);
	container = container_look(self->bgt, self->id);
	EXPECT_EQ(1, container->times_lent);
	EXPECT_TRUE(container->throttled);
}

/* A loan has a limit, and there is one in a generation. */
TEST_F_TIMEOUT(lending, bounded, 120)
{
	uint64_t before, spent, usage;

	owner_start(self->board);
	throttle(self);
	usage = container_look(self->bgt, self->id)->usage;
	before = now();
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	wait_until_lent(self, usage);
	EXPECT_GE(now() - before, GRACE * MSEC);
	EXPECT_LE(now() - before, GRACE * MSEC + SLACK);
	spent = container_look(self->bgt, self->id)->usage - usage;
	note("%llu us of %u ms were used", (unsigned long long)(spent / USEC), GRACE);
	EXPECT_LE(spent, GRACE * MSEC + SLACK);

	/* No second loan, neither for this waiter nor for another one. */
	self->board->release = true;
	party_wait(&self->second, BGT_TIMEOUT_INFINITE);
	EXPECT_EQ(-ETIME, mutex_wait_until(self->waiter.bgt, now() + 300 * MSEC));
	EXPECT_TRUE(cgroup_is_frozen("a"));
	EXPECT_EQ(1, container_look(self->bgt, self->id)->times_lent);
	container_set_exempt(self->bgt, self->id, true);
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
}

/* A container without any budget is lent time in each generation. */
TEST_F_TIMEOUT(lending, each_generation, 120)
{
	const struct bgt_container *container;
	uint64_t generation;

	owner_start(self->board);
	container_set_period(self->bgt, self->id, 400 * MSEC);
	container_set_quota(self->bgt, self->id, 0);
	cgroup_wait_frozen("a", true);
	generation = container_look(self->bgt, self->id)->generation;
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	for (int i = 0; i < 4; i++)
		event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	container = container_look(self->bgt, self->id);
	EXPECT_GE(container->generation - generation, 3);
	EXPECT_LE(container->times_lent, container->generation - generation + 1);
}

/*
 * A loan that is larger than a budget is paid back before there is another one; otherwise a
 * container that always has somebody wait for it would need no budget.
 */
TEST_F_TIMEOUT(lending, paid_back, 120)
{
	uint64_t quota = 50 * MSEC, generation, spent, usage, times;
	const struct bgt_container *container;
	const struct bgt_event *event;

	module_set("grace", 300);
	owner_start(self->board);
	container_set_period(self->bgt, self->id, SEC);
	container_set_quota(self->bgt, self->id, quota);
	cgroup_wait_frozen("a", true);
	usage = container_look(self->bgt, self->id)->usage;
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	/*
	 * Repeats until a loan has left a debt; on a busy host the next generations may pay it at
	 * once.
	 */
	do {
		wait_until_lent(self, usage);
		container = container_look(self->bgt, self->id);
		usage = container->usage;
		generation = container->generation;
		spent = container->spent;
		times = container->times_lent;
	} while (spent < 3 * quota);
	note("%llu ms of %llu ms are spent", (unsigned long long)(spent / MSEC),
	     (unsigned long long)(quota / MSEC));

	/* Skips events of earlier loans that come only now. */
	do
		event = event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	while (event->container->times_lent <= times);
	EXPECT_GE(event->container->generation, generation + spent / quota);
}

/* A loan ends when the owner has released the mutex. */
TEST_F_TIMEOUT(lending, ends_with_the_release, 120)
{
	uint64_t before = now();

	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	throttle(self);
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	self->board->release = true;
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
	cgroup_wait_frozen("a", true);
	EXPECT_LE(now() - before, 50 * SEC);
}

/* A loan ends when nobody waits any more. */
TEST_F_TIMEOUT(lending, ends_with_the_wait, 120)
{
	uint64_t before = now();

	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	throttle(self);
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	cgroup_wait_frozen("a", false);
	party_end(&self->waiter);
	cgroup_wait_frozen("a", true);
	EXPECT_LE(now() - before, 50 * SEC);
}

TEST_F_TIMEOUT(lending, switched_off, 120)
{
	module_set("grace", 0);
	owner_start(self->board);
	throttle(self);
	self->board->release = true;
	EXPECT_EQ(-ETIMEDOUT, bgt_mutex_acquire(self->waiter.mutex, 200));
	EXPECT_EQ(0, container_look(self->bgt, self->id)->times_lent);
	EXPECT_TRUE(cgroup_is_frozen("a"));
}

/* After the loan, a held member is held again. */
TEST_F_TIMEOUT(lending, held, 120)
{
	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	member_hold(self->bgt, self->member, true);
	cgroup_wait_frozen("a", true);
	self->board->release = true;
	EXPECT_EQ(0, bgt_mutex_acquire(self->waiter.mutex, 60000));
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	cgroup_wait_frozen("a", true);
	EXPECT_TRUE(member_look(self->bgt, self->member)->held);
	EXPECT_FALSE(container_look(self->bgt, self->id)->throttled);
	EXPECT_EQ(1, container_look(self->bgt, self->id)->times_lent);
}

static int wait_inside(void *data)
{
	struct party waiter = party_new(NAME);

	return -bgt_mutex_acquire(waiter.mutex, BGT_TIMEOUT_INFINITE);
}

/* A waiter in the same container does not lend time. */
TEST_F_TIMEOUT(lending, not_to_oneself, 120)
{
	pid_t pid;

	owner_start(self->board);
	cgroup_make("b");
	member_add(self->bgt, self->id, BGT_ROLE_TASK, "b");
	pid = task_start("b", wait_inside, NULL);
	ASSERT_TRUE(mutex_wait_waiters(self->bgt, NAME, 1));
	throttle(self);
	self->board->release = true;
	pause_for(300 * MSEC);
	EXPECT_FALSE(self->board->released);
	EXPECT_EQ(0, container_look(self->bgt, self->id)->times_lent);
	/* Behind it waits somebody outside, who lends time, and may get the mutex at once. */
	EXPECT_EQ(0, bgt_mutex_acquire_start(self->waiter.mutex, BGT_TIMEOUT_INFINITE));
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
	/*
	 * The mutex goes to the waiter inside first, which ends and abandons it, during this loan
	 * or in the next generation.
	 */
	container_set_exempt(self->bgt, self->id, true);
	EXPECT_EQ(0, task_wait(pid));
	EXPECT_LE(0, mutex_wait(self->waiter.bgt));
}

static void *ui_thread(void *data)
{
	struct board *board = data;

	if (cgroup_move_thread("a/ui", (pid_t)syscall(SYS_gettid)))
		exit(1);
	for (;;)
		board->counts[1]++;
}

static int run_app(void *data)
{
	pthread_t pthread;

	if (pthread_create(&pthread, NULL, ui_thread, data))
		return 1;
	return run_owner(data);
}

/* A held app's worker thread gets time; its UI thread, which is a held member below, gets none. */
TEST_F_TIMEOUT(lending, not_to_the_ui_thread, 120)
{
	uint64_t end = now() + DEADLINE, count;
	uint32_t ui;

	cgroup_make("a/ui");
	ASSERT_EQ(0, cgroup_write("a/ui", "cgroup.type", "threaded"));
	ui = member_add(self->bgt, self->id, BGT_ROLE_UI, "a/ui");
	module_set("grace", LONG_GRACE);
	task_start("a", run_app, self->board);
	while ((!self->board->owned || !self->board->counts[1]) && now() < end)
		usleep(1000);
	ASSERT_TRUE(self->board->owned);
	member_hold(self->bgt, ui, true);
	member_hold(self->bgt, self->member, true);
	cgroup_wait_frozen("a", true);
	cgroup_wait_frozen("a/ui", true);
	count = self->board->counts[1];
	self->board->release = true;
	EXPECT_EQ(0, bgt_mutex_acquire(self->waiter.mutex, 60000));
	EXPECT_EQ(1, container_look(self->bgt, self->id)->times_lent);
	cgroup_wait_frozen("a", true);
	EXPECT_EQ(count, self->board->counts[1]);
}

/* The container is deleted during a loan. */
TEST_F_TIMEOUT(lending, container_deleted, 120)
{
	module_set("grace", LONG_GRACE);
	owner_start(self->board);
	throttle(self);
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
	cgroup_wait_frozen("a", false);
	container_delete(self->bgt, self->id);
	self->board->release = true;
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
	EXPECT_FALSE(cgroup_is_frozen("a"));
}

TEST_HARNESS_MAIN
