// SPDX-License-Identifier: GPL-2.0
/* "bgtask container traffic": turns counting of a container's network traffic on or off. */
#include "command.h"
#include "switch.h"

static const char usage[] =
	"Usage: bgtask container traffic NAME [on|off]\n"
	"\n"
	"Count what the sockets of a container send and receive, or no more with \"off\".\n";

static void put(struct bgt_container_policy *policy, bool on)
{
	policy->set = BGT_POLICY_COUNT_TRAFFIC;
	policy->count_traffic = on;
}

int container_traffic(int argc, char **argv, bool json)
{
	(void)json;
	return switch_container(argc, argv, usage, put);
}
