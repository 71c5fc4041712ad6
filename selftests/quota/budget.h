/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about budgets begin with: a container with one member and without a quota. */
#ifndef BGTASK_TEST_BUDGET_H
#define BGTASK_TEST_BUDGET_H

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"

FIXTURE(budget) {
	struct bgt *bgt;
	uint32_t id;
	bool anticipated;
};

FIXTURE_SETUP(budget)
{
	scene_begin();
	self->anticipated = module_anticipate(false);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(budget)
{
	module_anticipate(self->anticipated);
	scene_end();
}

#endif
