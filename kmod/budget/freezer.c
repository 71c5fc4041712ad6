// SPDX-License-Identifier: GPL-2.0
/*
 * Freezes and thaws members. A member stands still while it is held, or while its container is
 * throttled and is lent no time, or while others want it to, see foreign.c. This file writes the
 * member's cgroup.freeze, and a tracepoint tells when all threads of the cgroup have stopped.
 *
 * A write takes cgroup_mutex, so a kthread makes it; with real-time priority, since the container
 * spends CPU time until the write is done. The kthread writes what is wanted when it runs: a freeze
 * that is overtaken by a thaw is never written.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>

#include "base/trace.h"
#include "charge/tree.h"

#include "container.h"
#include "foreign.h"
#include "freezer.h"
#include "lend.h"
#include "member.h"
#include "quota.h"

/* A write that has failed is made again after this time, then after twice that, up to this. */
#define RETRY_FIRST BGT_NO_MEMORY_DELAY
#define RETRY_LONGEST HZ

/*
 * How many foreign writes of a container are answered at once in a second. Others are answered
 * later, so that whoever writes in a loop does not keep the worker busy.
 */
#define ANSWERS_AT_ONCE 100
#define ANSWER_LATER DIV_ROUND_UP(HZ, 100)

static struct kthread_worker *worker;

/*
 * A write returns -ENODEV if the cgroup's directory was removed, and -ENOENT while it is being
 * removed; both are reported as -ENODEV.
 */
static int write_one(struct file *file, const char *value)
{
	loff_t position = 0;
	ssize_t written = kernel_write(file, value, 1, &position);

	if (written == -ENOENT)
		return -ENODEV;
	return written < 0 ? written : 0;
}

static void count_foreign_thaw(const struct bgt_member *member)
{
	struct bgt_container *container = member->container;

	raw_spin_lock_irq(&container->lock);
	container->foreign_thaws++;
	raw_spin_unlock_irq(&container->lock);
	trace_member_thawed_by_others(member);
}

/*
 * Makes a member stand still if the module wants it or others do, and run otherwise. What is to be
 * compared is the cgroup's state and not what was last written, since others write it, too.
 */
static int apply_to_member(struct bgt_member *member, bool frozen_by_us)
{
	bool frozen = frozen_by_us || bgt_foreign_freezes(member->foreign);
	bool is_frozen = READ_ONCE(member->cgroup->freezer.freeze);
	int err = 0;

	lockdep_assert_held(&member->container->members.lock);

	if (frozen_by_us && member->frozen_by_us && !is_frozen)
		count_foreign_thaw(member);
	if (is_frozen != frozen) {
		trace_member_write(member, frozen);
		bgt_foreign_begin_write(member->foreign);
		err = write_one(member->freezer, frozen ? "1" : "0");
		bgt_foreign_end_write(member->foreign);
	}
	/* The cgroup's directory was removed, so it has no threads. */
	if (err == -ENODEV)
		err = 0;
	if (!err)
		member->frozen_by_us = frozen_by_us;
	else
		pr_warn_ratelimited("%s: cannot %s member %u: %d\n", member->container->name,
				    frozen ? "freeze" : "thaw", member->id, err);
	return err;
}

/**
 * bgt_freezer_check() - check that the files of a member may be written
 * @member: new, with its files open
 *
 * For a cgroup delegated with nsdelegate, open() does not check whether the caller's cgroup
 * namespace may write, only write() does. The value written here is invalid for both files, so it
 * changes nothing: -ERANGE means that the caller may write.
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int bgt_freezer_check(struct bgt_member *member)
{
	int err = write_one(member->freezer, "2") ?: -EINVAL;

	if (err == -ERANGE)
		err = write_one(member->killer, "2") ?: -EINVAL;
	return err == -ERANGE ? 0 : err;
}

/* A write that fails is made again until it succeeds, or the member is gone. */
static void try_again(struct bgt_container *container)
{
	struct bgt_members *members = &container->members;

	members->retry_delay = clamp(2 * members->retry_delay, (unsigned long)RETRY_FIRST,
				     (unsigned long)RETRY_LONGEST);
	kthread_mod_delayed_work(worker, &members->freeze_again, members->retry_delay);
}

/**
 * bgt_freezer_apply() - freeze or thaw each member of a container, as is due now
 * @container: any
 *
 * Context: process.
 * Return: 0, or -errno of a write that has failed, and that will be made again.
 */
