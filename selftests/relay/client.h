/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs about the library's side begin with: a connected library, and a helper. */
#ifndef BGTASK_TEST_CLIENT_H
#define BGTASK_TEST_CLIENT_H

#include "genl.h"
#include "kselftest_harness.h"
#include "player.h"
#include "scene.h"

FIXTURE(client) {
	struct genl helper;
	struct bgt *bgt;
};

FIXTURE_SETUP(client)
{
	scene_begin();
	ASSERT_EQ(0, bgt_open(&self->bgt));
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, play_attach(&self->helper));
}

FIXTURE_TEARDOWN_PARENT(client)
{
	scene_end();
}

#endif
