// SPDX-License-Identifier: GPL-2.0
/*
 * What "bgtask container exempt" and "container traffic" have in common: their arguments, and
 * changing an on/off setting of a container's policy.
 */
#include "switch.h"

#include <string.h>

#include "command.h"
#include "policy.h"

int switch_container(int argc, char **argv, const char *usage, switch_fn put)
{
	struct bgt_container_policy policy = BGT_CONTAINER_POLICY_INIT;
	const char *value = "on";
	bool json = false;
	int status;

	if (!parse_common(argc, argv, usage, &json, &status))
		return status;
	if (argc - optind != 1 && argc - optind != 2)
		return fail_usage("that takes a container, and on or off");
	if (argc - optind == 2)
		value = argv[optind + 1];
	if (strcmp(value, "on") && strcmp(value, "off"))
		return fail_usage("\"%s\" is neither on nor off", value);

	put(&policy, !strcmp(value, "on"));
	return policy_apply(argv[optind], &policy);
}
