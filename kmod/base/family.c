// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family, which the answers, notifications and events of all folders belong to.
 * family/netlink.c fills in its operations and multicast groups, and registers it.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <uapi/linux/bgtask.h>

#include "family.h"

struct genl_family bgt_family __ro_after_init = {
	.name		= BGTASK_GENL_NAME,
	.version	= BGTASK_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
};
