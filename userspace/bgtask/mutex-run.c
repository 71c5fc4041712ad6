// SPDX-License-Identifier: GPL-2.0
/*
 * "bgtask mutex run": waits for a mutex, and runs a command while the mutex is owned, like
 * flock(1). The command inherits the connection that owns the mutex, so that the mutex stays owned
 * if this process is killed.
 */
#include "command.h"

#include <errno.h>
#include <stdlib.h>

#include "common/duration.h"
#include "supervise.h"

static const char usage[] =
	"Usage: bgtask mutex run [OPTION...] NAME [OPTION...] [--] COMMAND [ARGUMENT...]\n"
	"\n"
	"Wait for a mutex, and run a command while it is owned.\n"
	"\n"
	"  -s, --scope SCOPE           who shares the name: container, user or global\n"
	"                              (default container, or user outside of all containers)\n"
	"  -t, --timeout DURATION      wait no longer than this, at most 1w\n"
	"  -n, --nonblock              do not wait: --timeout 0\n"
	"  -E, --conflict-exit-code N  exit like this if the mutex is not to be had (default 1)\n"
	"\n"
	"Exits with the command's status, or with 128 and the number of the signal that "
	"ended it.\n";

/* What the command line asks for. */
struct wish {
	const char *name;
	bool any_scope;
	enum bgt_scope scope;
	uint32_t timeout;
	int conflict;
};

/* The default scope: the container of the caller or, outside of all containers, the user. */
static int choose_scope(struct bgt *bgt, enum bgt_scope *scope)
{
	struct bgt_container *container;
	int error = bgt_self_get(bgt, &container);

	bgt_container_free(container);
	if (error && error != -ENOENT)
		return fail("cannot find the container: %s", bgt_error(bgt));
	*scope = error ? BGT_SCOPE_USER : BGT_SCOPE_CONTAINER;
	return EXIT_OK;
}

/* Returns whether the mutex was acquired. If not, *status is the exit code. */
static bool acquire(struct bgt *bgt, struct bgt_mutex *mutex, const struct wish *wish, int *status)
{
	switch (bgt_mutex_acquire(mutex, wish->timeout)) {
	case BGT_MUTEX_ABANDONED:
		fail("mutex \"%s\" was abandoned: what it protects may be half done", wish->name);
		return true;
	case 0:
		return true;
	case -EBUSY:
	case -ETIMEDOUT:
		*status = wish->conflict;
		return false;
	default:
		*status = fail("cannot acquire mutex \"%s\": %s", wish->name, bgt_error(bgt));
		return false;
	}
}

static int run_owning(char **argv, struct bgt *bgt, struct bgt_mutex *mutex,
		      const struct wish *wish)
{
	struct signals signals;
	int status;

	/*
	 * Up to here signals had their usual effect. From here on they are passed to the command.
	 */
	supervise_prepare(&signals);

	/* If this process is killed, the command goes on and still owns the mutex. */
	if (bgt_keep_on_exec(bgt, true))
		return fail("cannot pass on mutex \"%s\": %s", wish->name, bgt_error(bgt));
	status = supervise(argv, -1, &signals);

	/*
	 * Closing the connection would not release the mutex: processes that the command has left
	 * behind may have inherited the connection.
	 */
	if (bgt_mutex_release(mutex)) {
		fail("cannot release mutex \"%s\": %s", wish->name, bgt_error(bgt));
		return status == EXIT_OK ? EXIT_FAILED : status;
	}
	return status;
}

static int run_connected(char **argv, struct bgt *bgt, struct wish *wish)
{
	struct bgt_mutex *mutex;
	int status = EXIT_OK;

	if (wish->any_scope)
		status = choose_scope(bgt, &wish->scope);
	if (status != EXIT_OK)
		return status;
	if (bgt_mutex_open(bgt, wish->name, wish->scope, &mutex))
		return fail("cannot use mutex \"%s\": %s", wish->name, bgt_error(bgt));
	if (acquire(bgt, mutex, wish, &status))
		status = run_owning(argv, bgt, mutex, wish);
	bgt_mutex_close(mutex);
	return status;
}

static int run(char **argv, struct wish *wish)
{
	struct bgt *bgt = connect_module();
	int status;

	if (!bgt)
		return EXIT_FAILED;
	status = run_connected(argv, bgt, wish);
	bgt_close(bgt);
	return status;
}

static bool parse_scope(const char *argument, struct wish *wish)
{
	wish->any_scope = false;
	if (!bgt_scope_from_name(argument, &wish->scope))
		return true;
	fail("\"%s\" is not a scope: container, user or global", argument);
	return false;
}

static bool parse_timeout(const char *argument, uint32_t *timeout)
{
	uint64_t nanoseconds;

	if (!parse_duration(argument, "timeout", &nanoseconds))
		return false;
	if (nanoseconds > BGT_TIMEOUT_MAX * NSEC_PER_MSEC) {
		fail("timeout \"%s\" is longer than 7 days", argument);
		return false;
	}
	/*
	 * Round up: the wait may be a little too long, but must not become 0, which means not to
	 * wait.
	 */
	*timeout = (uint32_t)((nanoseconds + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
	return true;
}

static bool parse_exit_code(const char *argument, int *code)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(argument, &end, 10);
	if (*argument >= '0' && *argument <= '9' && !*end && !errno && number <= 255) {
		*code = (int)number;
		return true;
	}
	fail("exit code \"%s\" is not a number from 0 to 255", argument);
	return false;
}

/*
 * Reads options up to the first other argument. Returns false if the subcommand has nothing left to
 * do, with the exit code in *status.
 */
static bool parse_options(int argc, char **argv, struct wish *wish, int *status)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "conflict-exit-code", required_argument, NULL, 'E' },
		{ "nonblock", no_argument, NULL, 'n' },
		{ "scope", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*status = EXIT_USAGE;
	while ((option = getopt_long(argc, argv, "+" COMMON_OPTIONS "E:ns:t:", options, NULL)) >=
	       0) {
		switch (option) {
		case 'E':
			if (!parse_exit_code(optarg, &wish->conflict))
				return false;
			break;
		case 'h':
			*status = help(usage);
			return false;
		case 'j':
			break;
		case 'n':
			wish->timeout = 0;
			break;
		case 's':
			if (!parse_scope(optarg, wish))
				return false;
			break;
		case 't':
			if (!parse_timeout(optarg, &wish->timeout))
				return false;
			break;
		default:
			*status = fail_usage(NULL);
			return false;
		}
	}
	return true;
}

int mutex_run(int argc, char **argv, bool json)
{
	struct wish wish = {
		.any_scope = true,
		.timeout = BGT_TIMEOUT_INFINITE,
		.conflict = EXIT_FAILED,
	};
	char *program = argv[0];
	int status;

	/* Nothing but the command writes to the output, so there is nothing to print as JSON. */
	(void)json;
	if (!parse_options(argc, argv, &wish, &status))
		return status;
	if (optind == argc)
		return fail_usage("run takes the name of a mutex and a command");

	/*
	 * Restart getopt() behind the mutex's name, in whose place it expects the program's name.
	 */
	argc -= optind;
	argv += optind;
	wish.name = argv[0];
	argv[0] = program;
	optind = 0;
	if (!parse_options(argc, argv, &wish, &status))
		return status;
	if (optind == argc)
		return fail_usage("run takes a command behind the name of the mutex");
	return run(argv + optind, &wish);
}
