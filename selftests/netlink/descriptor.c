// SPDX-License-Identifier: GPL-2.0
/*
 * Which descriptors are accepted as cgroups, and from whom.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bgtask.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "contract.h"
#include "task.h"

TEST_F(contract, fd_not_open)
{
	stage_begin_add(&self->genl, self->id, 999);
	EXPECT_REFUSED(-EBADF, "no such descriptor");
	stage_begin_add(&self->genl, self->id, -1);
	EXPECT_REFUSED(-EBADF, "no such descriptor");
	stage_begin_add(&self->genl, self->id, INT32_MIN);
	EXPECT_REFUSED(-EBADF, "no such descriptor");
}

TEST_F(contract, fd_of_a_file)
{
	stage_begin_add(&self->genl, self->id, open("/proc/self/exe", O_RDONLY));
	EXPECT_REFUSED(-ENOTDIR, "not of a directory");
	/* A file in a cgroup's directory is not a directory, either. */
	stage_begin_add(&self->genl, self->id, open(cgroup_path("a", "cgroup.procs"), O_RDONLY));
	EXPECT_REFUSED(-ENOTDIR, "not of a directory");
}

TEST_F(contract, fd_of_a_socket)
{
	stage_begin_add(&self->genl, self->id, self->genl.socket);
	EXPECT_REFUSED(-ENOTDIR, "not of a directory");
}

TEST_F(contract, fd_of_another_directory)
{
	static const char *const directories[] = { "/", "/proc/self", "/sys", "/tmp" };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		int fd = open(directories[i], O_RDONLY | O_DIRECTORY);

		ASSERT_GE(fd, 0);
		stage_begin_add(&self->genl, self->id, fd);
		EXPECT_REFUSED(-EBADF, "not of a cgroup");
		close(fd);
	}
}

#define HIERARCHY "name=bgtask-selftest"

/*
 * Unmounts it again and again, since the hierarchy stays while one of its cgroups is not quite
 * gone.
 */
static bool unmount(const char *directory)
{
	uint64_t end = now() + DEADLINE;
	char line[256];
	bool there;
	FILE *file;

	do {
		umount(directory);
		look_later(end);
		there = false;
		file = fopen("/proc/self/cgroup", "re");
		while (file && fgets(line, sizeof(line), file))
			there |= strstr(line, HIERARCHY) != NULL;
		if (file)
			fclose(file);
	} while (there && now() < end && !mount("none", directory, "cgroup", 0, "none," HIERARCHY));
	return !there;
}

/* The root of a hierarchy of version 1, a cgroup in it, and one that was removed. */
TEST_F(contract, fd_of_a_version_1_cgroup)
{
	char directory[] = "/tmp/selftest.XXXXXX", below[64];
	int root, child;

	ASSERT_NE(NULL, mkdtemp(directory));
	ASSERT_EQ(0, mount("none", directory, "cgroup", 0, "none," HIERARCHY));
	snprintf(below, sizeof(below), "%s/below", directory);
	EXPECT_EQ(0, mkdir(below, 0755));
	root = open(directory, O_RDONLY | O_DIRECTORY);
	child = open(below, O_RDONLY | O_DIRECTORY);
	stage_begin_add(&self->genl, self->id, root);
	EXPECT_REFUSED(-EOPNOTSUPP, "version 1");
	stage_begin_add(&self->genl, self->id, child);
	EXPECT_REFUSED(-EOPNOTSUPP, "version 1");
	EXPECT_EQ(0, rmdir(below));
	EXPECT_REFUSED(-EOPNOTSUPP, "version 1");
	close(child);
	close(root);
	EXPECT_TRUE(unmount(directory));
	EXPECT_EQ(0, rmdir(directory));
}

TEST_F(contract, root_cgroup)
{
	stage_begin_add(&self->genl, self->id, open(CGROUP_ROOT, O_RDONLY | O_DIRECTORY));
	EXPECT_REFUSED(-EINVAL, "the root cgroup");
}

TEST_F(contract, cgroup_is_gone)
{
	int fd;

	cgroup_make("b");
	fd = cgroup_open("b");
	ASSERT_TRUE(cgroup_remove("b"));
	stage_begin_add(&self->genl, self->id, fd);
	EXPECT_REFUSED(-ENOENT, "is being removed");
}

TEST_F(contract, cgroup_is_taken)
{
	uint32_t other = container_new(self->bgt, SEC, 10 * SEC);
	int fd = cgroup_open("a");

	stage_begin_add(&self->genl, other, fd);
	EXPECT_REFUSED(-EEXIST, "belongs to a container");
	stage_begin_add(&self->genl, self->id, fd);
	EXPECT_REFUSED(-EEXIST, "belongs to a container");
	/* A cgroup below can be a member of another container. */
	cgroup_make("a/b");
	stage_begin_add(&self->genl, other, cgroup_open("a/b"));
	EXPECT_EQ(0, genl_do(&self->genl));
}

/* An administrator without permission to write cgroup.freeze may not have the module write it. */
struct stranger {
	uint32_t id;
	const char *file;
};

static int add_without_permission(void *data)
{
	struct stranger *stranger = data;
	int fd = cgroup_open("b"), error;
	struct genl genl;

	stage_drop(CAP_DAC_OVERRIDE);
	if (genl_open(&genl))
		return 100;
	stage_begin_add(&genl, stranger->id, fd);
	error = genl_do(&genl);
	if (error != -EACCES || !strstr(genl.text, stranger->file)) {
		note("%s, \"%s\"", strerror(-error), genl.text);
		return 1;
	}
	return 0;
}

TEST_F(contract, freezer_is_not_writable)
{
	static const char *const files[] = { "cgroup.freeze", "cgroup.kill" };

	cgroup_make("b");
	cgroup_make("outside");
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct stranger stranger = { self->id, files[i] };

		ASSERT_EQ(0, chown(cgroup_path("b", files[i]), NOBODY, NOBODY));
		EXPECT_UNCHANGED(EXPECT_EQ(0, task_wait(task_start("outside",
								   add_without_permission,
								   &stranger))));
		ASSERT_EQ(0, chown(cgroup_path("b", files[i]), 0, 0));
	}
	/* With the permission, it works. */
	ASSERT_EQ(0, chown(cgroup_path("b", "cgroup.freeze"), NOBODY, NOBODY));
	stage_begin_add(&self->genl, self->id, cgroup_open("b"));
	EXPECT_EQ(0, genl_do(&self->genl));
}

TEST_HARNESS_MAIN
