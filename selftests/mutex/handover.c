// SPDX-License-Identifier: GPL-2.0
/*
 * The module finds out anew which container to lend time to whenever a mutex gets another owner, or
 * somebody stops waiting: with several owners and waiters, in containers that stand still and
 * outside of all.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
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

#define NAME	"handover"
#define OTHER	"handover-other"
/* So long that a loan ends for another reason. */
#define LONG_GRACE	60000

/* A process in a container that acquires a mutex, and releases it when it is told to. */
struct insider {
	const char *name;
	volatile pid_t pid;
	volatile bool owns;
	volatile bool release;
	volatile uint64_t count;
};

FIXTURE(handover) {
	struct bgt *bgt;
	/* The containers of cgroups "a" and "b". */
	uint32_t a, b;
	/* Connections of the test itself, which is in no container. */
	struct party outsider, second;
	struct insider *insiders;
	unsigned int grace;
};

FIXTURE_SETUP(handover)
{
	scene_begin();
	self->grace = module_set("grace", LONG_GRACE);
	self->bgt = container_connect();
	cgroup_make("a");
	cgroup_make("b");
	self->a = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
	self->b = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
	member_add(self->bgt, self->a, BGT_ROLE_APP, "a");
	member_add(self->bgt, self->b, BGT_ROLE_APP, "b");
	self->outsider = party_new(NAME);
	self->second = party_new(NAME);
	self->insiders = mmap(NULL, 3 * sizeof(*self->insiders), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->insiders);
}

FIXTURE_TEARDOWN_PARENT(handover)
{
	module_set("grace", self->grace);
	scene_end();
}

static int run_insider(void *data)
{
	struct insider *insider = data;
	struct party party;

	/* Closes the inherited sockets: a waiter that closes its socket must leave the queue. */
	close_range(3, UINT_MAX, 0);
	party = party_new(insider->name);
	if (bgt_mutex_acquire(party.mutex, BGT_TIMEOUT_INFINITE) < 0)
		return 1;
	insider->owns = true;
	while (!insider->release)
		insider->count++;
	if (bgt_mutex_release(party.mutex))
		return 1;
	for (;;)
		pause();
}

static struct insider *insider_start(FIXTURE_DATA(handover) *self, const char *cgroup,
				     const char *name)
{
	struct insider *insider = self->insiders;

	while (insider->name)
		insider++;
	insider->name = name;
	insider->pid = task_start(cgroup, run_insider, insider);
	return insider;
}

static struct insider *owner_start(FIXTURE_DATA(handover) *self, const char *cgroup,
				   const char *name)
{
	struct insider *insider = insider_start(self, cgroup, name);
	uint64_t end = now() + DEADLINE;

	while (!insider->owns && now() < end)
		look_later(end);
	if (!insider->owns)
		fail("the owner does not get the mutex");
	return insider;
}

static struct insider *waiter_start(FIXTURE_DATA(handover) *self, const char *cgroup,
				    uint32_t waiters)
{
	struct insider *insider = insider_start(self, cgroup, NAME);

	if (!mutex_wait_waiters(self->bgt, NAME, waiters))
		fail("nobody waits for the mutex");
	return insider;
}

/* Sets the container's quota to 0, in a generation that does not end soon. */
static void throttle(FIXTURE_DATA(handover) *self, uint32_t id, const char *cgroup)
{
	container_set_quota(self->bgt, id, 0);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, id);
	cgroup_wait_frozen(cgroup, true);
}

static uint64_t times_lent(FIXTURE_DATA(handover) *self, uint32_t id)
{
	return container_look(self->bgt, id)->times_lent;
}

