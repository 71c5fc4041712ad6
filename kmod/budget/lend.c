// SPDX-License-Identifier: GPL-2.0
/*
 * Lends time to frozen owners of mutexes. Without this, tasks that wait for a mutex whose owner is
 * frozen would stand still as well, though their own budget is not spent. So a container that
 * stands still is thawed for a short while, once in a generation, when a task outside waits for a
 * mutex that a task inside owns. The time is charged, and is deducted from the next budget if this
 * one is spent. While a loan takes the whole of a later budget, nothing more is lent, or two apps
 * that wait for each other could live on loans for ever.
 *
 * A loan thaws a held member only if an owner is in it: lending time to a worker must not wake the
 * UI thread.
 */
#include <linux/cgroup.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched.h>

#include "base/trace.h"

#include "container.h"
#include "freezer.h"
#include "lend.h"
#include "member.h"
#include "quota.h"

static unsigned int grace = 50;
module_param(grace, uint, 0644);
MODULE_PARM_DESC(grace, "How long an owner of a mutex may run for those who wait, in ms (default 50, 0 never)");

/* Has the container been lent time, and does what it owes take all of this generation's budget? */
static bool is_in_debt(const struct bgt_container *container)
{
	const struct bgt_generation *generation = &container->budget.generation;

	/* With a quota of 0 nothing could ever be paid back, so then there is no debt. */
	return container->loan.times && generation->throttled && container->budget.policy.quota &&
	       generation->owed >= container->budget.policy.quota;
}

/**
 * bgt_lend_decide() - decide whether a container may run for those who wait for it
 * @container: any
 * @standing: a member would stand still without a loan
 *
 * Context: process, the lock of the container's members held.
 * Return: whether the container is lent time now.
 */
bool bgt_lend_decide(struct bgt_container *container, bool standing)
{
	struct bgt_loan *loan = &container->loan;
	bool wanted;

	lockdep_assert_held(&container->members.lock);

	WRITE_ONCE(loan->standing, standing);
	/* Pairs with bgt_lend_want(): either it sees @standing, or this sees its entry. */
	smp_mb();
	wanted = !list_empty_careful(&loan->borrowers) && READ_ONCE(grace);
	if (!wanted || !standing) {
		if (loan->active || delayed_work_pending(&loan->end))
			cancel_delayed_work(&loan->end);
		loan->active = false;
		return false;
	}
	if (loan->active)
		return true;

	raw_spin_lock_irq(&container->lock);
	if (!container->dead) {
		const struct bgt_generation *generation = &container->budget.generation;
		u64 now = ktime_get_boottime_ns();

		bgt_quota_update(container);
		if (bgt_lend_in_generation(container) || is_in_debt(container)) {
			/* There can be no loan before the next generation. */
			mod_delayed_work(system_unbound_wq, &loan->end,
					 nsecs_to_jiffies(generation->end - now) + 1);
		} else {
			loan->active = true;
			loan->generation = generation->number + 1;
			loan->times++;
			container->housekeeping.events |= BIT(BGTASK_CMD_CONTAINER_LENT_NTF);
			trace_container_lent(container, bgt_quota_spent(container));
			bgt_container_schedule(container);
			mod_delayed_work(system_unbound_wq, &loan->end,
					 msecs_to_jiffies(READ_ONCE(grace)));
		}
	}
	raw_spin_unlock_irq(&container->lock);
	return loan->active;
}

static void end_loan(struct work_struct *work)
{
	struct bgt_container *container =
		container_of(to_delayed_work(work), struct bgt_container, loan.end);

	rt_mutex_lock(&container->members.lock);
	container->loan.active = false;
	rt_mutex_unlock(&container->members.lock);
	(void)bgt_freezer_apply(container);
}

/* Has the freezer call bgt_lend_decide() again. */
static void reconsider(struct bgt_container *container)
{
	raw_spin_lock_irq(&container->lock);
	if (!container->dead)
		bgt_freezer_queue(container);
	raw_spin_unlock_irq(&container->lock);
}

