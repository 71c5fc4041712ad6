// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and unloads the module, which has CPU budgets over long windows for groups of cgroups,
 * named mutexes, and a relay of calls to the helper.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "base/observers.h"
#include "base/probe.h"
#include "budget/cgroup_event.h"
#include "budget/container.h"
#include "budget/foreign.h"
#include "budget/freezer.h"
#include "budget/signal.h"
#include "charge/account.h"
#include "family/netlink.h"
#include "mutex/mutex.h"
#include "peer/peer.h"
#include "relay/relay.h"

static void peer_gone(struct bgt_peer *peer)
{
	bgt_mutex_peer_gone(peer);
	bgt_relay_peer_gone(peer);
}

/* Which functions of higher folders the lower folders call. */
static const struct bgt_observers observers = {
	.container_event = bgt_netlink_container_event,
	.member_event = bgt_netlink_member_event,
	.container_gone = bgt_mutex_container_gone,
	.peer_gone = peer_gone,
	.need_housekeeping = bgt_container_schedule,
};

/* In the order of registration. The probes that remove an entry of the tree come first. */
static struct bgt_probe probes[] = {
	BGT_PROBE(cgroup_release, bgt_cgroup_on_release),
	BGT_PROBE(cgroup_rmdir, bgt_cgroup_on_rmdir),
	BGT_PROBE(cgroup_mkdir, bgt_cgroup_on_mkdir),
	BGT_PROBE(cgroup_notify_frozen, bgt_cgroup_on_notify_frozen),
	BGT_PROBE(cgroup_attach_task, bgt_cgroup_on_attach_task),
	BGT_PROBE(signal_generate, bgt_signal_on_generate),
	BGT_PROBE(hrtimer_expire_entry, bgt_account_on_timer_entry),
	BGT_PROBE(hrtimer_expire_exit, bgt_account_on_timer_exit),
	BGT_PROBE(sched_switch, bgt_account_on_switch),
};

static const struct bgt_probe_table probe_table = {
	.probes = probes,
	.count = ARRAY_SIZE(probes),
	.before = bgt_account_reset,
	.after = bgt_account_begin,
};

static int __init bgt_init(void)
{
	int err;

	bgt_observers = &observers;
	err = bgt_probe_init(&probe_table);
	if (err)
		return err;
	err = bgt_freezer_init();
	if (err)
		return err;
	err = bgt_foreign_init();
	if (err)
		goto exit_freezer;
	err = bgt_container_init();
	if (err)
		goto exit_foreign;
	bgt_relay_init();
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
exit_foreign:
	bgt_foreign_exit();
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
	bgt_foreign_exit();
	bgt_freezer_exit();
}

module_init(bgt_init);
module_exit(bgt_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("CPU budgets over long windows, and background tasks that live on them");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(BGTASK_GENL_NAME);
