// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel already counts the CPU time of every cgroup, per CPU, where it
 * charges a task (cgroup_account_cputime()). We read these counters instead of
 * keeping a second set: what a container is charged is what cpu.stat says, and a
 * context switch costs no more than one look into a hash table, which tells
 * whether the budget has to be watched from now on.
 */
#include <linux/cgroup.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/u64_stats_sync.h>

#include "budget/container.h"

#include "account.h"
#include "tree.h"

/*
 * What each CPU runs, as long as the switch probe is in place. A task is freed a grace
 * period after it was last switched out, and by then another one stands here: an RCU
 * reader can follow the pointer. NULL where nothing was seen yet.
 */
static DEFINE_PER_CPU(struct task_struct *, running);

/*
 * Where interrupt or steal time is taken out, the clock of tasks falls behind. How far
 * is seen when exec_start has just been set from it: at a switch, and by the tick.
 */
#if defined(CONFIG_IRQ_TIME_ACCOUNTING) || defined(CONFIG_PARAVIRT_TIME_ACCOUNTING)
static DEFINE_PER_CPU(u64, clock_lag);
static DEFINE_PER_CPU(u64, start_before_timer);

static void note_clock_lag(struct task_struct *task)
{
	this_cpu_write(clock_lag, sched_clock_cpu(smp_processor_id()) - task->se.exec_start);
}

static void begin_timer(void)
{
	this_cpu_write(start_before_timer, current->se.exec_start);
}

static void end_timer(void)
{
	if (current->se.exec_start != this_cpu_read(start_before_timer))
		note_clock_lag(current);
}

static u64 task_clock(int cpu)
{
	return sched_clock_cpu(cpu) - READ_ONCE(per_cpu(clock_lag, cpu));
}
#else
static void note_clock_lag(struct task_struct *task)
{
}

static void begin_timer(void)
{
}

static void end_timer(void)
{
}

static u64 task_clock(int cpu)
{
	return sched_clock_cpu(cpu);
}
#endif

/**
 * bgt_account_runtime() - CPU time that the kernel has charged to a cgroup
 * @cgroup: any; what is below it is not included
 *
 * Context: any, as long as the cgroup is not freed.
 * Return: ns since it was created; never goes back.
 */
u64 bgt_account_runtime(struct cgroup *cgroup)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct cgroup_rstat_cpu *stat = per_cpu_ptr(cgroup->rstat_cpu, cpu);
		unsigned int seq;
		u64 runtime;

		do {
			seq = u64_stats_fetch_begin(&stat->bsync);
			runtime = READ_ONCE(stat->bstat.cputime.sum_exec_runtime);
		} while (u64_stats_fetch_retry(&stat->bsync, seq));
		sum += runtime;
	}
	return sum;
}

/**
 * bgt_account_collect_one() - take in what was charged to a cgroup
 * @entry: begins anew from there
 *
 * Context: the lock of its container held.
 */
void bgt_account_collect_one(struct bgt_cgroup *entry)
{
	u64 runtime = bgt_account_runtime(entry->cgroup);

	lockdep_assert_held(&entry->container->lock);

	entry->container->usage.departed += runtime - entry->base;
	entry->base = runtime;
}

/**
 * bgt_account_collect() - take in what was charged to cgroups whose directories were removed
 * @container: any
 *
 * A cgroup stays for as long as memory is charged to it, which may be long, and many may. So
 * bgt_account_charged(), which hard interrupts call, passes these by. No task is in one but
 * those that were on their last way out already: what these still use of it is missed, until
 * this is called or the cgroup is released.
 *
 * Context: container's lock held.
 */
void bgt_account_collect(struct bgt_container *container)
{
	struct bgt_cgroup *entry;

	lockdep_assert_held(&container->lock);

	list_for_each_entry(entry, &container->usage.removed, entry)
		bgt_account_collect_one(entry);
}

/**
 * bgt_account_charged() - CPU time that the kernel has charged to a container
 * @container: any; to have it exactly, call bgt_account_collect() before
 *
 * Context: container's lock held.
 * Return: ns since its creation; what runs at the moment is charged at the next
 *	   tick or switch.
 */
u64 bgt_account_charged(struct bgt_container *container)
{
	struct bgt_cgroup *entry;
	u64 sum = container->usage.departed;

	lockdep_assert_held(&container->lock);

	list_for_each_entry(entry, &container->usage.cgroups, entry)
		sum += bgt_account_runtime(entry->cgroup) - entry->base;
	return sum;
}

/* What of a container is on the CPUs at a moment. */
struct flight {
	u64 time;		/* used since the kernel last charged it */
	u64 stamp;		/* changes with every charge and switch */
	unsigned int cpus;
	bool charging;		/* a charge is so new that it may not be complete */
};

/* From update_curr() setting exec_start until the cgroup's counter has the time. */
#define CHARGE_TAKES (2 * NSEC_PER_USEC)

/*
 * Interrupts are off: after that long, a miss is better than another look. Where a few
 * looks alone take longer, the machine is slow in all else, too.
 */
