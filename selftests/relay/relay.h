/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about the relay begin with: a helper, two callers, and a container. */
#ifndef BGTASK_TEST_RELAY_H
#define BGTASK_TEST_RELAY_H

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "module.h"
#include "player.h"
#include "scene.h"

/* A user who is no administrator. */
#define USER	1001

FIXTURE(relay) {
	struct genl helper, app, other;
	struct bgt *bgt;
	/* The container of cgroup "a". */
	uint32_t id;
	unsigned int user_calls, container_calls;
};

FIXTURE_SETUP(relay)
{
	scene_begin();
	self->user_calls = module_set("user_calls", 256);
	self->container_calls = module_set("container_calls", 64);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, genl_open(&self->app));
	ASSERT_EQ(0, genl_open(&self->other));
	ASSERT_EQ(0, play_attach(&self->helper));
}

FIXTURE_TEARDOWN_PARENT(relay)
{
	if (!module_is_loaded())
		module_load();
	module_set("user_calls", self->user_calls);
	module_set("container_calls", self->container_calls);
	scene_end();
}

#endif
