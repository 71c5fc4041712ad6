// SPDX-License-Identifier: GPL-2.0
/* "bgtask app": runs the subcommand about apps that the first argument names. */
#include "command.h"

static const char usage[] =
	"Usage: bgtask app [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  install MANIFEST   make an app known, or read its manifest again\n"
	"  remove ID          forget an app, with all that it has registered\n"
	"  list               list all apps\n"
	"  show ID            show an app and its tasks\n"
	"  allow ID [ACCESS]  let an app work in the background: lock-screen, the default,\n"
	"                     always, or none to take that back\n"
	"  deny ID            do not\n"
	"  upgraded ID        say that an app was updated\n"
	"  launch ID          start an app, in the foreground\n"
	"  foreground ID      say that the user sees it\n"
	"  background ID      say that the user does not see it any more\n"
	"  suspend ID         suspend it, whatever it does\n"
	"  resume ID          let it run in the background\n"
	"  terminate ID       kill it; its tasks go on\n"
	"\n"
	"All of this is for administrators.\n";

static const struct command commands[] = {
	{ "allow", app_allow },
	{ "background", app_background },
	{ "deny", app_deny },
	{ "foreground", app_foreground },
	{ "install", app_install },
	{ "launch", app_launch },
	{ "list", app_list },
	{ "remove", app_remove },
	{ "resume", app_resume },
	{ "show", app_show },
	{ "suspend", app_suspend },
	{ "terminate", app_terminate },
	{ "upgraded", app_upgraded },
	{ NULL, NULL },
};

int command_app(int argc, char **argv, bool json)
{
	return run_group(commands, usage, argc, argv, json);
}
