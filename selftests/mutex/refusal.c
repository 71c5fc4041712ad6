// SPDX-License-Identifier: GPL-2.0
/* Requests that are refused: each has its errno and a text, and does not affect the mutex. */
#include <errno.h>
#include <linux/bgtask.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"refusal"

FIXTURE(refusal) {
	struct genl genl;
	struct party owner, waiter;
	struct bgt *bgt;
	unsigned int user_mutexes, container_mutexes;
	unsigned int user_sockets, container_sockets;
};

FIXTURE_SETUP(refusal)
{
	scene_begin();
	self->user_mutexes = module_set("user_mutexes", 1000);
	self->container_mutexes = module_set("container_mutexes", 100);
	self->user_sockets = module_set("user_sockets", 1000);
	self->container_sockets = module_set("container_sockets", 100);
	self->owner = party_new(NAME);
	self->waiter = party_new(NAME);
	self->bgt = container_connect();
	ASSERT_EQ(0, genl_open(&self->genl));
	ASSERT_EQ(0, bgt_mutex_acquire(self->owner.mutex, 0));
	party_wait(&self->waiter, BGT_TIMEOUT_INFINITE);
}

FIXTURE_TEARDOWN_PARENT(refusal)
{
	module_set("user_mutexes", self->user_mutexes);
	module_set("container_mutexes", self->container_mutexes);
	module_set("user_sockets", self->user_sockets);
	module_set("container_sockets", self->container_sockets);
	scene_end();
}

/* The mutex has its owner and its waiter as before, and there is no other mutex. */
static void expect_unharmed(struct __test_metadata *_metadata, FIXTURE_DATA(refusal) *self)
{
	struct bgt_mutex_state *list;

	ASSERT_EQ(0, bgt_mutex_list(self->bgt, &list));
	ASSERT_NE(NULL, list);
	EXPECT_EQ(NULL, list->next);
	EXPECT_STREQ(NAME, list->name);
	EXPECT_EQ(1, list->count);
	EXPECT_EQ(1, list->waiters);
	bgt_mutex_state_free(list);
	EXPECT_EQ(0, bgt_mutex_release(self->owner.mutex));
	EXPECT_EQ(0, mutex_wait(self->waiter.bgt));
	EXPECT_EQ(0, bgt_mutex_release(self->waiter.mutex));
	EXPECT_EQ(NULL, mutex_look(self->bgt, NAME));
}

static const uint8_t commands[] = {
	BGTASK_CMD_MUTEX_ACQUIRE,
	BGTASK_CMD_MUTEX_RELEASE,
	BGTASK_CMD_MUTEX_GET,
};

/* Each operation refuses this name (NULL: none) and this scope. */
static void expect_refused(struct __test_metadata *_metadata, FIXTURE_DATA(refusal) *self,
			   const char *name, uint32_t scope, int error, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		genl_begin(&self->genl, commands[i]);
		if (name)
			genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, name);
		genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, scope);
		EXPECT_EQ(error, genl_do(&self->genl));
		EXPECT_STREQ(text, self->genl.text);
	}
}

TEST_F(refusal, names)
{
	char name[200];

	expect_refused(_metadata, self, NULL, BGTASK_SCOPE_USER, -EINVAL,
		       "name of the mutex is missing");
	expect_refused(_metadata, self, "", BGTASK_SCOPE_USER, -EINVAL, "name is empty");
	expect_refused(_metadata, self, "a/b", BGTASK_SCOPE_GLOBAL, -EINVAL, "name has a slash");
	expect_refused(_metadata, self, "a\nb", BGTASK_SCOPE_GLOBAL, -EINVAL,
		       "name has a control character");
	expect_refused(_metadata, self, "a\xff", BGTASK_SCOPE_USER, -EINVAL, "name is not UTF-8");
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	expect_refused(_metadata, self, name, BGTASK_SCOPE_USER, -ENAMETOOLONG,
		       "name is longer than 63 bytes");
	name[BGT_NAME_MAX + 1] = '\0';
	expect_refused(_metadata, self, name, BGTASK_SCOPE_USER, -ENAMETOOLONG,
		       "name is longer than 63 bytes");
	expect_unharmed(_metadata, self);
}

/* The longest name is valid, and is not confused with one that is a byte shorter. */
TEST_F(refusal, longest_name)
{
	char name[BGT_NAME_MAX + 1];
	struct bgt_mutex *mutex;

	memset(name, 'a', BGT_NAME_MAX);
	name[BGT_NAME_MAX] = '\0';
	mutex = mutex_open(self->bgt, name, BGT_SCOPE_USER);
	EXPECT_EQ(0, bgt_mutex_acquire(mutex, 0));
	EXPECT_NE(NULL, mutex_look(self->bgt, name));
	name[BGT_NAME_MAX - 1] = '\0';
	expect_refused(_metadata, self, NULL, BGTASK_SCOPE_USER, -EINVAL,
		       "name of the mutex is missing");
	EXPECT_EQ(-ENOENT, bgt_mutex_release(mutex_open(self->bgt, name, BGT_SCOPE_USER)));
	EXPECT_EQ(0, bgt_mutex_release(mutex));
	expect_unharmed(_metadata, self);
}

