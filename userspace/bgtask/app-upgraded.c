// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask app upgraded": tells the helper that an app was updated. The helper reads the manifest
 * again, cancels the app's running tasks, and fires the trigger servicing-complete.
 */
#include "command.h"

static const char usage[] =
	"Usage: bgtask app upgraded ID\n"
	"\n"
	"Say that an app was updated: its manifest is read again, what runs is cancelled, and\n"
	"servicing-complete fires.\n";

int app_upgraded(int argc, char **argv, bool json)
{
	int status = EXIT_OK;
	struct bgt *bgt;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("upgraded takes the id of an app");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_upgraded(bgt, argv[optind]))
		status = fail("cannot upgrade app \"%s\": %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
