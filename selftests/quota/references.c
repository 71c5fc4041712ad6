// SPDX-License-Identifier: GPL-2.0
/*
 * The module gives back what it holds of the kernel, however a member ends: the cgroup, which would
 * stay as a dying one otherwise, and its files, which would keep a file system from being
 * unmounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "kselftest_harness.h"
#include "module.h"
#include "scene.h"
#include "task.h"

#define MOUNT	"/tmp/bgtask-selftest-cgroup"

FIXTURE(references) {
	struct bgt *bgt;
	uint32_t id, member;
	bool removed;
};

/* Mounts the cgroups once more, since nobody else uses this mount. */
FIXTURE_SETUP(references)
{
	scene_begin();
	mkdir(MOUNT, 0755);
	ASSERT_EQ(0, mount("none", MOUNT, "cgroup2", 0, NULL));
	self->bgt = container_connect();
	self->id = container_new(self->bgt, 3600 * SEC, 24 * 3600 * SEC);
	cgroup_make("a");
	cgroup_make("a/below");
}

FIXTURE_TEARDOWN_PARENT(references)
{
	if (!module_is_loaded())
		module_load();
	scene_end();
	umount2(MOUNT, MNT_DETACH);
	rmdir(MOUNT);
}

static int open_mounted(const char *cgroup)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), MOUNT "%s", cgroup_path(cgroup, NULL) + strlen(CGROUP_ROOT));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

static int burn_a_little(void *data)
{
	burn(MSEC);
	return 0;
}

static void add(FIXTURE_DATA(references) *self)
{
	int fd = open_mounted("a");

	if (bgt_member_add(self->bgt, self->id, BGT_ROLE_APP, fd, false, &self->member))
		fail("bgt_member_add: %s", bgt_error(self->bgt));
	close(fd);
	for (int i = 0; i < 2; i++) {
		if (task_wait(task_start(i ? "a/below" : "a", burn_a_little, NULL)))
			fail("nothing runs in the member");
	}
	cgroup_wait_empty("a");
}

static void wait_unmounted(void)
{
	uint64_t end = now() + DEADLINE;

	while (umount(MOUNT)) {
		if (errno != EBUSY || now() > end)
			fail("umount: %s", strerror(errno));
		look_later(end);
	}
}

static void wait_freed(void)
{
	uint64_t end = now() + DEADLINE;

	while (cgroup_key("", "cgroup.stat", "nr_dying_descendants")) {
		if (now() > end)
			fail("a removed cgroup stays");
		look_later(end);
	}
}

/* Nothing of the member is held any more. */
static void expect_returned(FIXTURE_DATA(references) *self)
{
	wait_unmounted();
	if (!self->removed && (!cgroup_remove("a/below") || !cgroup_remove("a")))
		fail("the cgroup cannot be removed");
	wait_freed();
}

TEST_F_TIMEOUT(references, removed, 120)
{
	add(self);
	member_delete(self->bgt, self->member);
	expect_returned(self);
}

/* The removed member is thawed, and its process runs again. */
TEST_F_TIMEOUT(references, removed_while_frozen, 120)
{
	struct burner burner;

	add(self);
	burner = burner_start("a/below", 1);
	member_hold(self->bgt, self->member, true);
	cgroup_wait_frozen("a", true);
	member_delete(self->bgt, self->member);
	burner_end(&burner);
	cgroup_wait_empty("a");
	expect_returned(self);
}

TEST_F_TIMEOUT(references, container_deleted, 120)
{
	add(self);
	container_delete(self->bgt, self->id);
	expect_returned(self);
}

/* The directory is removed by somebody who does not know of the container. */
TEST_F_TIMEOUT(references, directory_removed, 120)
{
	add(self);
	self->removed = cgroup_remove("a/below") && cgroup_remove("a");
	ASSERT_TRUE(self->removed);
	event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, self->member);
	expect_returned(self);
	EXPECT_EQ(0, container_look(self->bgt, self->id)->members);
}

/* All processes are killed, and then the directory is removed. */
TEST_F_TIMEOUT(references, killed, 120)
{
	struct burner burner;

	add(self);
	burner = burner_start("a/below", 2);
	ASSERT_EQ(0, bgt_container_kill(self->bgt, self->id, BGT_ROLE_ALL));
	EXPECT_EQ(128 + SIGKILL, task_wait(burner.pid));
	cgroup_wait_empty("a");
	self->removed = cgroup_remove("a/below") && cgroup_remove("a");
	ASSERT_TRUE(self->removed);
	event_wait(self->bgt, BGT_EVENT_MEMBER_GONE, self->member);
	expect_returned(self);
}

TEST_F_TIMEOUT(references, module_unloaded, 120)
{
	uint64_t end = now() + DEADLINE;
	int error;

	add(self);
	while ((error = module_unload()) == -EAGAIN && now() < end)
		look_later(end);
	ASSERT_EQ(0, error);
	expect_returned(self);
}

/* A cgroup that was refused as a member. */
TEST_F_TIMEOUT(references, refused, 120)
{
	uint32_t other = container_new(self->bgt, SEC, 10 * SEC);
	char file[4096];
	int fds[3];

	add(self);
	fds[0] = open_mounted("a");
	EXPECT_EQ(-EEXIST, bgt_member_add(self->bgt, other, BGT_ROLE_APP, fds[0], false, NULL));
	fds[1] = open_mounted("..");
	EXPECT_EQ(-EINVAL, bgt_member_add(self->bgt, other, BGT_ROLE_APP, fds[1], false, NULL));
	snprintf(file, sizeof(file), MOUNT "/cgroup.procs");
	fds[2] = open(file, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fds[2]);
	EXPECT_EQ(-ENOTDIR, bgt_member_add(self->bgt, other, BGT_ROLE_APP, fds[2], false, NULL));
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	member_delete(self->bgt, self->member);
	expect_returned(self);
}

TEST_HARNESS_MAIN
