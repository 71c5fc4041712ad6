// SPDX-License-Identifier: GPL-2.0
/* "bgtask container": runs the subcommand about containers that the first argument names. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask container [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  list                  list all containers\n"
	"  show NAME             show a container and its members\n"
	"  new NAME              create a container\n"
	"  set NAME              change quota or period\n"
	"  exempt NAME [on|off]  neither charge nor freeze a container, or do so again\n"
	"  traffic NAME [on|off] count what its sockets send and receive, or no more\n"
	"  hold NAME             stop the members' threads, whatever the budget says\n"
	"  release NAME          end that\n"
	"  kill NAME             kill the members' processes\n"
	"  add NAME CGROUP       make a cgroup, given as its directory, a member\n"
	"  remove NAME CGROUP    take a member out\n"
	"  delete NAME           delete a container\n"
	"\n"
	"NAME is a container's name or id. All but kill leave the processes alive.\n";

static const struct command commands[] = {
	{ "add", container_add },
	{ "delete", container_delete },
	{ "exempt", container_exempt },
	{ "hold", container_hold },
	{ "kill", container_kill },
	{ "list", container_list },
	{ "new", container_new },
	{ "release", container_release },
	{ "remove", container_remove },
	{ "set", container_set },
	{ "show", container_show },
	{ "traffic", container_traffic },
	{ NULL, NULL },
};

int command_container(int argc, char **argv, bool json)
{
	return run_group(commands, usage, argc, argv, json);
}