/* The owner is in no container, and the next owner in one that stands still. */
TEST_F_TIMEOUT(handover, from_outside, 120)
{
	struct insider *insider;

	ASSERT_EQ(0, bgt_mutex_acquire(self->outsider.mutex, 0));
	insider = waiter_start(self, "a", 1);
	party_wait(&self->second, BGT_TIMEOUT_INFINITE);
	throttle(self, self->a, "a");
	insider->release = true;
	EXPECT_EQ(0, times_lent(self, self->a));
	EXPECT_EQ(0, bgt_mutex_release(self->outsider.mutex));
	EXPECT_EQ(0, mutex_wait(self->second.bgt));
	EXPECT_EQ(1, times_lent(self, self->a));
	cgroup_wait_frozen("a", true);
}

/*
 * And back: while the owner is outside, nothing is lent; the next owner inside is lent time again.
 */
TEST_F_TIMEOUT(handover, to_outside_and_back, 120)
{
	struct insider *first = owner_start(self, "a", NAME), *last;

	party_wait(&self->outsider, BGT_TIMEOUT_INFINITE);
	last = waiter_start(self, "a", 2);
	party_wait(&self->second, BGT_TIMEOUT_INFINITE);
	container_set_quota(self->bgt, self->a, 0);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->a);
	first->release = true;
	EXPECT_EQ(0, mutex_wait(self->outsider.bgt));
	cgroup_wait_frozen("a", true);

	/*
	 * A generation ends each second, so there could be several loans, if somebody waited for
	 * this container.
	 */
	container_set_period(self->bgt, self->a,
			     now() - container_look(self->bgt, self->a)->generation_start + SEC);
	container_set_period(self->bgt, self->a, SEC);
	pause_until(container_look(self->bgt, self->a)->generation_end + 2 * SEC);
	EXPECT_EQ(1, times_lent(self, self->a));
	EXPECT_FALSE(last->owns);

	last->release = true;
	EXPECT_EQ(0, bgt_mutex_release(self->outsider.mutex));
	EXPECT_EQ(0, mutex_wait(self->second.bgt));
	EXPECT_EQ(2, times_lent(self, self->a));
}

/* The waiter is in another container than the owner: after the hand-over it counts as outside. */
TEST_F_TIMEOUT(handover, between_containers, 120)
{
	struct insider *owner = owner_start(self, "a", NAME), *next, *last;
	uint64_t end = now() + DEADLINE;

	next = waiter_start(self, "b", 1);
	last = waiter_start(self, "a", 2);
	throttle(self, self->b, "b");
	next->release = true;
	owner->release = true;
	while (!last->owns && now() < end)
		look_later(end);
	EXPECT_TRUE(last->owns);
	EXPECT_EQ(1, times_lent(self, self->b));
	EXPECT_EQ(0, times_lent(self, self->a));
}

/* The waiter that time is lent for gives up, with a waiter inside and one outside behind it. */
TEST_F_TIMEOUT(handover, others_wait_on, 120)
{
	struct insider *owner = owner_start(self, "a", NAME), *inside;
	/* On the debug kernel, two hand-overs can take longer than the usual loan. */
	unsigned int grace = module_set("grace", 2000);

	party_wait(&self->outsider, BGT_TIMEOUT_INFINITE);
	inside = waiter_start(self, "a", 2);
	party_wait(&self->second, BGT_TIMEOUT_INFINITE);
	container_set_quota(self->bgt, self->a, 0);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->a);
	party_end(&self->outsider);
	inside->release = true;
	owner->release = true;
	EXPECT_EQ(0, mutex_wait(self->second.bgt));
	EXPECT_EQ(1, times_lent(self, self->a));
	cgroup_wait_frozen("a", true);
	module_set("grace", grace);
}

