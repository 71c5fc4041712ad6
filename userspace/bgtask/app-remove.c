// SPDX-License-Identifier: GPL-2.0
#include "command.h"

static const char usage[] =
	"Usage: bgtask app remove ID\n"
	"\n"
	"Forget an app, with all that it has registered. What runs is cancelled.\n";

int app_remove(int argc, char **argv, bool json)
{
	int status = EXIT_OK;
	struct bgt *bgt;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("remove takes the id of an app");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_remove(bgt, argv[optind]))
		status = fail("cannot remove app \"%s\": %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
