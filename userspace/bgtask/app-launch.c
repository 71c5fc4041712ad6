// SPDX-License-Identifier: GPL-2.0
/* "bgtask app launch": starts an app in the foreground, and prints its process id. */
#include "command.h"

#include <inttypes.h>
#include <stdio.h>

#include "json.h"

static const char usage[] =
	"Usage: bgtask app launch [-j] ID\n"
	"\n"
	"Start an app as its manifest says, in the foreground, and print its process.\n";

static int print_pid(uint32_t pid, bool json)
{
	if (json)
		return json_print(json_pack("{s:I}", "pid", (json_int_t)pid));
	printf("%" PRIu32 "\n", pid);
	return EXIT_OK;
}

int app_launch(int argc, char **argv, bool json)
{
	struct bgt *bgt;
	uint32_t pid;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("launch takes the id of an app");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (bgt_app_launch(bgt, argv[optind], &pid))
		status = fail("cannot launch app \"%s\": %s", argv[optind], bgt_error(bgt));
	else
		status = print_pid(pid, json);
	bgt_close(bgt);
	return status;
}
