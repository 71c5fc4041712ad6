// SPDX-License-Identifier: GPL-2.0
/* "bgtask container delete": deletes a container. Its cgroups and their processes stay. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask container delete NAME\n"
	"\n"
	"Delete a container. Its cgroups and their processes stay, thawed.\n";

static int delete(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	(void)data;
	if (bgt_container_del(bgt, container->id))
		return fail("cannot delete container \"%s\": %s", container->name, bgt_error(bgt));
	return EXIT_OK;
}

int container_delete(int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("delete takes a container");
	return with_container(argv[optind], delete, NULL);
}