/* Two owners, of which one has released its mutex: time is still lent for the other one. */
TEST_F_TIMEOUT(handover, two_owners, 120)
{
	struct insider *first = owner_start(self, "a", NAME);
	struct insider *last = owner_start(self, "a", OTHER);
	struct party other = party_new(OTHER);

	throttle(self, self->a, "a");
	party_wait(&self->outsider, BGT_TIMEOUT_INFINITE);
	party_wait(&other, BGT_TIMEOUT_INFINITE);
	cgroup_wait_frozen("a", false);
	first->release = true;
	EXPECT_EQ(0, mutex_wait(self->outsider.bgt));
	/* Longer than the usual loan after the first release. */
	pause_for(300 * MSEC);
	EXPECT_FALSE(cgroup_is_frozen("a"));
	last->release = true;
	EXPECT_EQ(0, mutex_wait(other.bgt));
	EXPECT_EQ(1, times_lent(self, self->a));
	cgroup_wait_frozen("a", true);
}

/* Of the members that are held, exactly those that an owner is in run on. */
TEST_F_TIMEOUT(handover, held_members, 120)
{
	static const char *const cgroups[] = { "c", "d", "e" };
	struct party other = party_new(OTHER);
	struct insider *owners[2];
	struct burner burner;
	uint32_t members[3];

	for (int i = 0; i < 3; i++) {
		cgroup_make(cgroups[i]);
		members[i] = member_add(self->bgt, self->a, BGT_ROLE_TASK, cgroups[i]);
	}
	owners[0] = owner_start(self, "c", NAME);
	owners[1] = owner_start(self, "d", OTHER);
	burner = burner_start("e", 1);
	party_wait(&self->outsider, BGT_TIMEOUT_INFINITE);
	party_wait(&other, BGT_TIMEOUT_INFINITE);
	for (int i = 0; i < 3; i++)
		member_hold(self->bgt, members[i], true);
	cgroup_wait_frozen("e", true);
	EXPECT_TRUE(burner_stands(&burner, 0));
	owners[1]->release = true;
	EXPECT_EQ(0, mutex_wait(other.bgt));
	owners[0]->release = true;
	EXPECT_EQ(0, mutex_wait(self->outsider.bgt));
	EXPECT_EQ(1, times_lent(self, self->a));
	for (int i = 0; i < 3; i++)
		cgroup_wait_frozen(cgroups[i], true);
	burner_end(&burner);
}

static pid_t acquirer;

static void *acquire(void *data)
{
	acquirer = (pid_t)syscall(SYS_gettid);
	return (void *)(intptr_t)bgt_mutex_acquire(data, 0);
}

/* The thread that has acquired the mutex ends; its process still owns the mutex. */
static int own_for_a_thread(void *data)
{
	struct insider *insider = data;
	struct party party;
	pthread_t thread;
	void *error;

	close_range(3, UINT_MAX, 0);
	party = party_new(NAME);
	if (pthread_create(&thread, NULL, acquire, party.mutex) || pthread_join(thread, &error) ||
	    error)
		return 1;
	/* A thread that was joined may still be leaving. */
	while (!syscall(SYS_tgkill, getpid(), acquirer, 0))
		sched_yield();
	insider->owns = true;
	for (;;)
		insider->count++;
}

/* The module still knows which member the owner is in, and thaws no other. */
TEST_F_TIMEOUT(handover, thread_has_ended, 120)
{
	struct insider *owner = self->insiders;
	uint64_t end = now() + DEADLINE, count;
	struct burner burner;
	uint32_t held;

	cgroup_make("e");
	held = member_add(self->bgt, self->a, BGT_ROLE_TASK, "e");
	burner = burner_start("e", 1);
	task_start("a", own_for_a_thread, owner);
	while (!owner->owns && now() < end)
		look_later(end);
	ASSERT_TRUE(owner->owns);
	party_wait(&self->outsider, BGT_TIMEOUT_INFINITE);
	member_hold(self->bgt, held, true);
	cgroup_wait_frozen("e", true);
	EXPECT_TRUE(burner_stands(&burner, 0));
	container_set_quota(self->bgt, self->a, 0);
	event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->a);
	count = owner->count;
	pause_for(300 * MSEC);
	EXPECT_GT(owner->count, count);
	burner_end(&burner);
}

TEST_HARNESS_MAIN
