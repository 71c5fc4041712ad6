// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask app remove": forgets an app with all that the app has registered. While tasks of the app
 * run, the helper cancels the tasks and refuses; so the command asks again until the tasks have
 * ended.
 */
#include <errno.h>
#include <unistd.h>

#include "command.h"

/*
 * The helper gives cancelled tasks 5 s to end, unless it is configured otherwise. The command waits
 * twice as long, as the helper then has to kill what is left.
 */
#define PATIENCE_MSEC	10000
#define PAUSE_MSEC	100

static const char usage[] =
	"Usage: bgtask app remove ID\n"
	"\n"
	"Forget an app, with all that it has registered. What runs is cancelled first, and waited\n"
	"for, up to 10 s.\n";

static int remove_when_ended(struct bgt *bgt, const char *id)
{
	unsigned int waited = 0;
	int error;

	while ((error = bgt_app_remove(bgt, id)) == -EAGAIN && waited < PATIENCE_MSEC) {
		usleep(PAUSE_MSEC * 1000);
		waited += PAUSE_MSEC;
	}
	return error;
}

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
	if (remove_when_ended(bgt, argv[optind]))
		status = fail("cannot remove app \"%s\": %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}
