// SPDX-License-Identifier: GPL-2.0
#include "command.h"

#include <string.h>

static const char usage[] =
	"Usage: bgtask container exempt NAME [on|off]\n"
	"\n"
	"Neither charge nor freeze a container any more, or do so again with \"off\".\n";

static int set(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const struct bgt_container_policy *policy = data;

	if (bgt_container_set(bgt, container->id, policy))
		return fail("cannot change container \"%s\": %s", container->name, bgt_error(bgt));
	return EXIT_OK;
}

int container_exempt(int argc, char **argv, bool json)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	const char *value = "on";
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1 && argc - optind != 2)
		return fail_usage("exempt takes a container, and on or off");
	if (argc - optind == 2)
		value = argv[optind + 1];
	if (strcmp(value, "on") && strcmp(value, "off"))
		return fail_usage("\"%s\" is neither on nor off", value);

	policy.set = BGT_POLICY_EXEMPT;
	policy.exempt = !strcmp(value, "on");
	return with_container(argv[optind], set, &policy);
}
