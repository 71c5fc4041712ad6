// SPDX-License-Identifier: GPL-2.0
/*
 * Makes and removes the cgroup and the container of "bgtask run". The container is made first and
 * deleted last. As long as the container has the name, no other scope can have a cgroup of this
 * name, so nothing of another scope is killed or removed.
 */
#include "scope.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroup.h"
#include "command.h"

/* Only a process in uninterruptible sleep survives SIGKILL for longer. */
#define KILL_TIMEOUT_MS	10000

/*
 * An attribute of a parent directory that was made for scopes, so that the last scope removes it.
 */
#define MARK		"user.bgtask.run"

static int open_directory(int at, const char *path)
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Opens the parent directory, and makes it if it does not exist. */
static int make_parent(const struct scope *scope)
{
	int fd;

	if (!mkdir(scope->parent, 0755)) {
		fd = open_directory(AT_FDCWD, scope->parent);
		/*
		 * Without the mark, the directory stays when the last scope ends, which does no
		 * harm.
		 */
		if (fd >= 0)
			(void)fsetxattr(fd, MARK, "1", 1, 0);
		return fd;
	}
	return errno == EEXIST ? open_directory(AT_FDCWD, scope->parent) : -errno;
}

/* Removes the parent directory if it was made for scopes and has no cgroup any more. */
static void remove_parent(const struct scope *scope, int parent)
{
	if (fgetxattr(parent, MARK, NULL, 0) >= 0)
		(void)rmdir(scope->parent);
}

static int make_directory(struct scope *scope, int parent)
{
	/*
	 * The container has this name, so no other scope uses the directory: a killed scope left
	 * it.
	 */
	if (unlinkat(parent, scope->name, AT_REMOVEDIR) && errno != ENOENT)
		return -errno;
	scope->directory = true;
	if (!mkdirat(parent, scope->name, 0755))
		return 0;
	scope->directory = false;
	return -errno;
}

/* Makes the cgroup. Returns a descriptor of its directory, or a negative errno. */
static int make_cgroup(struct scope *scope)
{
	int error, parent, tries = 100;

	/* Another scope that ends can remove the parent before it is open or has this cgroup. */
	do {
		parent = make_parent(scope);
		error = parent;
		if (parent < 0)
			continue;
		error = make_directory(scope, parent);
		if (!error)
			error = open_directory(parent, scope->name);
		if (error < 0 && !scope->directory)
			remove_parent(scope, parent);
		close(parent);
	} while (error == -ENOENT && tries--);
	return error;
}

static int create(struct scope *scope, struct bgt *bgt, const struct bgt_container_policy *policy)
{
	uint32_t id;
	int error, fd;

	if (bgt_container_new(bgt, scope->name, policy, &id))
		return fail("cannot create container \"%s\": %s", scope->name, bgt_error(bgt));
	scope->container = id;

	fd = make_cgroup(scope);
	if (fd < 0)
		return fail("cannot make cgroup %s/%s: %s", scope->parent, scope->name,
			    strerror(-fd));
	error = bgt_member_add(bgt, id, BGT_ROLE_TASK, fd, false, NULL);
	close(fd);
	if (error)
		return fail("cannot add cgroup %s/%s to container \"%s\": %s", scope->parent,
			    scope->name, scope->name, bgt_error(bgt));
	return EXIT_OK;
}

int scope_create(struct scope *scope, const struct bgt_container_policy *policy)
{
	struct bgt *bgt = connect_module();
	int status;

	if (!bgt)
		return EXIT_FAILED;
	status = create(scope, bgt, policy);
	bgt_close(bgt);
	if (status)
		scope_destroy(scope);
	return status;
}

int scope_open(const struct scope *scope)
{
	int fd, parent = open_directory(AT_FDCWD, scope->parent);

	if (parent < 0)
		return parent;
	fd = open_directory(parent, scope->name);
	close(parent);
	return fd;
}

/* Kills the processes of the scope and waits for their end. */
static int empty(const struct scope *scope, int parent)
{
	int error, directory = open_directory(parent, scope->name);

	if (directory < 0)
		return directory == -ENOENT ? 0 : directory;
	error = cgroup_kill(directory);
	if (!error)
		error = cgroup_wait_empty(directory, KILL_TIMEOUT_MS);
	close(directory);
	return error;
}

static int destroy_cgroup(const struct scope *scope)
{
	int error, parent = open_directory(AT_FDCWD, scope->parent);

	if (parent < 0)
		return parent == -ENOENT ? 0 : parent;
	error = empty(scope, parent);
	if (!error)
		error = cgroup_remove(parent, scope->name);
	if (!error)
		remove_parent(scope, parent);
	close(parent);
	return error;
}

static int delete_container(const struct scope *scope)
{
	struct bgt *bgt;
	int error, status = EXIT_OK;

	/* A module that was unloaded has deleted its containers. */
	error = bgt_open(&bgt);
	if (error == -EPROTONOSUPPORT)
		return EXIT_OK;
	if (error)
		return fail("cannot delete container \"%s\": %s", scope->name,
			    bgt_strerror(error));
	error = bgt_container_del(bgt, scope->container);
	if (error && error != -ENOENT && error != -EPROTONOSUPPORT)
		status = fail("cannot delete container \"%s\": %s", scope->name, bgt_error(bgt));
	bgt_close(bgt);
	return status;
}

int scope_destroy(struct scope *scope)
{
	int error, status = EXIT_OK;

	/* The container goes last: see the top of this file. */
	if (scope->directory) {
		error = destroy_cgroup(scope);
		if (error)
			status = fail("cannot remove cgroup %s/%s: %s", scope->parent, scope->name,
				      strerror(-error));
		scope->directory = false;
	}
	if (scope->container) {
		if (delete_container(scope) != EXIT_OK)
			status = EXIT_FAILED;
		scope->container = 0;
	}
	return status;
}
