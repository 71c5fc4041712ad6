// SPDX-License-Identifier: GPL-2.0
#include "command.h"

#include <stdio.h>

static const char usage[] =
	"Usage: bgtask app [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"  install MANIFEST   make an app known, or read its manifest again\n"
	"  remove ID          forget an app, with all that it has registered\n"
	"  list               list all apps\n"
	"  show ID            show an app and its tasks\n"
	"  allow ID [ACCESS]  let an app work in the background: lock-screen, the default, or\n"
	"                     always\n"
	"  deny ID            do not\n"
	"  upgraded ID        say that an app was updated\n"
	"\n"
	"All of this is for administrators.\n";

static const struct command commands[] = {
	{ "allow", app_allow },
	{ "deny", app_deny },
	{ "install", app_install },
	{ "list", app_list },
	{ "remove", app_remove },
	{ "show", app_show },
	{ "upgraded", app_upgraded },
	{ NULL, NULL },
};

int command_app(int argc, char **argv, bool json)
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
