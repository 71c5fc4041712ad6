// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of the kernel fails once during each request on containers, members and mutexes:
 * the request is refused and has changed nothing, or it was carried out. It succeeds the next time.
 * For kernels that can pretend a lack of memory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "failslab.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"
#include "stage.h"

#define ALLOCATIONS_MAX	2000
#define NAME		"no_memory"

FIXTURE(no_memory) {
	struct bgt *admin;
};

/* The objects of the requests, while they exist. */
static int directory;
static uint32_t container, member;
static struct party owner, other;


FIXTURE_SETUP(no_memory)
{
	scene_begin();
	self->admin = mutex_connect();
	cgroup_make("member");
	cgroup_make("member/below");
	directory = cgroup_open("member");
}

FIXTURE_TEARDOWN_PARENT(no_memory)
{
	scene_end();
}

/* Preparations, without faults. */

static void make_container(struct bgt *admin)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_QUOTA | BGT_POLICY_PERIOD;
	policy.quota = STAGE_QUOTA;
	policy.period = STAGE_PERIOD;
	if (bgt_container_new(admin, NAME, &policy, &container))
		fail("bgt_container_new: %s", bgt_error(admin));
}

static void make_member(struct bgt *admin)
{
	make_container(admin);
	member = member_add(admin, container, BGT_ROLE_APP, "member");
}

static void drop_container(struct bgt *admin)
{
	struct bgt_container *known;
	int error = bgt_container_get_by_name(admin, NAME, &known);

	if (!error)
		error = bgt_container_del(admin, known->id);
	if (error && error != -ENOENT)
		fail("cannot delete the container: %s", bgt_error(admin));
	bgt_container_free(known);
}

static void make_owner(struct bgt *admin)
{
	(void)admin;
	owner = party_new(NAME);
	if (bgt_mutex_acquire(owner.mutex, 0))
		fail("bgt_mutex_acquire: %s", bgt_error(owner.bgt));
}

static void make_waiter(struct bgt *admin)
{
	make_owner(admin);
	other = party_new(NAME);
	party_wait(&other, BGT_TIMEOUT_INFINITE);
}

static void drop_owner(struct bgt *admin)
{
	(void)admin;
	party_end(&owner);
	mutex_sweep();
}

static void drop_waiter(struct bgt *admin)
{
	party_end(&other);
	drop_owner(admin);
}

/* Whether a request was carried out. */

static bool container_exists(struct bgt *admin)
{
	struct bgt_container *known;
	int error = bgt_container_get_by_name(admin, NAME, &known);

	bgt_container_free(known);
	return !error;
}

static bool container_is_gone(struct bgt *admin)
{
	return !container_exists(admin);
}

static bool traffic_is_counted(struct bgt *admin)
{
	return container_look(admin, container)->count_traffic;
}

static bool has_member(struct bgt *admin)
{
	return container_look(admin, container)->members == 1;
}

static bool has_no_member(struct bgt *admin)
{
	return !container_look(admin, container)->members;
}

static bool member_is_held(struct bgt *admin)
{
	return member_look(admin, member)->held;
}

static bool other_owns(struct bgt *admin)
{
	(void)admin;
	return !mutex_wait(other.bgt);
}

/* Requests, by a connection that the kernel does not know yet; return 0 or a negative errno. */

static int new_container(struct bgt *bgt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_COUNT_TRAFFIC;
	policy.count_traffic = true;
	return bgt_container_new(bgt, NAME, &policy, NULL);
}

static int count_traffic(struct bgt *bgt)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;

	policy.set = BGT_POLICY_COUNT_TRAFFIC;
	policy.count_traffic = true;
	return bgt_container_set(bgt, container, &policy);
}

static int get_container(struct bgt *bgt)
{
	struct bgt_container *one;
	int error = bgt_container_get(bgt, container, &one);

	bgt_container_free(one);
	return error;
}

static int list_containers(struct bgt *bgt)
{
	struct bgt_container *list;
	int error = bgt_container_list(bgt, &list);

	bgt_container_free(list);
	return error;
}

static int delete_container(struct bgt *bgt)
{
	return bgt_container_del(bgt, container);
}

static int add_member(struct bgt *bgt)
{
	return bgt_member_add(bgt, container, BGT_ROLE_APP, directory, false, NULL);
}

static int list_members(struct bgt *bgt)
{
	struct bgt_member *list;
	int error = bgt_member_list(bgt, 0, &list);

	bgt_member_free(list);
	return error;
}

static int get_member(struct bgt *bgt)
{
	struct bgt_member *one;
	int error = bgt_member_get(bgt, member, &one);

	bgt_member_free(one);
	return error;
}

static int hold_member(struct bgt *bgt)
{
	return bgt_member_set_held(bgt, member, true);
}

