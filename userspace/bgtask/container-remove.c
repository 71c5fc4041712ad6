// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask container remove": removes a cgroup, given as its directory, from a container. The member
 * is found by the inode number of the directory, which is also the kernel's id of the cgroup.
 */
#include "command.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"Usage: bgtask container remove NAME CGROUP\n"
	"\n"
	"Take a cgroup, given as its directory, out of a container, thawed.\n";

static int remove_member(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const char *directory = data;
	struct bgt_member *list, *member;
	struct stat stat_buffer;
	int error = -ENOENT;

	if (stat(directory, &stat_buffer))
		return fail("cannot find %s: %s", directory, strerror(errno));
	if (bgt_member_list(bgt, container->id, &list))
		return fail("cannot list the members of \"%s\": %s", container->name,
			    bgt_error(bgt));

	member = list;
	while (member && member->cgroup_id != stat_buffer.st_ino)
		member = member->next;
	if (member)
		error = bgt_member_del(bgt, member->id);
	bgt_member_free(list);

	if (error == -ENOENT)
		return fail("%s is no member of container \"%s\"", directory, container->name);
	if (error)
		return fail("cannot remove %s: %s", directory, bgt_error(bgt));
	return EXIT_OK;
}

int container_remove(int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 2)
		return fail_usage("remove takes a container and the directory of a cgroup");
	return with_container(argv[optind], remove_member, argv[optind + 1]);
}
