// SPDX-License-Identifier: GPL-2.0
/* "bgtask condition": runs the subcommand about conditions that the first argument names. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask condition [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  list                   list the conditions, and how welcome work is\n"
	"  set NAME on|off|auto   set a condition, or leave it to what is found out\n";

static const struct command commands[] = {
	{ "list", condition_list },
	{ "set", condition_set },
	{ NULL, NULL },
};

int command_condition(int argc, char **argv, bool json)
{
	return run_group(commands, usage, argc, argv, json);
}
