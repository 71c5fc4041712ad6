// SPDX-License-Identifier: GPL-2.0
/* "bgtask trigger": runs the subcommand about triggers that the first argument names. */
#include "command.h"

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
	return run_group(commands, usage, argc, argv, json);
}
