// SPDX-License-Identifier: GPL-2.0
/*
 * The bounds of requests: the lowest and the highest value of each attribute are accepted, the next
 * ones beyond are refused; and so are names that are a byte too long.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <string.h>

#include "contract.h"
#include "mutex.h"

/* A request with one attribute under test, besides those that each request of its kind needs. */
struct bound {
	uint8_t command;
	uint16_t attribute;
	uint8_t size;
	uint64_t lowest, highest;
	/* The results of values within the bounds, and beyond them. */
	int taken, refused;
};

/* The module checks these before it looks for the helper, which does not exist here. */
#define RELAYED(command, attribute, size, highest) \
	{ BGTASK_CMD_ ## command, BGTASK_A_ ## attribute, size, 0, highest, -ENOTCONN, -ERANGE }
#define RELAYED_MASK(command, attribute, mask) \
	{ BGTASK_CMD_ ## command, BGTASK_A_ ## attribute, 4, 0, mask, -ENOTCONN, -EINVAL }
#define OWN(command, attribute, size, lowest, highest) \
	{ BGTASK_CMD_ ## command, BGTASK_A_ ## attribute, size, lowest, highest, 0, -ERANGE }

static const struct bound bounds[] = {
	OWN(CONTAINER_NEW, CONTAINER_QUOTA, 8, 0, BGTASK_QUOTA_UNLIMITED),
	OWN(CONTAINER_NEW, CONTAINER_PERIOD, 8, BGTASK_PERIOD_MIN, BGTASK_PERIOD_MAX),
	OWN(CONTAINER_NEW, CONTAINER_EXEMPT, 1, 0, 1),
	OWN(CONTAINER_NEW, CONTAINER_COUNT_TRAFFIC, 1, 0, 1),
	OWN(CONTAINER_SET, CONTAINER_QUOTA, 8, 0, BGTASK_QUOTA_UNLIMITED),
	OWN(CONTAINER_SET, CONTAINER_PERIOD, 8, BGTASK_PERIOD_MIN, BGTASK_PERIOD_MAX),
	OWN(CONTAINER_SET, CONTAINER_EXEMPT, 1, 0, 1),
	OWN(CONTAINER_SET, CONTAINER_COUNT_TRAFFIC, 1, 0, 1),
	OWN(CONTAINER_SET, CONTAINER_REPRIEVE, 8, 0, BGTASK_REPRIEVE_MAX),
	OWN(CONTAINER_KILL, MEMBER_ROLE, 4, 0, BGTASK_ROLE_TASK),
	OWN(MEMBER_ADD, MEMBER_ROLE, 4, 0, BGTASK_ROLE_TASK),
	OWN(MEMBER_ADD, MEMBER_HELD, 1, 0, 1),
	OWN(MEMBER_SET, MEMBER_HELD, 1, 0, 1),
	OWN(MUTEX_ACQUIRE, MUTEX_TIMEOUT, 4, 0, BGTASK_MUTEX_TIMEOUT_MAX),
	RELAYED(TASK_REGISTER, TASK_TRIGGER, 4, BGTASK_TRIGGER_USER_PRESENT),
	RELAYED(TASK_REGISTER, TASK_ONESHOT, 1, 1),
	RELAYED_MASK(TASK_REGISTER, TASK_CONDITIONS, 2 * BGTASK_CONDITION_USER_NOT_PRESENT - 1),
	RELAYED(TASK_REGISTER, TASK_CANCEL_ON_CONDITION_LOSS, 1, 1),
	RELAYED(TASK_UNREGISTER, TASK_CANCEL, 1, 1),
	RELAYED(TRIGGER_FIRE, TASK_TRIGGER, 4, BGTASK_TRIGGER_USER_PRESENT),
	RELAYED(INSTANCE_CANCEL, INSTANCE_REASON, 4, BGTASK_CANCEL_REASON_ENERGY_SAVER),
	RELAYED(APP_SET, APP_ACCESS, 4, BGTASK_ACCESS_DENIED_BY_POLICY),
	RELAYED_MASK(CONDITION_SET, CONDITION_CONDITIONS,
		     2 * BGTASK_CONDITION_USER_NOT_PRESENT - 1),
	RELAYED_MASK(CONDITION_SET, CONDITION_WHICH, 2 * BGTASK_CONDITION_USER_NOT_PRESENT - 1),
	RELAYED(APP_MOVE, APP_MOVE, 4, BGTASK_APP_MOVE_TERMINATE),
	RELAYED(EXTENSION_REQUEST, EXTENSION_REASON, 4, BGTASK_EXTENSION_REASON_SAVING_DATA),
};

static void put_rest(FIXTURE_DATA(contract) *self, uint8_t command)
{
	static unsigned int count;
	char name[32];

	snprintf(name, sizeof(name), "selftest.bounds.%u", ++count);
	switch (command) {
	case BGTASK_CMD_CONTAINER_NEW:
		genl_put_string(&self->genl, BGTASK_A_CONTAINER_NAME, name);
		break;
	case BGTASK_CMD_CONTAINER_SET:
		genl_put_u32(&self->genl, BGTASK_A_CONTAINER_ID, self->id);
		break;
	case BGTASK_CMD_CONTAINER_KILL:
		genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
		break;
	case BGTASK_CMD_MEMBER_ADD:
		cgroup_make(name);
		genl_put_u32(&self->genl, BGTASK_A_MEMBER_CONTAINER, self->id);
		genl_put_u32(&self->genl, BGTASK_A_MEMBER_FD, (uint32_t)cgroup_open(name));
		break;
	case BGTASK_CMD_MEMBER_SET:
		genl_put_u32(&self->genl, BGTASK_A_MEMBER_ID, self->member);
		break;
	case BGTASK_CMD_MUTEX_ACQUIRE:
		genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, name);
		genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
		break;
	}
}

static int request(FIXTURE_DATA(contract) *self, const struct bound *bound, uint64_t value)
{
	genl_begin(&self->genl, bound->command);
	/* Both the attributes and the machine are little-endian. */
	genl_put(&self->genl, bound->attribute, &value, bound->size);
	put_rest(self, bound->command);
	return genl_do(&self->genl);
}

#define EXPECT_RESULT(result, value) do {						\
	uint64_t value_ = value;							\
											\
	EXPECT_EQ(result, request(self, bound, value_)) {				\
		TH_LOG("command %u, attribute %u, value %llu: %s", bound->command,	\
		       bound->attribute, (unsigned long long)value_, self->genl.text);	\
	}										\
} while (0)

TEST_F_TIMEOUT(contract, numbers, 120)
{
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++) {
		const struct bound *bound = &bounds[i];

		EXPECT_RESULT(bound->taken, bound->lowest);
		EXPECT_RESULT(bound->taken, bound->highest);
		EXPECT_RESULT(bound->refused, bound->highest + 1);
		if (bound->lowest)
			EXPECT_RESULT(bound->refused, bound->lowest - 1);
	}
}

