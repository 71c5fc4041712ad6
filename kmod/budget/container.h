/* SPDX-License-Identifier: GPL-2.0 */
/* Containers: a budget, the cgroups it is for, and what they have used of it. */
#ifndef _BGTASK_CONTAINER_H
#define _BGTASK_CONTAINER_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <uapi/linux/bgtask.h>

#include "charge/traffic.h"
#include "peer/limit.h"

#include "lend.h"

struct netlink_ext_ack;

/* How many of the last freezes the lead is learnt from. */
#define BGT_LEAD_SAMPLES 7

/* How long work that had no memory waits before it is tried again. */
#define BGT_NO_MEMORY_DELAY (HZ / 20)

/**
 * struct bgt_policy - what an administrator says of a container
 * @quota: CPU time of a generation in ns, or BGTASK_QUOTA_UNLIMITED
 * @period: length of a generation in ns
 * @exempt: neither charge nor freeze for now
 * @reprieve_end: CLOCK_BOOTTIME; charge, but do not freeze until then
 * @count_traffic: count what is sent and received
 */
struct bgt_policy {
	u64 quota;
	u64 period;
	bool exempt;
	u64 reprieve_end;
	bool count_traffic;
};

/**
 * struct bgt_generation - the budget now running
 * @number: counts from 0
 * @start: CLOCK_BOOTTIME
 * @end: CLOCK_BOOTTIME; the next one starts here
 * @base: what account's usage was when nothing of this budget was spent
 * @spent: frozen copy of usage - @base while the container is exempt
 * @owed: what was spent of it when it began, since the one before was overrun
 * @gone: the budget was found to be gone, and is for the rest of the generation
 * @throttled: the members are to stand still for that
 * @stopped_known: @stopped of the container belongs to this generation
 */
struct bgt_generation {
	u64 number;
	u64 start;
	u64 end;
	s64 base;
	u64 spent;
	u64 owed;
	bool gone;
	bool throttled;
	bool stopped_known;
};

/**
 * struct bgt_usage - CPU time that a container has used
 * @cgroups: all struct bgt_cgroup charged to it, but for those in @removed
 * @removed: those of cgroups whose directories were removed, that are in @departed but for
 *	what was charged to them since; see bgt_account_collect()
 * @total: the largest that bgt_account_usage() has found
 * @departed: of cgroups that were charged to it and are not any more, or whose directories
 *	were removed
 *
 * Protected by the container's lock.
 */
struct bgt_usage {
	struct list_head cgroups;
	struct list_head removed;
	u64 total;
	u64 departed;
};

/**
 * struct bgt_budget - what a container may use, and what has become of that
 * @policy: written under bgt_registry_lock, too
 * @generation: see there
 * @times_throttled: since creation
 * @overrun: ns, deducted since creation
 * @lead: ns of CPU time by which to freeze early, constant in a generation
 * @lead_samples: CPU time that the last freezes took, newest last
 * @nr_lead_samples: how many of these there are
 * @detected: spent when exhaustion was last found
 * @stopped: spent when the threads had stopped after that
 * @timer: next moment to look at the budget
 * @due: that moment, or 0 if @timer is not set
 * @watched: switch-ins need not queue @look, as @timer is armed or there is nothing to
 *	watch. Read by the switch probe without the lock.
 * @look: looks at the budget, from a context that cannot take the lock itself
 *
 * Protected by the container's lock.
 */
struct bgt_budget {
	struct bgt_policy policy;
	struct bgt_generation generation;
	u64 times_throttled;
	u64 overrun;
	u64 lead;
	u64 lead_samples[BGT_LEAD_SAMPLES];
	unsigned int nr_lead_samples;
	u64 detected;
	u64 stopped;
	struct hrtimer timer;
	u64 due;
	bool watched;
	struct irq_work look;
};

/**
 * struct bgt_members - a container's cgroups, and what is written to their freezers
 * @lock: protects the rest. Nests inside bgt_registry_lock, outside cgroup_mutex.
 * @list: changed with bgt_registry_lock and @lock held
 * @freezes_again: @freeze_again was queued by the last write
 * @freeze: writes what members should be, on the FIFO worker
 * @freeze_again: the same, some time after a write has failed
 */