static int kill_members(struct bgt *bgt)
{
	return bgt_container_kill(bgt, container, BGT_ROLE_ALL);
}

static int delete_member(struct bgt *bgt)
{
	return bgt_member_del(bgt, member);
}

static int acquire(struct bgt *bgt)
{
	struct bgt_mutex *mutex = mutex_open(bgt, NAME, BGT_SCOPE_USER);
	int error = bgt_mutex_acquire(mutex, 0);

	if (error >= 0)
		error = bgt_mutex_release(mutex);
	bgt_mutex_close(mutex);
	return error;
}

static int wait_for_mutex(struct bgt *bgt)
{
	struct bgt_mutex *mutex = mutex_open(bgt, NAME, BGT_SCOPE_USER);
	int error = bgt_mutex_acquire(mutex, 1);

	bgt_mutex_close(mutex);
	/* Another connection owns the mutex. */
	if (!error)
		fail("two own the mutex");
	return error == -ETIMEDOUT ? 0 : error;
}

/* The waiter must get the mutex, even if the release fails. */
static int hand_over(struct bgt *bgt)
{
	(void)bgt;
	return bgt_mutex_release(owner.mutex);
}

static int list_mutexes(struct bgt *bgt)
{
	struct bgt_mutex_state *list;
	int error = bgt_mutex_list(bgt, &list);

	bgt_mutex_state_free(list);
	return error;
}

static const struct request {
	const char *name;
	void (*prepare)(struct bgt *admin);
	int (*ask)(struct bgt *bgt);
	bool (*is_done)(struct bgt *admin);
	void (*undo)(struct bgt *admin);
} requests[] = {
	{ "new", NULL, new_container, container_exists, drop_container },
	{ "count traffic", make_container, count_traffic, traffic_is_counted, drop_container },
	{ "get", make_container, get_container, NULL, drop_container },
	{ "list", make_member, list_containers, NULL, drop_container },
	{ "delete", make_member, delete_container, container_is_gone, drop_container },
	{ "add member", make_container, add_member, has_member, drop_container },
	{ "list members", make_member, list_members, NULL, drop_container },
	{ "get member", make_member, get_member, NULL, drop_container },
	{ "hold", make_member, hold_member, member_is_held, drop_container },
	{ "kill", make_member, kill_members, NULL, drop_container },
	{ "delete member", make_member, delete_member, has_no_member, drop_container },
	{ "acquire", NULL, acquire, NULL, NULL },
	{ "wait", make_owner, wait_for_mutex, NULL, drop_owner },
	{ "hand over", make_waiter, hand_over, other_owns, drop_waiter },
	{ "list mutexes", make_waiter, list_mutexes, NULL, drop_waiter },
};

/* Makes the request while the @nth allocation fails. False if there are not so many. */
static bool ask_once(struct __test_metadata *_metadata, struct bgt *admin,
		     const struct request *request, unsigned int nth)
{
	struct bgt *bgt = mutex_connect();
	const char *before;
	bool failed;
	int error, fd;

	if (request->prepare)
		request->prepare(admin);
	before = stage_snapshot(admin);
	fd = failslab_begin("thread-self", nth);
	error = request->ask(bgt);
	failed = failslab_end(fd);
	/* The lost allocation may be that of the answer. */
	EXPECT_TRUE(!error || (failed && (error == -ENOMEM || error == -ENOBUFS)))
		note("%s, allocation %u: %d", request->name, nth, error);
	if (error == -ENOMEM) {
		EXPECT_STREQ(before, stage_snapshot(admin))
			note("%s, allocation %u", request->name, nth);
		EXPECT_EQ(0, request->ask(bgt))
			note("%s after allocation %u: %s", request->name, nth, bgt_error(bgt));
	}
	/* Without an answer it is unknown whether the request was carried out. */
	if (request->is_done && error != -ENOBUFS)
		EXPECT_TRUE(request->is_done(admin))
			note("%s, allocation %u", request->name, nth);
	if (request->undo)
		request->undo(admin);
	bgt_close(bgt);
	return failed;
}

TEST_F_TIMEOUT(no_memory, requests, 1200)
{
	unsigned int nth;

	for (unsigned int i = 0; i < ARRAY_SIZE(requests); i++) {
		for (nth = 1; nth < ALLOCATIONS_MAX; nth++)
			if (!ask_once(_metadata, self->admin, &requests[i], nth))
				break;
		note("%s: %u allocations", requests[i].name, nth - 1);
		EXPECT_LT(nth, ALLOCATIONS_MAX);
	}
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"requests", NULL };

	if (argc == 1 && !failslab_is_there())
		return test_harness_run(3, reduced);
	return test_harness_run(argc, argv);
}