/* The bound of a mutex's scope is checked in all three requests. */
TEST_F(contract, scopes)
{
	static const uint8_t commands[] = {
		BGTASK_CMD_MUTEX_ACQUIRE, BGTASK_CMD_MUTEX_GET, BGTASK_CMD_MUTEX_RELEASE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		for (uint32_t scope = 0; scope <= BGTASK_SCOPE_GLOBAL + 1; scope++) {
			int expected = 0;

			/* The test is in no container. */
			if (scope == BGTASK_SCOPE_CONTAINER)
				expected = -ENOENT;
			if (scope > BGTASK_SCOPE_GLOBAL)
				expected = -ERANGE;
			genl_begin(&self->genl, commands[i]);
			genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, "bounds");
			genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, scope);
			EXPECT_EQ(expected, genl_do(&self->genl));
		}
	}
}

/* Extreme quotas and periods that were accepted are stored as they are. */
TEST_F(contract, extremes)
{
	uint32_t shortest = container_new(self->bgt, 0, BGTASK_PERIOD_MIN);
	uint32_t longest = container_new(self->bgt, BGTASK_QUOTA_UNLIMITED, BGTASK_PERIOD_MAX);
	uint32_t nearly = container_new(self->bgt, BGTASK_QUOTA_UNLIMITED - 1, BGTASK_PERIOD_MIN);

	EXPECT_EQ(0, container_look(self->bgt, shortest)->quota);
	EXPECT_EQ(BGTASK_PERIOD_MIN, container_look(self->bgt, shortest)->period);
	EXPECT_TRUE(container_look(self->bgt, shortest)->throttled);
	EXPECT_EQ(BGTASK_QUOTA_UNLIMITED, container_look(self->bgt, longest)->quota);
	EXPECT_EQ(BGTASK_PERIOD_MAX, container_look(self->bgt, longest)->period);
	EXPECT_EQ(BGTASK_QUOTA_UNLIMITED, container_look(self->bgt, longest)->left);
	EXPECT_EQ(BGTASK_QUOTA_UNLIMITED - 1, container_look(self->bgt, nearly)->left);
	EXPECT_FALSE(container_look(self->bgt, nearly)->throttled);
}

/* Names of one byte, of the longest length, and of one byte more. */
TEST_F(contract, lengths_of_names)
{
	static const struct {
		size_t length;
		int error;
	} names[] = { { 0, -EINVAL }, { 1, 0 }, { BGTASK_NAME_MAX, 0 },
		      { BGTASK_NAME_MAX + 1, -ENAMETOOLONG } };
	char name[BGTASK_NAME_MAX + 2] = "";

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		memset(name, 'n', names[i].length);
		stage_begin_new(&self->genl, name);
		EXPECT_EQ(names[i].error, genl_do(&self->genl));
		if (!names[i].error)
			container_delete(self->bgt,
					 genl_get_u32(&self->genl, BGTASK_A_CONTAINER_ID));
		for (uint8_t command = BGTASK_CMD_MUTEX_ACQUIRE;
		     command <= BGTASK_CMD_MUTEX_RELEASE; command++) {
			genl_begin(&self->genl, command);
			genl_put_string(&self->genl, BGTASK_A_MUTEX_NAME, name);
			genl_put_u32(&self->genl, BGTASK_A_MUTEX_SCOPE, BGTASK_SCOPE_USER);
			EXPECT_EQ(names[i].error, genl_do(&self->genl));
		}
	}
}

/* A wait with the longest timeout does wait. */
TEST_F(contract, longest_timeout)
{
	struct party owner = party_new("bounds"), waiter = party_new("bounds");

	ASSERT_EQ(0, bgt_mutex_acquire(owner.mutex, 0));
	party_wait(&waiter, BGTASK_MUTEX_TIMEOUT_MAX);
	EXPECT_EQ(-ETIME, mutex_wait_until(waiter.bgt, now() + 100 * MSEC));
	EXPECT_EQ(0, bgt_mutex_release(owner.mutex));
	EXPECT_EQ(0, mutex_wait(waiter.bgt));
}

TEST_HARNESS_MAIN
