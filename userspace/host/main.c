// SPDX-License-Identifier: GPL-2.0
/*
 * bgtask-host: runs a task that is a plugin. bgtaskd starts this program as it starts a task that
 * is a program itself.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "listener.h"
#include "plugin.h"

static const char usage[] =
	"Usage: bgtask-host FILE:SYMBOL\n"
	"\n"
	"Runs the background task that is FILE's symbol; started by bgtaskd.\n"
	"\n"
	"  -h, --help     print this\n"
	"  -V, --version  print the version\n"
	"\n"
	"See bgtask-host(1).\n";

static int run(const char *entry_point)
{
	char why[PROBLEM_MAX];
	struct listener listener;
	struct bgt_host host;
	const char *problem;
	int error;

	error = host_begin(&host, &problem);
	if (error) {
		fprintf(stderr, "bgtask-host: %s\n", problem);
		return EXIT_FAILURE;
	}
	error = listener_start(&listener, &host);
	if (error) {
		bgt_host_set_result(&host, error, strerror(-error));
		return host_end(&host);
	}
	error = plugin_load(entry_point, &host.plugin, why);
	if (error)
		bgt_host_set_result(&host, error, why);
	else
		host_run(&host);
	listener_stop(&listener);
	return host_end(&host);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (option) {
		case 'h':
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case 'V':
			puts("bgtask-host " BGTASK_VERSION);
			return EXIT_SUCCESS;
		default:
			return 2;
		}
	}
	if (optind != argc - 1) {
		fputs(usage, stderr);
		return 2;
	}
	return run(argv[optind]);
}
