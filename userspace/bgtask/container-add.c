// SPDX-License-Identifier: GPL-2.0
/* "bgtask container add": makes a cgroup, given as its directory, a member of a container. */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

static const char usage[] =
	"Usage: bgtask container add [-j] [OPTION...] NAME CGROUP\n"
	"\n"
	"Make a cgroup, given as its directory, a member of a container.\n"
	"\n"
	"  -r, --role ROLE  what the cgroup holds: app (default), ui or task\n"
	"      --held       stop its threads from the start\n"
	"\n"
	"With -j, print the member.\n";

struct wish {
	const char *directory;
	enum bgt_role role;
	bool held;
	bool json;
};

static int add(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const struct wish *wish = data;
	struct bgt_member *member;
	uint32_t id;
	int error, fd, status;

	fd = open(wish->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail("cannot open %s: %s", wish->directory, strerror(errno));
	error = bgt_member_add(bgt, container->id, wish->role, fd, wish->held, &id);
	close(fd);
	if (error)
		return fail("cannot add %s to container \"%s\": %s", wish->directory,
			    container->name, bgt_error(bgt));

	if (!wish->json)
		return EXIT_OK;
	if (bgt_member_get(bgt, id, &member))
		return fail("cannot read the member: %s", bgt_error(bgt));
	status = json_print(json_member(member));
	bgt_member_free(member);
	return status;
}

int container_add(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "held", no_argument, NULL, 'H' },
		{ "role", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	struct wish wish = { .role = BGT_ROLE_APP };
	int option;

	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "r:", options, NULL)) >= 0) {
		switch (option) {
		case 'H':
			wish.held = true;
			break;
		case 'h':
			return help(usage);
		case 'j':
			json = true;
			break;
		case 'r':
			if (!parse_role(optarg, &wish.role))
				return EXIT_USAGE;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (argc - optind != 2)
		return fail_usage("add takes a container and the directory of a cgroup");
	wish.directory = argv[optind + 1];
	wish.json = json;
	return with_container(argv[optind], add, &wish);
}
