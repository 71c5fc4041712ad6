// SPDX-License-Identifier: GPL-2.0
/* Containers with members in a cgroup namespace to which a part of the hierarchy was delegated. */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "scene.h"
#include "task.h"

FIXTURE(namespace) {
	struct bgt *bgt;
	uint32_t id;
};

static void delegate(bool on)
{
	if (mount(NULL, CGROUP_ROOT, NULL, MS_REMOUNT, on ? "nsdelegate" : NULL))
		fail("remount: %s", strerror(errno));
}

/* The cgroup "a" is delegated to the namespace. */
FIXTURE_SETUP(namespace)
{
	scene_begin();
	delegate(true);
	self->bgt = container_connect();
	cgroup_make("a");
	cgroup_make("a/b");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, 3600 * SEC);
}

FIXTURE_TEARDOWN_PARENT(namespace)
{
	delegate(false);
	scene_end();
}

static int add_as_delegate(void *data)
{
	uint32_t container = *(uint32_t *)data, id;
	struct bgt *bgt;
	int error;

	if (unshare(CLONE_NEWCGROUP))
		fail("unshare: %s", strerror(errno));
	bgt = container_connect();
	error = bgt_member_add(bgt, container, BGT_ROLE_APP, cgroup_open("a"), false, &id);
	if (error != -EPERM || strcmp(bgt_error(bgt), "cannot write cgroup.freeze and cgroup.kill"))
		fail("its own root: %d, %s", error, bgt_error(bgt));
	id = member_add(bgt, container, BGT_ROLE_APP, "a/b");
	if (strcmp(member_look(bgt, id)->path, "/b"))
		fail("it has the path %s", member_look(bgt, id)->path);
	member_hold(bgt, id, true);
	cgroup_wait_frozen("a/b", true);
	return 0;
}

/*
 * A process in the namespace may not add the namespace's root, and is told so at once. Listeners
 * outside get paths as seen from their own namespace.
 */
TEST_F_TIMEOUT(namespace, delegated, 120)
{
	struct bgt_member *member;
	uint32_t id;

	ASSERT_EQ(0, task_wait(task_start("a", add_as_delegate, &self->id)));
	EXPECT_EQ(1, container_look(self->bgt, self->id)->members);
	ASSERT_EQ(0, bgt_member_list(self->bgt, self->id, &member));
	ASSERT_NE(NULL, member);
	id = member->id;
	EXPECT_STREQ("/bgtask-selftest/a/b", member->path);
	bgt_member_free(member);
	EXPECT_STREQ("/bgtask-selftest/a/b",
		     event_wait(self->bgt, BGT_EVENT_MEMBER_ADD, id)->member->path);

	/* Outside, the administrator may add the cgroup. */
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
}

TEST_HARNESS_MAIN