struct bgt_members {
	struct mutex lock;	/* of the others, see above */
	struct list_head list;
	bool freezes_again;
	struct kthread_work freeze;
	struct kthread_delayed_work freeze_again;
};

/**
 * struct bgt_housekeeping - all that may sleep and is not urgent
 * @work: does it
 * @events: a bit for each of BGTASK_CMD_*_NTF that is to be sent; the container's lock
 * @rescan: cgroups were created below a member; any context
 */
struct bgt_housekeeping {
	struct delayed_work work;
	unsigned long events;
	bool rescan;
};

/**
 * struct bgt_container - a budget and its member cgroups
 * @id: never 0; key in the registry
 * @name: unique; key in the registry
 * @by_name: registry's chain, protected by bgt_registry_lock
 * @refs: the registry has one until bgt_container_delete(), and so has whoever
 *	looked it up
 * @rcu: the last reference gives the memory back after a grace period, since
 *	the probes and bgt_container_find() read without a lock
 * @teardown: what deletion does after a grace period, when no probe sees it
 *
 * @lock: protects @dead, @nr_members, @nr_frozen, @usage and @budget. Innermost but for the
 *	run-queue and timer locks: it is taken in hard interrupts and below css_set_lock.
 * @dead: deleted; never again arm the timer
 * @nr_members: length of the list of members
 * @nr_frozen: how many of them have come to a stop
 * @usage: what it has used
 * @budget: what it may use
 *
 * @members: its cgroups; they have a lock of their own
 * @housekeeping: what is left for process context
 * @loan: time lent to it while it stands still; see there for its locks
 * @mutexes: those whose names it shares; bgt_mutex_lock
 * @charges: what its tasks use of that which has limits; see limit.c
 * @traffic: what its sockets send and receive
 * @traffic.cpus: how much, or NULL if that was never counted; then set under
 *	bgt_registry_lock
 * @traffic.counted: read by the packet hooks under RCU
 */
struct bgt_container {
	u32 id;
	char name[BGTASK_NAME_MAX + 1];
	struct hlist_node by_name;
	struct kref refs;
	struct rcu_head rcu;
	struct rcu_work teardown;

	raw_spinlock_t lock;
	bool dead;
	u32 nr_members;
	u32 nr_frozen;
	struct bgt_usage usage;
	struct bgt_budget budget;

	struct bgt_members members;
	struct bgt_housekeeping housekeeping;
	struct bgt_loan loan;
	struct list_head mutexes;
	unsigned int charges[BGT_RESOURCES];
	struct {
		struct bgt_traffic __percpu *cpus;
		bool counted;
	} traffic;
};

extern struct mutex bgt_registry_lock;

/**
 * bgt_container_has_stopped() - have all members come to a stop?
 * @container: any; without members there is nothing that could run, so it has stopped
 *
 * Context: container's lock held.
 */
static inline bool bgt_container_has_stopped(const struct bgt_container *container)
{
	return container->nr_frozen == container->nr_members;
}

int bgt_container_create(const char *name, const struct bgt_policy *policy,
			 struct bgt_container **result, struct netlink_ext_ack *extack);
int bgt_container_set(struct bgt_container *container, const struct bgt_policy *policy,
		      struct netlink_ext_ack *extack);
void bgt_container_delete(struct bgt_container *container);

struct bgt_container *bgt_container_find(u32 id);
struct bgt_container *bgt_container_find_name(const char *name);
struct bgt_container *bgt_container_next(unsigned long *id);
struct bgt_container *bgt_container_of_current(void);
bool bgt_container_get(struct bgt_container *container);
void bgt_container_put(struct bgt_container *container);

void bgt_container_schedule(struct bgt_container *container);

int bgt_container_init(void);
void bgt_container_exit(void);

#endif /* _BGTASK_CONTAINER_H */
