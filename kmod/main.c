// SPDX-License-Identifier: GPL-2.0
/* bgtask: CPU budgets over long windows for groups of cgroups, and named mutexes. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "container.h"
#include "freezer.h"
#include "mutex.h"
#include "netlink.h"
#include "peer.h"
#include "probe.h"
#include "relay.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

static int __init bgt_init(void)
{
	int err;

	err = bgt_probe_init();
	if (err)
		return err;
	err = bgt_freezer_init();
	if (err)
		return err;
	err = bgt_container_init();
	if (err)
		goto exit_freezer;
	err = bgt_peer_init();
	if (err)
		goto exit_container;
	err = bgt_mutex_init();
	if (err)
		goto exit_peer;
	err = bgt_netlink_init();
	if (err)
		goto exit_mutex;
	return 0;

exit_mutex:
	bgt_mutex_exit();
exit_peer:
	bgt_peer_exit();
	bgt_relay_exit();
exit_container:
	bgt_container_exit();
exit_freezer:
	bgt_freezer_exit();
	return err;
}

static void __exit bgt_exit(void)
{
	bgt_netlink_exit();
	bgt_relay_stop();
	bgt_mutex_exit();
	bgt_peer_exit();
	bgt_relay_exit();
	bgt_container_exit();
	bgt_freezer_exit();
}

module_init(bgt_init);
module_exit(bgt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("CPU budgets over long windows, and background tasks that live on them");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(BGTASK_GENL_NAME);