TEST_F(refusal, scopes)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		genl_begin(&self->genl, commands[i]);
		genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME);
		genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, 3);
		EXPECT_EQ(-ERANGE, genl_do(&self->genl));
		EXPECT_STRNE("", self->genl.text);
		EXPECT_NE(0, self->genl.offset);
	}
	expect_refused(_metadata, self, NAME, BGTASK_SCOPE_CONTAINER, -ENOENT,
		       "the caller is in no container, try another scope");
	/* The library passes on a scope that it does not know. */
	EXPECT_EQ(-ERANGE, bgt_mutex_acquire(mutex_open(self->bgt, NAME, (enum bgt_scope)77), 0));
	expect_unharmed(_metadata, self);
}

TEST_F(refusal, timeouts)
{
	static const uint32_t timeouts[] = { BGTASK_MUTEX_TIMEOUT_MAX + 1, INT32_MAX, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(timeouts); i++) {
		genl_begin(&self->genl, BGTASK_CMD_MUTEX_ACQUIRE);
		genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME);
		genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
		genl_put_u32(&self->genl, BGTASK_A_MUTEX_TIMEOUT, timeouts[i]);
		EXPECT_EQ(-ERANGE, genl_do(&self->genl));
		EXPECT_STREQ("timeout is longer than 7 days", self->genl.text);
	}
	expect_unharmed(_metadata, self);
}

/* Attributes that are too short, or not allowed in this request. */
TEST_F(refusal, attributes)
{
	genl_begin(&self->genl, BGTASK_CMD_MUTEX_ACQUIRE);
	genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME);
	genl_put_u8(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
	EXPECT_EQ(-EINVAL, genl_do(&self->genl));
	EXPECT_STRNE("", self->genl.text);

	genl_begin(&self->genl, BGTASK_CMD_MUTEX_ACQUIRE);
	genl_put(&self->genl, BGTASK_A_MUTEX_NAME, "abc", 3);
	EXPECT_EQ(-EINVAL, genl_do(&self->genl));
	EXPECT_STRNE("", self->genl.text);

	genl_begin(&self->genl, BGTASK_CMD_MUTEX_ACQUIRE);
	genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME);
	genl_put_u32(&self->genl, BGTASK_A_MUTEX_OWNER, 1);
	EXPECT_EQ(-EINVAL, genl_do(&self->genl));
	EXPECT_STRNE("", self->genl.text);
	expect_unharmed(_metadata, self);
}

/* A mutex that nobody owns cannot be read. */
TEST_F(refusal, unknown)
{
	genl_begin(&self->genl, BGTASK_CMD_MUTEX_GET);
	genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME "-unknown");
	genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
	EXPECT_EQ(-ENOENT, genl_do(&self->genl));
	EXPECT_STREQ("nobody owns this mutex", self->genl.text);
	/* A mutex with an owner can be read. */
	genl_begin(&self->genl, BGTASK_CMD_MUTEX_GET);
	genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, NAME);
	genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
	EXPECT_EQ(0, genl_do(&self->genl));
	EXPECT_EQ(1, genl_get_u32(&self->genl, BGTASK_A_MUTEX_WAITERS));
	expect_unharmed(_metadata, self);
}

static struct bgt_mutex *numbered(struct bgt *bgt, int number)
{
	char name[32];

	snprintf(name, sizeof(name), NAME "-%d", number);
	return mutex_open(bgt, name, BGT_SCOPE_USER);
}

