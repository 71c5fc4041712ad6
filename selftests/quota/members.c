// SPDX-License-Identifier: GPL-2.0
/* Several members of a container: it has stopped when all have, also those that others froze. */
#include "budget.h"
#include "task.h"

static uint32_t add_frozen(FIXTURE_DATA(budget) *self, const char *cgroup)
{
	cgroup_make(cgroup);
	if (cgroup_write(cgroup, "cgroup.freeze", "1"))
		fail("%s cannot be frozen", cgroup);
	cgroup_wait_frozen(cgroup, true);
	return member_add(self->bgt, self->id, BGT_ROLE_TASK, cgroup);
}

/* Spends the budget, and expects to be told so, and not before all stand still. */
static void expect_stop(struct __test_metadata *_metadata, FIXTURE_DATA(budget) *self)
{
	struct burner burner = burner_start("a", 2);
	const struct bgt_container *container;

	event_drain(self->bgt);
	container_set_budget(self->bgt, self->id,
			     container_look(self->bgt, self->id)->spent + 50 * MSEC, 3600 * SEC);
	container = event_wait(self->bgt, BGT_EVENT_CONTAINER_STOPPED, self->id)->container;
	EXPECT_TRUE(container->throttled);
	EXPECT_TRUE(cgroup_is_frozen("a"));
	burner_end(&burner);
}

TEST_F_TIMEOUT(budget, frozen_before, 60)
{
	add_frozen(self, "b");
	expect_stop(_metadata, self);
	EXPECT_EQ(2, container_look(self->bgt, self->id)->members);
}

TEST_F_TIMEOUT(budget, frozen_and_removed, 60)
{
	uint32_t members[2];

	members[0] = add_frozen(self, "b");
	members[1] = add_frozen(self, "c");
	for (int i = 0; i < 2; i++)
		member_delete(self->bgt, members[i]);
	expect_stop(_metadata, self);
	EXPECT_EQ(1, container_look(self->bgt, self->id)->members);
	/* What the module has not frozen it does not thaw. */
	EXPECT_TRUE(cgroup_is_frozen("b"));
}

/* Held by the module, and removed then: it runs again, and counts no more. */
TEST_F_TIMEOUT(budget, held_and_removed, 60)
{
	static const char *const cgroups[] = { "b", "c" };
	uint32_t members[2];

	for (int i = 0; i < 2; i++) {
		cgroup_make(cgroups[i]);
		members[i] = member_add(self->bgt, self->id, BGT_ROLE_TASK, cgroups[i]);
		member_hold(self->bgt, members[i], true);
		cgroup_wait_frozen(cgroups[i], true);
	}
	for (int i = 0; i < 2; i++)
		member_delete(self->bgt, members[i]);
	for (int i = 0; i < 2; i++)
		cgroup_wait_frozen(cgroups[i], false);
	expect_stop(_metadata, self);
}

TEST_HARNESS_MAIN
