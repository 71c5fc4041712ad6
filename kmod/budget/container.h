/* SPDX-License-Identifier: GPL-2.0 */
/* Containers: a budget, the cgroups that it is for, and the CPU time that they have used. */
#ifndef _BGTASK_CONTAINER_H
#define _BGTASK_CONTAINER_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/rtmutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include <uapi/linux/bgtask.h>

#include "charge/traffic.h"
#include "peer/limit.h"

#include "lend.h"

struct netlink_ext_ack;

/* The lead is the median of what this many of the last freezes have cost. */
#define BGT_LEAD_SAMPLES 7

/* How long work that had no memory waits before it is tried again. */
#define BGT_NO_MEMORY_DELAY (HZ / 20)

/**
 * struct bgt_policy - what an administrator sets for a container
 * @quota: CPU time per generation in ns, or BGTASK_QUOTA_UNLIMITED
 * @period: length of a generation in ns
 * @exempt: the container is neither charged nor frozen for now
 * @reprieve_end: in CLOCK_BOOTTIME; until then the container is charged, but not frozen
 * @count_traffic: the bytes that the container's sockets send and receive are counted
 */
struct bgt_policy {
	u64 quota;
	u64 period;
	bool exempt;
	u64 reprieve_end;
	bool count_traffic;
};

/**
 * struct bgt_generation - the present generation of a budget
 * @number: counts from 0
 * @start: when the generation began, in CLOCK_BOOTTIME
 * @end: when it ends and the next one begins, in CLOCK_BOOTTIME
 * @base: the value of bgt_account_usage() at which nothing of this generation was spent
 * @spent: what was spent; only kept while the container is exempt, else it is usage - @base
 * @owed: what was spent already when the generation began, since the last one was overrun
 * @gone: the budget was found to be spent; stays set until the generation ends
 * @was_let_end: the container ran on for a moment, as a process was told to end
 * @throttled: the members are to stand still, since the budget is spent
 * @stopped_known: all members have come to a stop in this generation, after it was throttled
 */
struct bgt_generation {
	u64 number;
	u64 start;
	u64 end;
	s64 base;
	u64 spent;
	u64 owed;
	bool gone;
	bool was_let_end;
	bool throttled;
	bool stopped_known;
};

/**
 * struct bgt_usage - CPU time that a container has used
 * @cgroups: list of struct bgt_cgroup: cgroups charged to the container, but for those in @removed
 * @removed: list of struct bgt_cgroup: cgroups charged to the container whose directories were
 *	removed. What they used until then is in @departed; bgt_account_collect() adds the rest.
 * @total: the largest usage that bgt_account_usage() has found
 * @departed: CPU time of cgroups in @removed, and of cgroups that are no longer charged to the
 *	container
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
 * struct bgt_budget - what a container may use, and what it has used of the budget
 * @policy: changed with both bgt_registry_lock and the container's lock held
 * @generation: the present generation
 * @times_throttled: how often the container was throttled since its creation
 * @overrun: ns that were deducted from later budgets since the container's creation
 * @lead: ns of CPU time by which to freeze early; changes with generations and policies only
 * @lead_samples: CPU time that the last freezes took, a ring
 * @nr_lead_samples: how many samples were ever added to it
 * @detected: what was spent when the budget was last found to be gone
 * @stopped: what was spent when all threads had stopped after that
 * @timer: looks at the budget next
 * @asked_to_end: somebody outside has told a process of a member to end; set in any context without
 *	a lock, see signal.c
 * @ending_until: in CLOCK_BOOTTIME: until then the members run, so that they can end
 * @due: when @timer expires, or 0 if it is not set
 * @watched: the switch probe need not queue @look, as @timer is set or there is nothing to
 *	watch. The probe reads this without the lock.
 * @look: irq work that looks at the budget, for contexts that cannot take the lock
 *
 * All other accesses are protected by the container's lock.
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
	bool asked_to_end;
	u64 ending_until;
	struct hrtimer timer;
	u64 due;
	bool watched;
	struct irq_work look;
};

/**
 * struct bgt_members - a container's members, and the work that freezes and thaws them
 * @lock: protects the rest. Nests inside bgt_registry_lock, outside cgroup_mutex. A holder inherits
 *	the worker's priority, or others could keep the holder, and so the worker, from running.
 * @list: list of struct bgt_member; changed with bgt_registry_lock and @lock held
 * @retry_delay: in jiffies: after which time a write that has failed was made again last; or 0
 * @answers: how often foreign writes are answered at once; it has a lock of its own
 * @freeze: calls bgt_freezer_apply() on the worker with real-time priority
 * @freeze_again: does the same some time later
 */
struct bgt_members {
	struct rt_mutex lock;	/* protects the rest, see above */
	struct list_head list;
	unsigned long retry_delay;
	struct ratelimit_state answers;
	struct kthread_work freeze;
	struct kthread_delayed_work freeze_again;
};

/**
 * struct bgt_housekeeping - what is left to be done for a container in process context
 * @work: does it
 * @events: a bit for each BGTASK_CMD_*_NTF that is to be sent; protected by the container's lock
 * @rescan: cgroups were created below a member; set in any context without a lock
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
 * @by_name: link in the registry's table of names, protected by bgt_registry_lock
 * @refs: the registry has a reference until the container is torn down, and so has everyone who
 *	has looked the container up
 * @rcu: frees the memory a grace period after the last reference is gone, since the probes and
 *	bgt_container_find() read containers under RCU
 * @teardown: the part of deletion that runs after a grace period, when no probe can find the
 *	container any more
 *
 * @lock: protects @dead, @nr_members, @nr_frozen, @foreign_thaws, @usage and @budget. It is
 *	taken in hard interrupts and below css_set_lock; only run-queue and timer locks nest inside.
 * @dead: the container is deleted, and its timer must not be set any more
 * @nr_members: length of the list of members
 * @nr_frozen: how many members have come to a stop
 * @foreign_thaws: how often somebody else has thawed a member that was to stand still
 * @usage: CPU time that the container has used
 * @budget: CPU time that it may use
 *
 * @members: its cgroups, with a lock of their own
 * @housekeeping: what is left to be done in process context
 * @loan: time lent to the container while it stands still, with a lock of its own
 * @mutexes: list of struct bgt_mutex: those with names in the container's scope; protected by
 *	bgt_mutex_lock
 * @charges: how much of each limited resource its tasks use; see limit.c for the lock
 * @traffic: what its sockets send and receive
 * @traffic.cpus: counters of each CPU; NULL until traffic is counted for the first time, then set
 *	under bgt_registry_lock
 * @traffic.counted: traffic is counted now; read by the packet hooks under RCU
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
	u64 foreign_thaws;
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
