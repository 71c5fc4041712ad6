// SPDX-License-Identifier: GPL-2.0
/* "bgtask trigger": runs the subcommand about triggers that its argument names. */
#include "command.h"

#include <stdio.h>

static const char usage[] =
	"Usage: bgtask trigger [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  fire TRIGGER  fire what makes tasks run\n";

static const struct command commands[] = {
	{ "fire", trigger_fire },
	{ NULL, NULL },
};

int command_trigger(int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	return dispatch(commands, argc - optind, argv + optind, json);
}
