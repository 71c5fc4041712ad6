// SPDX-License-Identifier: GPL-2.0
/*
 * Repeated operations leak no kernel memory: counts the kernel's objects in use before and after.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exchange.h"
#include "genl.h"
#include "module.h"
#include "mutex.h"
#include "relay.h"
#include "scene.h"
#include "task.h"

#define ROUNDS	400
/* A leak of one object in each round would be twice as many. */
#define FEW	(ROUNDS / 2)

/* Empties the CPUs' caches of free objects, since objects in them count as used. */
static void give_back_free_objects(void)
{
	glob_t paths;
	int fd;

	if (glob("/sys/kernel/slab/kmalloc-*/shrink", 0, NULL, &paths))
		return;
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		fd = open(paths.gl_pathv[i], O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "1", 1) != 1)
			fail("%s: %s", paths.gl_pathv[i], strerror(errno));
		close(fd);
	}
	globfree(&paths);
}

/*
 * Counts objects of all sizes. Other programs allocate and free much less than an object in a
 * round. The debug kernel keeps freed objects for a while, and looks for leaks itself at the end of
 * the guest: there the count is 0.
 */
static long count_objects(void)
{
	char line[512], name[64];
	long objects, sum = 0;
	FILE *file;

	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		return 0;
	give_back_free_objects();
	file = fopen("/proc/slabinfo", "re");
	if (!file)
		fail("/proc/slabinfo: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%63s %ld", name, &objects) == 2 && !strncmp(name, "kmalloc-", 8))
			sum += objects;
	fclose(file);
	return sum;
}

/* How many objects are left of ROUNDS rounds. Waits until there are few, or the deadline passes. */
static long count_left(FIXTURE_DATA(relay) *self, void (*round)(FIXTURE_DATA(relay) *self))
{
	long before, left;
	uint64_t end;

	/* The first rounds allocate what is kept afterwards. */
	for (unsigned int i = 0; i < ROUNDS / 10; i++)
		round(self);
	pause_for(SEC);
	event_drain(self->bgt);
	before = count_objects();
	for (unsigned int i = 0; i < ROUNDS; i++)
		round(self);
	/* Unread events take memory; and the kernel frees a cgroup only after a while. */
	event_drain(self->bgt);
	end = now() + DEADLINE;
	while ((left = count_objects() - before) >= FEW && now() < end)
		look_later(end);
	return left;
}

static void answer_call(FIXTURE_DATA(relay) *self)
{
	call(&self->app, "answered", NLM_F_ACK);
	if (reply(&self->helper, take(&self->helper), 0, NULL) || result(&self->app))
		fail("the call is not answered");
}

static void refuse_call(FIXTURE_DATA(relay) *self)
{
	call(&self->app, "refused", NLM_F_ACK);
	if (reply(&self->helper, take(&self->helper), -ENOENT, "no") ||
	    result(&self->app) != -ENOENT)
		fail("the call is not refused");
}

/* The caller closes its socket before the answer. */
static void drop_call(FIXTURE_DATA(relay) *self)
{
	struct genl caller;

	if (genl_open(&caller))
		fail("cannot open a socket");
	call(&caller, "dropped", NLM_F_ACK);
	take(&self->helper);
	genl_close(&caller);
	if (receive(&self->helper) != BGTASK_CMD_PEER_GONE_NTF)
		fail("the helper is not told that the caller is gone");
}

TEST_F_TIMEOUT(relay, calls, 300)
{
	EXPECT_LT(count_left(self, answer_call), FEW);
	EXPECT_LT(count_left(self, refuse_call), FEW);
	EXPECT_LT(count_left(self, drop_call), FEW);
}

static int call_as_user(void *data)
{
	uid_t uid = *(uid_t *)data;
	struct genl caller;
	int error;

	if (setresuid(uid, uid, uid) || genl_open(&caller))
		return 1;
	call(&caller, "too much", NLM_F_ACK);
	error = result(&caller);
	return error == -EDQUOT ? 0 : -error;
}

/* Makes a refused call as another user each time. */
static void refuse_user(FIXTURE_DATA(relay) *self)
{
	static uid_t uid = 100000;

	(void)self;
	uid++;
	if (task_wait(task_start("", call_as_user, &uid)))
		fail("user %u is not refused", uid);
}

/*
 * The limit of calls is checked after the socket is known, so the helper is told when the socket
 * closes.
 */
static void refuse_call_of_user(FIXTURE_DATA(relay) *self)
{
	refuse_user(self);
	if (receive(&self->helper) != BGTASK_CMD_PEER_GONE_NTF)
		fail("the helper is not told that the caller is gone");
}

TEST_F_TIMEOUT(relay, users, 300)
{
	unsigned int sockets;

	module_set("user_calls", 0);
	EXPECT_LT(count_left(self, refuse_call_of_user), FEW);
	sockets = module_set("user_sockets", 0);
	EXPECT_LT(count_left(self, refuse_user), FEW);
	module_set("user_sockets", sockets);
}

static void own_mutex(FIXTURE_DATA(relay) *self)
{
	struct party party = party_new("owned");

	(void)self;
	if (bgt_mutex_acquire(party.mutex, 0) < 0 || bgt_mutex_release(party.mutex))
		fail("%s", bgt_error(party.bgt));
	party_end(&party);
}

/*
 * Of two waiters, one times out and the other one closes its socket while it waits; then the owner
 * closes its own.
 */
static void wait_for_mutex(FIXTURE_DATA(relay) *self)
{
	struct party owner = party_new("wanted"), patient = party_new("wanted"),
		     hasty = party_new("wanted");

	(void)self;
	/* Returns BGT_MUTEX_ABANDONED if an owner before has closed its socket. */
	if (bgt_mutex_acquire(owner.mutex, 0) < 0)
		fail("%s", bgt_error(owner.bgt));
	party_wait(&patient, BGT_TIMEOUT_INFINITE);
	if (bgt_mutex_acquire(hasty.mutex, 1) != -ETIMEDOUT)
		fail("the mutex is not busy");
	party_end(&hasty);
	party_end(&patient);
	party_end(&owner);
}

TEST_F_TIMEOUT(relay, mutexes, 300)
{
	EXPECT_LT(count_left(self, own_mutex), FEW);
	EXPECT_LT(count_left(self, wait_for_mutex), FEW);
}

static void make_container(FIXTURE_DATA(relay) *self)
{
	uint32_t id = container_new(self->bgt, SEC, 2 * SEC);

	cgroup_make("b");
	member_add(self->bgt, id, BGT_ROLE_TASK, "b");
	cgroup_make("b/below");
	if (!cgroup_remove("b/below"))
		fail("b/below cannot be removed");
	member_delete(self->bgt, member_add(self->bgt, id, BGT_ROLE_TASK, "c"));
	container_delete(self->bgt, id);
	if (!cgroup_remove("b"))
		fail("b cannot be removed");
}

TEST_F_TIMEOUT(relay, containers, 300)
{
	cgroup_make("c");
	EXPECT_LT(count_left(self, make_container), FEW);
}

TEST_HARNESS_MAIN
