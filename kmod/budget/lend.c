// SPDX-License-Identifier: GPL-2.0
/*
 * A frozen owner of a mutex is the trap of all app freezers: those who wait for it
 * stand still as well, though their own budget is untouched. So a container that
 * stands still is thawed when a task outside of it waits for a mutex that a task
 * inside owns: once in a generation, for a short while that is charged like any other,
 * and is deducted from the next budget if there is nothing left of this one. While that
 * leaves nothing of a budget, nothing more is lent: two apps that wait for each other
 * would live on loans.
 *
 * What an administrator holds stays held, but for the members the owner is in: lending
 * time to a worker must not wake the UI thread.
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

/* Has it been lent time, and is none of this generation's budget its own because of that? */
static bool is_in_debt(const struct bgt_container *container)
{
	const struct bgt_generation *generation = &container->budget.generation;

	/* Without a budget, nothing can ever be paid back. */
	return container->loan.times && generation->throttled && container->budget.policy.quota &&
	       generation->owed >= container->budget.policy.quota;
}

/**
 * bgt_lend_decide() - may a container run now for others?
 * @container: any
 * @standing: a member of it would stand still otherwise
 *
 * Context: process, members_lock held.
 */
bool bgt_lend_decide(struct bgt_container *container, bool standing)
{
	struct bgt_loan *loan = &container->loan;
	bool wanted;

	lockdep_assert_held(&container->members.lock);

	WRITE_ONCE(loan->standing, standing);
	/* Pairs with bgt_lend_want(): it sees @standing, or we see its entry. */
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
			/* Until then it can only wait. */
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

	mutex_lock(&container->members.lock);
	container->loan.active = false;
	mutex_unlock(&container->members.lock);
	bgt_freezer_apply(container);
}

/* Let the freezer ask bgt_lend_decide() again. */
static void reconsider(struct bgt_container *container)
{
	raw_spin_lock_irq(&container->lock);
	if (!container->dead)
		bgt_freezer_queue(container);
	raw_spin_unlock_irq(&container->lock);
}

/**
 * bgt_lend_want() - somebody outside waits for a mutex
 * @container: that the owner is in
 * @borrower: the owner; nothing is done if this is known
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
 * bgt_lend_done() - nobody outside waits any more, or the owner has released the mutex
 * @container: that the owner is in
 * @borrower: the owner; nothing is done if this is known
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
 * bgt_lend_covers() - may a held member run while time is lent?
 * @container: that is lent time
 * @member: one of its members
 *
 * Context: process, members_lock held.
 * Return: whether an owner is in it, or nobody knows where one is.
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
 * bgt_lend_in_generation() - has this generation been lent time?
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
 * bgt_lend_init() - the calling task becomes the owner of a mutex
 * @borrower: to be initialised
 */
void bgt_lend_init(struct bgt_borrower *borrower)
{
	INIT_LIST_HEAD(&borrower->entry);
	borrower->thread = get_pid(task_pid(current));
	borrower->process = get_pid(task_tgid(current));
}

/**
 * bgt_lend_exit() - it is not any more
 * @borrower: that nobody outside waits for
 */
void bgt_lend_exit(struct bgt_borrower *borrower)
{
	put_pid(borrower->thread);
	put_pid(borrower->process);
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
 * bgt_lend_quiesce() - wait until a loan has ended for the last time
 * @container: retired, and left by the freezer
 *
 * Context: process.
 */
void bgt_lend_quiesce(struct bgt_container *container)
{
	cancel_delayed_work_sync(&container->loan.end);
}
