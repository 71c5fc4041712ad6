// SPDX-License-Identifier: GPL-2.0
/*
 * The program "bgtask": reads the options before the subcommand, runs the subcommand, and fails if
 * the output could not be written in full.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const char usage[] =
	"Usage: bgtask [-j] COMMAND [ARGUMENT...]\n"
	"\n"
	"CPU budgets over long windows, for groups of processes, named mutexes, and background\n"
	"tasks.\n"
	"\n"
	"  run        run a command on a budget of its own\n"
	"  container  list, show and control containers\n"
	"  mutex      run a command while a mutex is owned, list mutexes\n"
	"  app        install, list and allow apps\n"
	"  task       register, list and cancel background tasks\n"
	"  trigger    fire what makes tasks run\n"
	"  condition  list and set what tasks wait for\n"
	"  top        watch the budgets\n"
	"  monitor    print every event as it happens\n"
	"  self       show the container that this runs in\n"
	"\n"
	"  -j, --json     print JSON, with times in nanoseconds\n"
	"  -h, --help     print this, or the usage of COMMAND\n"
	"  -V, --version  print the version\n"
	"\n"
	"See bgtask(8).\n";

static const struct command commands[] = {
	{ "app", command_app },
	{ "condition", command_condition },
	{ "container", command_container },
	{ "monitor", command_monitor },
	{ "mutex", command_mutex },
	{ "run", command_run },
	{ "self", command_self },
	{ "task", command_task },
	{ "top", command_top },
	{ "trigger", command_trigger },
	{ NULL, NULL },
};

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "+" COMMON_OPTIONS "V", options, NULL)) >= 0) {
		switch (option) {
		case 'h':
			return help(usage);
		case 'j':
			json = true;
			break;
		case 'V':
			return help("bgtask " BGTASK_VERSION "\n");
		default:
			return fail_usage(NULL);
		}
	}
	return dispatch(commands, usage, argc, argv, json);
}

int main(int argc, char **argv)
{
	static char program[] = "bgtask";
	int status;

	setlocale(LC_CTYPE, "");
	if (argc > 0)
		argv[0] = program;
	status = run(argc, argv);

	/* A command whose output could not be written has failed. */
	errno = 0;
	if ((fflush(stdout) || ferror(stdout)) && status == EXIT_OK)
		status = fail("cannot write the output: %s", strerror(errno ? errno : EIO));
	return status;
}