/**
 * bgt_lend_want() - a task outside waits for a mutex that is owned inside
 * @container: the owner's container
 * @borrower: the owner; nothing is done if it is in the list of borrowers already
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_lend_want(struct bgt_container *container, struct bgt_borrower *borrower)
{
	struct bgt_loan *loan = &container->loan;

	if (!list_empty(&borrower->entry))
		return;
	spin_lock(&loan->lock);
	list_add_tail(&borrower->entry, &loan->borrowers);
	spin_unlock(&loan->lock);
	/* Pairs with bgt_lend_decide(). */
	smp_mb();
	if (READ_ONCE(loan->standing))
		reconsider(container);
}

/**
 * bgt_lend_done() - no task outside waits any more, or the owner has released the mutex
 * @container: the owner's container
 * @borrower: the owner; nothing is done if it is not in the list of borrowers
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_lend_done(struct bgt_container *container, struct bgt_borrower *borrower)
{
	struct bgt_loan *loan = &container->loan;

	if (list_empty(&borrower->entry))
		return;
	spin_lock(&loan->lock);
	list_del_init(&borrower->entry);
	spin_unlock(&loan->lock);
	if (READ_ONCE(loan->standing) && list_empty_careful(&loan->borrowers))
		reconsider(container);
}

/**
 * bgt_lend_covers() - may a held member run while its container is lent time?
 * @container: the container
 * @member: one of its members
 *
 * Context: process, the lock of the container's members held.
 * Return: true if an owner is in the member, or if there is an owner that cannot be found.
 */
bool bgt_lend_covers(struct bgt_container *container, const struct bgt_member *member)
{
	struct bgt_borrower *borrower;
	struct task_struct *task;
	bool covers = false;

	spin_lock(&container->loan.lock);
	rcu_read_lock();
	list_for_each_entry(borrower, &container->loan.borrowers, entry) {
		task = pid_task(borrower->thread, PIDTYPE_PID) ?:
		       pid_task(borrower->process, PIDTYPE_TGID);
		covers = !task || cgroup_is_descendant(task_dfl_cgroup(task), member->cgroup);
		if (covers)
			break;
	}
	rcu_read_unlock();
	spin_unlock(&container->loan.lock);
	return covers;
}

/**
 * bgt_lend_in_generation() - has a container been lent time in this generation?
 * @container: any
 *
 * Context: container's lock held.
 */
bool bgt_lend_in_generation(const struct bgt_container *container)
{
	lockdep_assert_held(&container->lock);
	return container->loan.generation == container->budget.generation.number + 1;
}

/**
 * bgt_lend_init() - make the calling task a borrower
 * @borrower: result; keeps references until bgt_lend_exit()
 */
void bgt_lend_init(struct bgt_borrower *borrower)
{
	INIT_LIST_HEAD(&borrower->entry);
	borrower->thread = get_pid(task_pid(current));
	borrower->process = get_pid(task_tgid(current));
}

/**
 * bgt_lend_exit() - give up the references of a borrower, which may have been done before
 * @borrower: in no list
 */
void bgt_lend_exit(struct bgt_borrower *borrower)
{
	put_pid(borrower->thread);
	put_pid(borrower->process);
	borrower->thread = NULL;
	borrower->process = NULL;
}

/**
 * bgt_lend_prepare() - set up a new container's loan
 * @container: new
 */
void bgt_lend_prepare(struct bgt_container *container)
{
	spin_lock_init(&container->loan.lock);
	INIT_LIST_HEAD(&container->loan.borrowers);
	INIT_DELAYED_WORK(&container->loan.end, end_loan);
}

/**
 * bgt_lend_quiesce() - wait until the end of a loan is not handled any more
 * @container: retired by bgt_quota_retire(), and done with by the freezer
 *
 * Context: process.
 */
void bgt_lend_quiesce(struct bgt_container *container)
{
	cancel_delayed_work_sync(&container->loan.end);
}
