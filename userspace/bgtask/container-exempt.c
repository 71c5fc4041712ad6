// SPDX-License-Identifier: GPL-2.0
/* "bgtask container exempt": exempts a container from its budget, or ends the exemption. */
#include "command.h"
#include "switch.h"

static const char usage[] =
	"Usage: bgtask container exempt NAME [on|off]\n"
	"\n"
	"Neither charge nor freeze a container any more, or do so again with \"off\".\n";

static void put(struct bgt_container_policy *policy, bool on)
{
	policy->set = BGT_POLICY_EXEMPT;
	policy->exempt = on;
}

int container_exempt(int argc, char **argv, bool json)
{
	(void)json;
	return switch_container(argc, argv, usage, put);
}
