// SPDX-License-Identifier: GPL-2.0
/*
 * What the subcommands share: error messages, finding the subcommand and the container that an
 * argument names, the common options, connecting to the module, and reading other arguments.
 */
#include "command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"

static void complain(const char *format, va_list args)
{
	fputs("bgtask: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return EXIT_FAILED;
}

int fail_usage(const char *format, ...)
{
	va_list args;

	if (format) {
		va_start(args, format);
		complain(format, args);
		va_end(args);
	}
	fputs("Try --help for more.\n", stderr);
	return EXIT_USAGE;
}

int help(const char *text)
{
	fputs(text, stdout);
	return EXIT_OK;
}

int dispatch(const struct command *commands, const char *usage, int argc, char **argv, bool json)
{
	static char program[] = "bgtask";
	const char *name = argv[optind];

	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	argc -= optind;
	argv += optind;
	for (; commands->name; commands++) {
		if (strcmp(commands->name, name))
			continue;
		/*
		 * The subcommand calls getopt(), which has to start again, and prefixes its
		 * messages with argv[0].
		 */
		optind = 0;
		argv[0] = program;
		return commands->run(argc, argv, json);
	}
	return fail_usage("there is no command \"%s\"", name);
}

int run_group(const struct command *commands, const char *usage, int argc, char **argv, bool json)
{
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	return dispatch(commands, usage, argc, argv, json);
}

/* Where parse() puts the values of options. NULL for options that the subcommand does not have. */
struct values {
	bool *json;
	const char **app;
	enum bgt_role *role;
};

/*
 * Reads options. Returns false if the subcommand has nothing left to do, with its exit code in
 * *status.
 */
static bool parse(int argc, char **argv, const char *letters, const struct option *options,
		  const char *usage, const struct values *values, int *status)
{
	int option;

	while ((option = getopt_long(argc, argv, letters, options, NULL)) >= 0) {
		switch (option) {
		case 'a':
			*values->app = optarg;
			break;
		case 'h':
			*status = help(usage);
			return false;
		case 'j':
			*values->json = true;
			break;
		case 'r':
			if (!parse_role(optarg, values->role)) {
				*status = EXIT_USAGE;
				return false;
			}
			break;
		default:
			*status = fail_usage(NULL);
			return false;
		}
	}
	return true;
}

bool parse_common(int argc, char **argv, const char *usage, bool *json, int *status)
{
	static const struct option options[] = { COMMON_LONG_OPTIONS, { NULL, 0, NULL, 0 } };
	const struct values values = { .json = json };

	return parse(argc, argv, "+" COMMON_OPTIONS, options, usage, &values, status);
}

bool parse_app(int argc, char **argv, const char *usage, bool *json, const char **app, int *status)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "app", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	const struct values values = { .json = json, .app = app };

	return parse(argc, argv, COMMON_OPTIONS "a:", options, usage, &values, status);
}

bool parse_members(int argc, char **argv, const char *usage, enum bgt_role *role, int *status)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "role", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	bool json;
	const struct values values = { .json = &json, .role = role };

	return parse(argc, argv, COMMON_OPTIONS "r:", options, usage, &values, status);
}

struct bgt *connect_module(void)
{
	struct bgt *bgt;
	int error = bgt_open(&bgt);

	if (error)
		fail("%s", bgt_strerror(error));
	return bgt;
}

uint32_t parse_id(const char *argument)
{
	unsigned long id;
	char *end;

	if (argument[strspn(argument, "0123456789")])
		return 0;
	errno = 0;
	id = strtoul(argument, &end, 10);
	return *end || errno || id > UINT32_MAX ? 0 : (uint32_t)id;
}

static struct bgt_container *find_container(struct bgt *bgt, const char *name)
{
	struct bgt_container *container;
	uint32_t id = parse_id(name);
	int error;

	/* A container can have a name that looks like an id. The name takes precedence. */
	error = bgt_container_get_by_name(bgt, name, &container);
	if (error == -ENOENT && id)
		error = bgt_container_get(bgt, id, &container);
	if (error)
		fail("cannot find container \"%s\": %s", name, bgt_error(bgt));
	return container;
}

int with_container(const char *name, container_fn action, void *data)
{
	struct bgt *bgt = connect_module();
	struct bgt_container *container;
	int status = EXIT_FAILED;

	if (!bgt)
		return status;
	container = find_container(bgt, name);
	if (container)
		status = action(bgt, container, data);
	bgt_container_free(container);
	bgt_close(bgt);
	return status;
}

bool parse_duration(const char *argument, const char *what, uint64_t *nanoseconds)
{
	switch (duration_parse(argument, nanoseconds)) {
	case 0:
		return true;
	case -ERANGE:
		fail("%s \"%s\" is too long", what, argument);
		return false;
	default:
		fail("%s \"%s\" is not a duration such as 300ms, 2s or \"1h 30min\"", what,
		     argument);
		return false;
	}
}

bool parse_role(const char *argument, enum bgt_role *role)
{
	if (!bgt_role_from_name(argument, role))
		return true;
	fail("\"%s\" is not a role: app, ui or task", argument);
	return false;
}

bool parse_trigger(const char *argument, enum bgt_trigger *trigger)
{
	if (!bgt_trigger_from_name(argument, trigger))
		return true;
	fail("\"%s\" is not a trigger, such as time or time-zone-change", argument);
	return false;
}

bool parse_condition(const char *argument, enum bgt_condition *condition)
{
	if (!bgt_condition_from_name(argument, condition))
		return true;
	fail("\"%s\" is not a condition, such as internet-available", argument);
	return false;
}
