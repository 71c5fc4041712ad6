// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask app foreground", "background", "suspend", "resume" and "terminate": change the state of
 * an app, as a compositor or launcher does. The five subcommands differ only in the call that they
 * make.
 */
#include "command.h"

static const char usage[] =
	"Usage: bgtask app foreground|background|suspend|resume|terminate ID\n"
	"\n"
	"Move an app through its life, as a compositor or launcher does.\n"
	"\n"
	"  foreground  the user sees it: it runs, whatever budget it has spent\n"
	"  background  the user does not see it: it is suspended, unless it has an extension\n"
	"  suspend     suspend it, also with an extension\n"
	"  resume      let it run in the background, until it is suspended again\n"
	"  terminate   kill its processes; its tasks go on\n";

static int move(int argc, char **argv, bool json, const char *name,
		int (*call)(struct bgt *bgt, const char *id))
{
	int status = EXIT_OK;
	struct bgt *bgt;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1)
		return fail_usage("%s takes the id of an app", name);

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	if (call(bgt, argv[optind]))
		status = fail("cannot move app \"%s\": %s", argv[optind], bgt_error(bgt));
	bgt_close(bgt);
	return status;
}

int app_foreground(int argc, char **argv, bool json)
{
	return move(argc, argv, json, "foreground", bgt_app_foreground);
}

int app_background(int argc, char **argv, bool json)
{
	return move(argc, argv, json, "background", bgt_app_background);
}

int app_suspend(int argc, char **argv, bool json)
{
	return move(argc, argv, json, "suspend", bgt_app_suspend);
}

int app_resume(int argc, char **argv, bool json)
{
	return move(argc, argv, json, "resume", bgt_app_resume);
}

int app_terminate(int argc, char **argv, bool json)
{
	return move(argc, argv, json, "terminate", bgt_app_terminate);
}
