// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask run": runs a command on a CPU budget of its own, in a cgroup and a container that exist
 * only as long as the command. If this process is killed, the janitor, another process, removes the
 * two.
 */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cgroup.h"
#include "janitor.h"
#include "policy.h"
#include "scope.h"
#include "supervise.h"

static const char usage[] =
	"Usage: bgtask run [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	"\n"
	"Run a command on a CPU budget of its own. While the budget is spent it stands still,\n"
	"with all processes that it started. These end with it.\n"
	"\n"
	"  -n, --name NAME        name of the container and its cgroup (default run-PID)\n"
	"  -q, --quota DURATION   CPU time of each period, or \"unlimited\" (default 2s)\n"
	"  -p, --period DURATION  length of a period, 1ms to 1w (default 15min)\n"
	"  -e, --exempt           neither charge nor freeze it for now\n"
	"\n"
	"Exits with the command's status, or with 128 and the number of the signal that "
	"ended it.\n";

static int run_in_scope(char **argv, struct scope *scope, const struct bgt_container_policy *policy)
{
	int directory, end, status;
	struct signals signals;
	pid_t janitor;

	/*
	 * A signal that arrives while the scope is made stays pending until the command is started.
	 */
	supervise_prepare(&signals);
	janitor = janitor_start(scope, policy);
	if (janitor < 0)
		return EXIT_FAILED;

	directory = scope_open(scope);
	if (directory < 0) {
		status = fail("cannot open cgroup %s/%s: %s", scope->parent, scope->name,
			      strerror(-directory));
	} else {
		status = supervise(argv, directory, &signals);
		close(directory);
	}

	end = scope_destroy(scope);
	janitor_stop(janitor);
	return status == EXIT_OK ? end : status;
}

/* Chooses the name of the scope and the directory above its cgroup. */
static int prepare(struct scope *scope, const char *name)
{
	char mount[PATH_MAX];
	int error;

	if (!name)
		snprintf(scope->name, sizeof(scope->name), "run-%d", (int)getpid());
	else if (strlen(name) >= sizeof(scope->name))
		return fail("the name is longer than %d bytes", BGT_NAME_MAX);
	else
		strcpy(scope->name, name);
	if (!strcmp(scope->name, ".") || !strcmp(scope->name, "..") || strchr(scope->name, '/'))
		return fail("\"%s\" cannot be the name of a cgroup", name);

	error = cgroup_mount(mount, sizeof(mount));
	if (error == -ENOENT)
		return fail("cgroup2 is not mounted (try: mount -t cgroup2 none /sys/fs/cgroup)");
	if (!error && snprintf(scope->parent, sizeof(scope->parent), "%s/bgtask", mount) >=
		      (int)sizeof(scope->parent))
		error = -ENAMETOOLONG;
	return error ? fail("cannot find cgroup2: %s", strerror(-error)) : EXIT_OK;
}

static int run(char **argv, const char *name, const struct bgt_container_policy *policy)
{
	struct scope *scope;
	int status;

	scope = mmap(NULL, sizeof(*scope), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (scope == MAP_FAILED)
		return fail("%s", strerror(errno));
	status = prepare(scope, name);
	if (status == EXIT_OK)
		status = run_in_scope(argv, scope, policy);
	munmap(scope, sizeof(*scope));
	return status;
}

int command_run(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "exempt", no_argument, NULL, 'e' },
		{ "name", required_argument, NULL, 'n' },
		{ "period", required_argument, NULL, 'p' },
		{ "quota", required_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	const char *name = NULL;
	int option;

	/* Nothing but the command writes to the output, so there is nothing to print as JSON. */
	(void)json;
	while ((option = getopt_long(argc, argv, "+" COMMON_OPTIONS "en:p:q:", options, NULL)) >=
	       0) {
		switch (option) {
		case 'e':
		case 'p':
		case 'q':
			if (!policy_parse(&policy, option, optarg))
				return EXIT_USAGE;
			break;
		case 'h':
			return help(usage);
		case 'j':
			break;
		case 'n':
			name = optarg;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (optind == argc)
		return fail_usage("run takes a command");
	return run(argv + optind, name, &policy);
}
