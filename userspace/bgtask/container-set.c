// SPDX-License-Identifier: GPL-2.0
/* "bgtask container set": changes a container's quota or period, or grants it a reprieve. */
#include "command.h"
#include "policy.h"

static const char usage[] =
	"Usage: bgtask container set [OPTION...] NAME\n"
	"\n"
	"Change quota or period of a container at once, or let it run on for a while.\n"
	"\n"
	"  -q, --quota DURATION   CPU time of each period, or \"unlimited\"\n"
	"  -p, --period DURATION  length of a period, 1ms to 1w\n"
	"  -R, --reprieve DURATION\n"
	"                         charge it, but do not freeze it for so long, up to 1h\n";

int container_set(int argc, char **argv, bool json)
{
	static const struct option options[] = {
		COMMON_LONG_OPTIONS,
		{ "period", required_argument, NULL, 'p' },
		{ "quota", required_argument, NULL, 'q' },
		{ "reprieve", required_argument, NULL, 'R' },
		{ NULL, 0, NULL, 0 },
	};
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	int option;

	(void)json;
	while ((option = getopt_long(argc, argv, COMMON_OPTIONS "p:q:R:", options, NULL)) >= 0) {
		switch (option) {
		case 'h':
			return help(usage);
		case 'j':
			break;
		case 'p':
		case 'q':
		case 'R':
			if (!policy_parse(&policy, option, optarg))
				return EXIT_USAGE;
			break;
		default:
			return fail_usage(NULL);
		}
	}
	if (argc - optind != 1)
		return fail_usage("set takes a container");
	if (!policy.set)
		return fail_usage("set takes a quota, a period or a reprieve");
	return policy_apply(argv[optind], &policy);
}
