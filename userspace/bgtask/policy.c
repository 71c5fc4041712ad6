// SPDX-License-Identifier: GPL-2.0
/* Reads the options that make up a container's policy, and changes a container's policy. */
#include "policy.h"

#include <string.h>

#include "command.h"

static bool parse_quota(struct bgt_container_policy *policy, const char *argument)
{
	policy->set |= BGT_POLICY_QUOTA;
	if (!strcmp(argument, "unlimited")) {
		policy->quota = BGT_QUOTA_UNLIMITED;
		return true;
	}
	return parse_duration(argument, "quota", &policy->quota);
}

bool policy_parse(struct bgt_container_policy *policy, int option, const char *argument)
{
	switch (option) {
	case 'e':
		policy->set |= BGT_POLICY_EXEMPT;
		policy->exempt = true;
		return true;
	case 'p':
		policy->set |= BGT_POLICY_PERIOD;
		return parse_duration(argument, "period", &policy->period);
	case 'q':
		return parse_quota(policy, argument);
	default:
		policy->set |= BGT_POLICY_REPRIEVE;
		return parse_duration(argument, "reprieve", &policy->reprieve);
	}
}

static int apply(struct bgt *bgt, const struct bgt_container *container, void *data)
{
	const struct bgt_container_policy *policy = data;

	if (bgt_container_set(bgt, container->id, policy))
		return fail("cannot change container \"%s\": %s", container->name, bgt_error(bgt));
	return EXIT_OK;
}

int policy_apply(const char *name, struct bgt_container_policy *policy)
{
	return with_container(name, apply, policy);
}
