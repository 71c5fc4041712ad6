/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about accounting begin with: two containers, with a member each. */
#ifndef BGTASK_TEST_ACCOUNTING_H
#define BGTASK_TEST_ACCOUNTING_H

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"

FIXTURE(accounting) {
	struct bgt *bgt;
	uint32_t a, b;
};

FIXTURE_SETUP(accounting)
{
	scene_begin();
	self->bgt = container_connect();
	cgroup_make("a");
	cgroup_make("b");
	self->a = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	self->b = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	member_add(self->bgt, self->a, BGT_ROLE_APP, "a");
	member_add(self->bgt, self->b, BGT_ROLE_APP, "b");
}

FIXTURE_TEARDOWN_PARENT(accounting)
{
	scene_end();
}

/* A container's usage is that of a cgroup, to the microsecond: at once, or after a while. */
#define EXPECT_AGREES(id, path) do {							\
	struct usage usage_ = usage_read(self->bgt, id, path);				\
											\
	EXPECT_EQ(usage_.cgroup, usage_.container / USEC);				\
} while (0)

#define EXPECT_SETTLES(id, path) do {							\
	struct usage usage_ = usage_settled(self->bgt, id, path);			\
											\
	EXPECT_EQ(usage_.cgroup, usage_.container / USEC);				\
} while (0)

#endif
