// SPDX-License-Identifier: GPL-2.0
/*
 * Reads how much CPU time a container has used. The kernel already counts the CPU time of every
 * cgroup, per CPU, where it charges a task (cgroup_account_cputime()). This file reads these
 * counters instead of keeping a second set: what a container is charged is what cpu.stat says, and
 * a context switch costs no more than one lookup in a hash table, which tells whether the budget
 * has to be watched from now on.
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
 * The task that each CPU runs, while the switch probe is registered; NULL until the probe has seen
 * one. An RCU reader can follow the pointer: a task is freed a grace period after it was last
 * switched out, and then the pointer is to the next task.
 */
static DEFINE_PER_CPU(struct task_struct *, running);

/*
 * In kernels that do not charge interrupt or steal time to tasks, the clock of tasks lags behind
 * sched_clock_cpu(). The lag can be read when the kernel has just set exec_start from the clock of
 * tasks: at a switch, and after the tick.
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
 * @cgroup: any; cgroups below it are not included
 *
 * Context: any, as long as the cgroup is not freed.
 * Return: ns since the cgroup was created; never goes back.
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
 * bgt_account_collect_one() - add what was charged to a cgroup to its container's @departed
 * @entry: the cgroup; its @base becomes what was charged until now
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
 * bgt_account_collect() - add what was charged to cgroups whose directories were removed
 * @container: any
 *
 * A cgroup is released when no more memory is charged to it, which can be long after its directory
 * was removed, and there can be many such cgroups. So bgt_account_charged(), which runs in hard
 * interrupts, does not read them. The only tasks in them are those that were exiting when the
 * directory was removed: what these still use is missed until this is called or the cgroup is
 * released.
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
 * @container: any; for the exact time, call bgt_account_collect() before
 *
 * Context: container's lock held.
 * Return: ns since the container's creation; the kernel charges a running task at the next tick
 *	   or switch.
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

/* What the CPUs run of a container at one moment. */
struct flight {
	u64 time;		/* CPU time that the kernel has not charged yet */
	u64 stamp;		/* changes with every charge and switch */
	unsigned int cpus;
	bool charging;		/* the kernel may be in the middle of a charge */
};

/*
 * How long update_curr() takes at most from setting exec_start to adding to the cgroup's counter.
 */
#define CHARGE_TAKES (2 * NSEC_PER_USEC)

/*
 * How long and how often to look again. Interrupts are disabled meanwhile, so after that long a
 * wrong result is better than another look. A few looks are always made: if these take longer, then
 * the machine is slow in everything.
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
		/* Even on an isolated CPU, the tick charges at least once a second. */
		flight->time += clamp_t(s64, delta, 0, NSEC_PER_SEC);
		flight->stamp += start;
		flight->cpus++;
	}
	rcu_read_unlock();
}

/**
 * bgt_account_usage() - CPU time that a container has used until now
 * @container: any
 *
 * Other CPUs charge and switch while this reads the counters. A charge in between would be missed
 * or counted twice, and can be of a whole tick: so this looks again, for a while. The time that the
 * kernel has not charged yet is an estimate, but the result never goes back.
 *
 * For a deleted container the result stays what it was at the deletion, since the switch probe may
 * not be registered any more.
 *
 * Context: container's lock held.
 * Return: ns since the container's creation.
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
 * bgt_account_running() - count the CPUs that run a container
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
 * @data: unused
 * @preempt: unused
 * @prev: unused
 * @next: the task that runs from now on
 * @prev_state: unused
 *
 * Context: probe of sched_switch, below the run-queue lock: may queue irq work, but take no lock.
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
	/* Pairs with runs_now(): either it sees @next run, or this sees that @watched is false. */
	smp_mb();
	if (!READ_ONCE(container->budget.watched))
		irq_work_queue(&container->budget.look);
}

/**
 * bgt_account_on_timer_entry() - a timer expires, which may be the tick
 * @data: unused
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
 * bgt_account_on_timer_exit() - a timer was handled; if it was the tick, it has charged the task
 * @data: unused
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
 * bgt_account_reset() - forget what the CPUs ran, before the switch probe is registered
 *
 * The tasks that ran when the probe was last unregistered may have been freed since.
 * bgt_account_begin() only learns what the online CPUs run: what a CPU runs that comes online later
 * is known at its first switch.
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
 * bgt_account_begin() - learn what the CPUs run, after the switch probe was registered
 *
 * Context: process.
 */
void bgt_account_begin(void)
{
	on_each_cpu(note_current, NULL, 1);
}
