/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about freezing begin with: a member with a process of two threads. */
#ifndef BGTASK_TEST_FREEZER_H
#define BGTASK_TEST_FREEZER_H

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "subject.h"
#include "task.h"

FIXTURE(freezer) {
	struct bgt *bgt;
	uint32_t id, member;
	struct burner burner;
};

FIXTURE_SETUP(freezer)
{
	self->bgt = subject_begin(&self->id, &self->member, &self->burner);
}

FIXTURE_TEARDOWN_PARENT(freezer)
{
	scene_end();
}

#define EXPECT_RUNS(burner) do {							\
	cgroup_wait_frozen("a", false);							\
	EXPECT_TRUE(burner_runs(burner, 0));						\
	EXPECT_TRUE(burner_runs(burner, 1));						\
} while (0)

#define EXPECT_STANDS(burner) do {							\
	cgroup_wait_frozen("a", true);							\
	EXPECT_TRUE(burner_stands(burner, 0));						\
	EXPECT_TRUE(burner_stands(burner, 1));						\
} while (0)

#endif