/* The number of a user's mutexes is limited, owned, waited for and abandoned ones together. */
TEST_F(refusal, too_many_of_a_user)
{
	struct party hoarder = { .bgt = mutex_connect() };
	struct bgt_mutex *first;

	/* The fixture uses two. */
	module_set("user_mutexes", 22);
	for (int i = 0; i < 20; i++)
		ASSERT_EQ(0, bgt_mutex_acquire(numbered(hoarder.bgt, i), 0));
	EXPECT_EQ(-EDQUOT, bgt_mutex_acquire(numbered(self->bgt, 20), 0));
	EXPECT_STREQ("the user has too many mutexes and waiters", bgt_error(self->bgt));
	EXPECT_EQ(-EDQUOT, bgt_mutex_acquire(numbered(self->bgt, 0), 1000));
	/* Requests that need no more memory succeed. */
	EXPECT_EQ(-EBUSY, bgt_mutex_acquire(numbered(self->bgt, 0), 0));
	first = numbered(hoarder.bgt, 0);
	EXPECT_EQ(0, bgt_mutex_acquire(first, 0));
	EXPECT_EQ(0, bgt_mutex_release(first));

	/* Abandoned mutexes count, too, but the one that was abandoned first goes if need be. */
	party_end(&hoarder);
	first = numbered(self->bgt, 20);
	EXPECT_EQ(0, bgt_mutex_acquire(first, 0));
	/* To acquire one again takes no more. */
	for (int i = 1; i < 20; i++) {
		struct bgt_mutex *mutex = numbered(self->bgt, i);

		EXPECT_EQ(BGT_MUTEX_ABANDONED, bgt_mutex_acquire(mutex, 0));
		EXPECT_EQ(0, bgt_mutex_release(mutex));
	}
	EXPECT_EQ(0, bgt_mutex_release(first));
	first = numbered(self->bgt, 0);
	EXPECT_EQ(0, bgt_mutex_acquire(first, 0));
	EXPECT_EQ(0, bgt_mutex_release(first));
	expect_unharmed(_metadata, self);
}

/* The number of a user's sockets is limited, too, since their memory is charged to nobody else. */
TEST_F(refusal, too_many_sockets_of_a_user)
{
	struct party hoarder = { .bgt = mutex_connect() };

	EXPECT_EQ(-ENOENT, bgt_mutex_release(numbered(self->bgt, 0)));
	module_set("user_sockets", 0);
	/* A socket that the module knows already goes on. */
	EXPECT_EQ(0, bgt_mutex_acquire(numbered(self->bgt, 0), 0));
	EXPECT_EQ(-EDQUOT, bgt_mutex_acquire(numbered(hoarder.bgt, 1), 0));
	EXPECT_STREQ("the user has too many sockets that use this module",
		     bgt_error(hoarder.bgt));
	EXPECT_EQ(-EDQUOT, bgt_mutex_release(numbered(hoarder.bgt, 1)));
	module_set("user_sockets", 1000);
	EXPECT_EQ(-ENOENT, bgt_mutex_release(numbered(hoarder.bgt, 1)));
	EXPECT_EQ(0, bgt_mutex_release(numbered(self->bgt, 0)));
	expect_unharmed(_metadata, self);
}

static int release_many(void *data)
{
	unsigned int number = *(unsigned int *)data;
	struct bgt *passing[2] = { mutex_connect(), mutex_connect() };
	struct bgt *bgt;

	for (unsigned int i = 0; i < number; i++) {
		if (bgt_mutex_release(numbered(i < 2 ? passing[i] : mutex_connect(), 0)) != -ENOENT)
			return 1;
	}
	bgt = mutex_connect();
	if (bgt_mutex_release(numbered(bgt, 0)) != -EDQUOT)
		return 2;
	/* A closed socket does not count. */
	bgt_close(passing[0]);
	return bgt_mutex_release(numbered(bgt, 0)) == -ENOENT ? 0 : 3;
}

/* The limit of one container does not affect others. */
TEST_F(refusal, too_many_sockets_of_a_container)
{
	uint32_t id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	unsigned int number = 10;

	module_set("container_sockets", number);
	cgroup_make("a");
	member_add(self->bgt, id, BGT_ROLE_APP, "a");
	EXPECT_EQ(0, task_wait(task_start("a", release_many, &number)));
	EXPECT_EQ(2, task_wait(task_start("", release_many, &number)));
	expect_unharmed(_metadata, self);
}

static int acquire_many(void *data)
{
	int number = *(int *)data;
	struct bgt *bgt = mutex_connect();
	int result;

	for (int i = 0; i < number; i++) {
		if (bgt_mutex_acquire(numbered(bgt, i), 0) < 0)
			return 1;
	}
	result = bgt_mutex_acquire(numbered(bgt, number), 0);
	return result < 0 ? -result : 0;
}

/* The number of a container's mutexes is limited, which does not affect others. */
TEST_F_TIMEOUT(refusal, too_many_of_a_container, 60)
{
	uint32_t id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC), other;
	int number = 10;

	cgroup_make("a");
	cgroup_make("b");
	member_add(self->bgt, id, BGT_ROLE_APP, "a");
	other = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, other, BGT_ROLE_APP, "b");
	module_set("container_mutexes", 10);
	EXPECT_EQ(EDQUOT, task_wait(task_start("a", acquire_many, &number)));
	/* The mutexes were abandoned, so others may take them over, and acquire more. */
	number = 9;
	EXPECT_EQ(0, task_wait(task_start("b", acquire_many, &number)));
	number = 20;
	EXPECT_EQ(0, task_wait(task_start("", acquire_many, &number)));
	mutex_sweep();
	expect_unharmed(_metadata, self);
}

TEST_HARNESS_MAIN
