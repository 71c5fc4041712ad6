// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask container hold" and "release": stop the threads of a container's members even if the
 * container has budget left, or let them run again as far as the budget allows.
 */
#include "command.h"

#include <errno.h>

static const char hold_usage[] =
	"Usage: bgtask container hold [-r ROLE] NAME\n"
	"\n"
	"Stop the threads of a container's members, whatever the budget says.\n"
	"\n"
	"  -r, --role ROLE  only those of members with this role: app, ui or task\n";

static const char release_usage[] =
	"Usage: bgtask container release [-r ROLE] NAME\n"
	"\n"
	"Let the threads of held members run again, as far as the budget does.\n"
	"\n"
	"  -r, --role ROLE  only those of members with this role: app, ui or task\n";

struct wish {
	enum bgt_role role;
	bool held;
};

static int set_members(struct bgt *bgt, const struct bgt_container *container,
		       const struct bgt_member *list, const struct wish *wish)
{
	const struct bgt_member *member;
	unsigned int found = 0;
	int error;

	for (member = list; member; member = member->next) {
		if (wish->role != BGT_ROLE_ALL && wish->role != member->role)
			continue;
		found++;
		error = bgt_member_set_held(bgt, member->id, wish->held);
		/* The member may be gone since the members were listed. */
		if (error && error != -ENOENT)
			return fail("cannot %s %s: %s", wish->held ? "hold" : "release",
				    member->path, bgt_error(bgt));
	}
	if (!found && wish->role != BGT_ROLE_ALL)
		return fail("container \"%s\" has no member of role %s", container->name,
			    bgt_role_name(wish->role));
	if (!found)
		return fail("container \"%s\" has no members", container->name);
	return EXIT_OK;
}

static int set(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	struct bgt_member *list;
	int status;

	if (bgt_member_list(bgt, container->id, &list))
		return fail("cannot list the members of \"%s\": %s", container->name,
			    bgt_error(bgt));
	status = set_members(bgt, container, list, data);
	bgt_member_free(list);
	return status;
}

static int set_held(int argc, char **argv, const char *usage, bool held)
{
	struct wish wish = { .role = BGT_ROLE_ALL, .held = held };
	int status;

	if (!parse_members(argc, argv, usage, &wish.role, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("%s takes a container", held ? "hold" : "release");
	return with_container(argv[optind], set, &wish);
}

int container_hold(int argc, char **argv, bool json)
{
	(void)json;
	return set_held(argc, argv, hold_usage, true);
}

int container_release(int argc, char **argv, bool json)
{
	(void)json;
	return set_held(argc, argv, release_usage, false);
}
