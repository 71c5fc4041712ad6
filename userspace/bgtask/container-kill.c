// SPDX-License-Identifier: GPL-2.0
/* "bgtask container kill": kills the processes of a container, even if they are frozen. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask container kill [-r ROLE] NAME\n"
	"\n"
	"Kill the processes of a container's members, even if they are frozen.\n"
	"\n"
	"  -r, --role ROLE  only those of members with this role: app, ui or task\n";

static int kill_members(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const enum bgt_role *role = data;

	if (bgt_container_kill(bgt, container->id, *role))
		return fail("cannot kill container \"%s\": %s", container->name, bgt_error(bgt));
	return EXIT_OK;
}

int container_kill(int argc, char **argv, bool json)
{
	enum bgt_role role = BGT_ROLE_ALL;
	int status;

	(void)json;
	if (!parse_members(argc, argv, usage, &role, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("kill takes a container");
	return with_container(argv[optind], kill_members, &role);
}