#define LOOKING_TAKES (20 * NSEC_PER_USEC)
#define LOOKS_LEAST 4
#define LOOKS_MOST 32

static bool may_look_again(unsigned int looks, u64 begin)
{
	if (looks < LOOKS_LEAST)
		return true;
	return looks < LOOKS_MOST && local_clock() - begin < LOOKING_TAKES;
}

static void look_at_cpus(struct bgt_container *container, struct flight *flight)
{
	int cpu;

	*flight = (struct flight) { };
	rcu_read_lock();
	for_each_online_cpu(cpu) {
		struct task_struct *task = READ_ONCE(per_cpu(running, cpu));
		struct bgt_cgroup *entry;
		u64 start;
		s64 delta;

		entry = task ? bgt_tree_find(task_dfl_cgroup(task)) : NULL;
		if (!entry || READ_ONCE(entry->container) != container)
			continue;
		start = READ_ONCE(task->se.exec_start);
		delta = task_clock(cpu) - start;
		flight->charging |= delta < CHARGE_TAKES;
		/* The tick charges at least once a second, even on an isolated CPU. */
		flight->time += clamp_t(s64, delta, 0, NSEC_PER_SEC);
		flight->stamp += start;
		flight->cpus++;
	}
	rcu_read_unlock();
}

/**
 * bgt_account_usage() - CPU time used, to this moment
 * @container: any
 *
 * Other CPUs charge and switch meanwhile. A charge that falls between our looks
 * would be missed or counted twice, and it may be of a whole tick: look again, for a
 * while. What runs is an estimate, as long as it is not charged; it never goes back.
 *
 * Of a container that was deleted it is what it was then, since the switch probe may
 * not be in place any more.
 *
 * Context: container's lock held.
 * Return: ns since its creation.
 */
u64 bgt_account_usage(struct bgt_container *container)
{
	struct flight before, after;
	unsigned int looks = 0;
	u64 charged, begin;

	if (container->dead)
		return container->usage.total;

	begin = local_clock();
	look_at_cpus(container, &after);
	do {
		before = after;
		charged = bgt_account_charged(container);
		look_at_cpus(container, &after);
	} while ((after.stamp != before.stamp || after.charging) &&
		 may_look_again(++looks, begin));

	container->usage.total = max(container->usage.total, charged + after.time);
	return container->usage.total;
}

/**
 * bgt_account_running() - number of CPUs that run a container
 * @container: not deleted
 *
 * Context: interrupts disabled.
 */
unsigned int bgt_account_running(struct bgt_container *container)
{
	struct flight flight;

	look_at_cpus(container, &flight);
	return flight.cpus;
}

/**
 * bgt_account_on_switch() - a CPU switches to another task
 * @data: of the tracepoint, unused like the following
 * @preempt: unused
 * @prev: unused
 * @next: runs from now on
 * @prev_state: unused
 *
 * Context: probe of sched_switch, under the run-queue lock: records, and at most
 *	    queues irq work.
 */
void bgt_account_on_switch(void *data, bool preempt, struct task_struct *prev,
			   struct task_struct *next, unsigned int prev_state)
{
	struct bgt_container *container;
	struct bgt_cgroup *entry;

	note_clock_lag(next);
	this_cpu_write(running, next);
	entry = bgt_tree_find(task_dfl_cgroup(next));
	if (likely(!entry))
		return;

	container = READ_ONCE(entry->container);
	/* Pairs with runs_now(): it sees us running, or we see that it gave up. */
	smp_mb();
	if (!READ_ONCE(container->budget.watched))
		irq_work_queue(&container->budget.look);
}

/**
 * bgt_account_on_timer_entry() - a timer expires; perhaps it is the tick
 * @data: of the tracepoint, unused like the following
 * @timer: unused
 * @now: unused
 *
 * Context: probe of hrtimer_expire_entry, in a hard interrupt.
 */
void bgt_account_on_timer_entry(void *data, struct hrtimer *timer, ktime_t *now)
{
	begin_timer();
}

/**
 * bgt_account_on_timer_exit() - it was dealt with; if it was the tick, it has charged
 * @data: of the tracepoint, unused
 * @timer: unused
 *
 * Context: probe of hrtimer_expire_exit, in a hard interrupt.
 */
void bgt_account_on_timer_exit(void *data, struct hrtimer *timer)
{
	end_timer();
}

static void note_current(void *unused)
{
	note_clock_lag(current);
	this_cpu_write(running, current);
}

/**
 * bgt_account_reset() - forget what ran, before the switch probe is put in place
 *
 * What ran when it was taken away is not known to live. bgt_account_begin() only learns
 * what CPUs run that are online; one that comes later is seen at its first switch.
 *
 * Context: process; there are no containers.
 */
void bgt_account_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		WRITE_ONCE(per_cpu(running, cpu), NULL);
}

/**
 * bgt_account_begin() - learn what runs, now that the switch probe is in place
 *
 * Context: process.
 */
void bgt_account_begin(void)
{
	on_each_cpu(note_current, NULL, 1);
}
