// SPDX-License-Identifier: GPL-2.0
/* "bgtask container new": creates a container, which lives until it is deleted. */
#include "command.h"

#include <stdio.h>

#include "json.h"
#include "policy.h"

static const char usage[] =
	"Usage: bgtask container new [-j] [OPTION...] NAME\n"
	"\n"
	"Create a container. It lives until it is deleted.\n"
	"\n"
	"  -q, --quota DURATION   CPU time of each period, or \"unlimited\" (default 2s)\n"
	"  -p, --period DURATION  length of a period, 1ms to 1w (default 15min)\n"
	"  -e, --exempt           neither charge nor freeze it for now\n"
	"\n"
	"With -j, print what was created.\n";

static int create(struct bgt *bgt, const char *name, const struct bgt_container_policy *policy,
		  bool json)
{
	struct bgt_container *container;
	uint32_t id;
	int status;

	if (bgt_container_new(bgt, name, policy, &id))
		return fail("cannot create container \"%s\": %s", name, bgt_error(bgt));
	if (!json)
		return EXIT_OK;
	if (bgt_container_get(bgt, id, &container))
		return fail("cannot read container \"%s\": %s", name, bgt_error(bgt));
	status = json_print(json_container(container));
	bgt_container_free(container);
	return status;
}

int container_new(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "exempt", no_argument, NULL, 'e' },
		{ "period", required_argument, NULL, 'p' },
		{ "quota", required_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	struct bgt *bgt;
	int option, status;

	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "ep:q:", options, NULL)) >= 0) {
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
			json = true;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (argc - optind != 1)
		return fail_usage("new takes the name of a container");

	bgt = connect_module();
	if (!bgt)
		return EXIT_FAILED;
	status = create(bgt, argv[optind], &policy, json);
	bgt_close(bgt);
	return status;
}
