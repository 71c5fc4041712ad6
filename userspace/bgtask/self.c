// SPDX-License-Identifier: GPL-2.0
/* "bgtask self": shows the container that the caller runs in. */
#include "command.h"

#include "json.h"
#include "text.h"

static const char usage[] =
	"Usage: bgtask self [-j]\n"
	"\n"
	"Show the container that this runs in. Anyone may ask.\n";

int command_self(int argc, char **argv, bool json)
{
	struct bgt_container *container;
	struct bgt *bgt;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind != argc)
		return fail_usage("self takes no arguments");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	status = EXIT_OK;
	if (bgt_self_get(bgt, &container))
		status = fail("%s", bgt_error(bgt));
	else if (json)
		status = json_print(json_container(container));
	else
		text_container(container);
	bgt_container_free(container);
	bgt_close(bgt);
	return status;
}
