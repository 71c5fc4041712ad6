// SPDX-License-Identifier: GPL-2.0
/*
 * The CPU time that a container uses on a loan does not count as the time that freezing takes; see
 * lending.c.
 */
#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "mutex.h"
#include "scene.h"
#include "task.h"

#define NAME	"learning"
#define GRACE	200

FIXTURE(learning) {
	struct bgt *bgt;
	uint32_t id;
	unsigned int grace;
	bool anticipated;
};

FIXTURE_SETUP(learning)
{
	scene_begin();
	self->grace = module_set("grace", GRACE);
	self->anticipated = module_anticipate(true);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 2 * SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(learning)
{
	module_set("grace", self->grace);
	module_anticipate(self->anticipated);
	scene_end();
}

TEST_F_TIMEOUT(learning, loan, 120)
{
	struct party waiter = party_new(NAME);

	mutex_own_and_burn(self->bgt, "a", NAME);
	party_wait(&waiter, BGT_TIMEOUT_INFINITE);
	container_set_quota(self->bgt, self->id, 500 * MSEC);
	/*
	 * Time is lent as soon as the budget is spent, so the container stands still only after the
	 * loan.
	 */
	for (int i = 0; i < 2; i++) {
		event_wait(self->bgt, BGT_EVENT_CONTAINER_LENT, self->id);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id);
		event_wait(self->bgt, BGT_EVENT_CONTAINER_REPLENISHED, self->id);
	}
	EXPECT_LT(container_look(self->bgt, self->id)->lead, GRACE * MSEC / 2);
}

TEST_HARNESS_MAIN