int bgt_freezer_apply(struct bgt_container *container)
{
	bool throttled, lent, standing, frozen;
	struct bgt_member *member;
	int err = 0;

	rt_mutex_lock(&container->members.lock);
	throttled = READ_ONCE(container->budget.generation.throttled);
	standing = throttled;
	list_for_each_entry(member, &container->members.list, entry)
		standing |= member->held;
	lent = bgt_lend_decide(container, standing);
	list_for_each_entry(member, &container->members.list, entry) {
		frozen = lent ? member->held && !bgt_lend_covers(container, member) :
				member->held || throttled;
		err = apply_to_member(member, frozen) ?: err;
	}
	if (err)
		try_again(container);
	else
		container->members.retry_delay = 0;
	rt_mutex_unlock(&container->members.lock);
	return err;
}

static void apply_work(struct kthread_work *work)
{
	(void)bgt_freezer_apply(container_of(work, struct bgt_container, members.freeze));
}

static void apply_again(struct kthread_work *work)
{
	struct bgt_container *container =
		container_of(work, struct bgt_container, members.freeze_again.work);

	(void)bgt_freezer_apply(container);
}

/**
 * bgt_freezer_queue() - have the kthread call bgt_freezer_apply() soon
 * @container: any
 *
 * Context: any.
 */
void bgt_freezer_queue(struct bgt_container *container)
{
	kthread_queue_work(worker, &container->members.freeze);
}

/**
 * bgt_freezer_answer() - have bgt_freezer_apply() called, since somebody else has written a file
 * @container: of the member
 *
 * Context: process.
 */
void bgt_freezer_answer(struct bgt_container *container)
{
	struct bgt_members *members = &container->members;

	if (__ratelimit(&members->answers))
		kthread_queue_work(worker, &members->freeze);
	else
		kthread_mod_delayed_work(worker, &members->freeze_again, ANSWER_LATER);
}

/**
 * bgt_freezer_release() - let a member that is being removed run again
 * @member: in no list any more
 *
 * Context: process, the lock of the container's members held.
 */
void bgt_freezer_release(struct bgt_member *member)
{
	(void)apply_to_member(member, false);
}

/**
 * bgt_freezer_kill() - kill all processes of a member, frozen or not
 * @member: any
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0, -EOPNOTSUPP for a threaded cgroup, -ENODEV if the cgroup's directory was removed.
 */
int bgt_freezer_kill(struct bgt_member *member)
{
	lockdep_assert_held(&bgt_registry_lock);
	return write_one(member->killer, "1");
}

/**
 * bgt_freezer_notified() - the kernel has found a cgroup to be frozen, or no longer frozen
 * @cgroup: any
 * @frozen: whether all its threads have stopped
 *
 * Context: probe, below css_set_lock.
 */
void bgt_freezer_notified(struct cgroup *cgroup, bool frozen)
{
	struct bgt_cgroup *entry = bgt_tree_find(cgroup);
	struct bgt_member *member = entry ? READ_ONCE(entry->member) : NULL;
	struct bgt_container *container;
	unsigned long flags;

	if (!member)
		return;
	container = member->container;
	/* On PREEMPT_RT, css_set_lock leaves interrupts enabled. */
	raw_spin_lock_irqsave(&container->lock, flags);
	if (member->counted && member->frozen != frozen) {
		member->frozen = frozen;
		container->nr_frozen += frozen ? 1 : -1;
		if (frozen)
			trace_member_frozen(member);
		else
			trace_member_thawed(member);
		if (bgt_container_has_stopped(container))
			bgt_quota_stopped(container);
		bgt_container_schedule(container);
	}
	raw_spin_unlock_irqrestore(&container->lock, flags);
}

/**
 * bgt_freezer_prepare() - set up a new container's freezing
 * @container: new
 */
void bgt_freezer_prepare(struct bgt_container *container)
{
	ratelimit_state_init(&container->members.answers, HZ, ANSWERS_AT_ONCE);
	ratelimit_set_flags(&container->members.answers, RATELIMIT_MSG_ON_RELEASE);
	kthread_init_work(&container->members.freeze, apply_work);
	kthread_init_delayed_work(&container->members.freeze_again, apply_again);
}

/**
 * bgt_freezer_quiesce() - wait until the kthread is done with a container
 * @container: is not queued any more
 *
 * Context: process.
 */
void bgt_freezer_quiesce(struct bgt_container *container)
{
	kthread_cancel_work_sync(&container->members.freeze);
	kthread_cancel_delayed_work_sync(&container->members.freeze_again);
}

int bgt_freezer_init(void)
{
	worker = kthread_create_worker(0, "bgtask");
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	sched_set_fifo(worker->task);
	return 0;
}

void bgt_freezer_exit(void)
{
	kthread_destroy_worker(worker);
}
