/* SPDX-License-Identifier: GPL-2.0 */
/* The fixture of these tests: a container with the member "a", and a socket. */
#ifndef BGTASK_TEST_CONTRACT_H
#define BGTASK_TEST_CONTRACT_H

#include <string.h>

#include "cgroup.h"
#include "container.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "stage.h"

FIXTURE(contract) {
	struct bgt *bgt;
	struct genl genl;
	uint32_t id, member;
};

FIXTURE_SETUP(contract)
{
	scene_begin();
	self->bgt = container_connect();
	ASSERT_EQ(0, genl_open(&self->genl));
	cgroup_make("a");
	self->id = container_new(self->bgt, STAGE_QUOTA, STAGE_PERIOD);
	self->member = member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

FIXTURE_TEARDOWN_PARENT(contract)
{
	scene_end();
}

/* Does something that must change nothing. */
#define EXPECT_UNCHANGED(what) do {							\
	const char *before_ = stage_snapshot(self->bgt);				\
											\
	what;										\
	EXPECT_STREQ(before_, stage_snapshot(self->bgt));				\
} while (0)

/* Sends the request, which must be refused, with these words in the text, and change nothing. */
#define EXPECT_REFUSED_BY(send, error, words) EXPECT_UNCHANGED(				\
	EXPECT_EQ(error, send(&self->genl));						\
	EXPECT_NE(NULL, strstr(self->genl.text, words)) {				\
		TH_LOG("\"%s\" is not in \"%s\"", words, self->genl.text);		\
	})

#define EXPECT_REFUSED(error, words)		EXPECT_REFUSED_BY(genl_do, error, words)
#define EXPECT_DUMP_REFUSED(error, words)	EXPECT_REFUSED_BY(genl_dump, error, words)

#endif
