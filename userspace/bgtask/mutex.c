// SPDX-License-Identifier: GPL-2.0
/* "bgtask mutex": runs the subcommand about mutexes that the first argument names. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask mutex [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  run NAME COMMAND  run a command while a mutex is owned\n"
	"  list              list the mutexes that are owned or were abandoned\n"
	"\n"
	"Anyone may use mutexes.\n";

static const struct command commands[] = {
	{ "list", mutex_list },
	{ "run", mutex_run },
	{ NULL, NULL },
};

int command_mutex(int argc, char **argv, bool json)
{
	return run_group(commands, usage, argc, argv, json);
}
