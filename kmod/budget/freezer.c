// SPDX-License-Identifier: GPL-2.0
/*
 * Freezes and thaws members. A member stands still while it is held, or while its container is
 * throttled and is lent no time. This file writes the member's cgroup.freeze, and a tracepoint
 * tells when all threads of the cgroup have stopped.
 *
 * A write takes cgroup_mutex, so a kthread makes it; with real-time priority, since the container
 * spends CPU time until the write is done. The kthread writes what is wanted when it runs: a freeze
 * that is overtaken by a thaw is never written.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "base/trace.h"
#include "charge/tree.h"

#include "container.h"
#include "freezer.h"
#include "lend.h"
#include "member.h"
#include "quota.h"

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

/* Returns whether the member needs no other write. */
static bool apply_to_member(struct bgt_member *member, bool frozen)
{
	int err;

	lockdep_assert_held(&member->container->members.lock);

	if (member->written == frozen)
		return true;
	trace_member_write(member, frozen);
	err = write_one(member->freezer, frozen ? "1" : "0");
	/* -ENODEV: the cgroup's directory was removed, so it has no threads. */
	if (!err)
		member->written = frozen;
	else if (err != -ENODEV)
		pr_warn_ratelimited("%s: cannot %s member %u: %d\n", member->container->name,
				    frozen ? "freeze" : "thaw", member->id, err);
	return !err || err == -ENODEV;
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

/**
 * bgt_freezer_apply() - freeze or thaw each member of a container, as is due now
 * @container: any
 *
 * Context: process.
 */
void bgt_freezer_apply(struct bgt_container *container)
{
	struct bgt_member *member;
	bool throttled, lent, standing, done = true;

	mutex_lock(&container->members.lock);
	throttled = READ_ONCE(container->budget.generation.throttled);
	standing = throttled;
	list_for_each_entry(member, &container->members.list, entry)
		standing |= member->held;
	lent = bgt_lend_decide(container, standing);
	list_for_each_entry(member, &container->members.list, entry) {
		if (lent)
			done &= apply_to_member(member, member->held &&
						!bgt_lend_covers(container, member));
		else
			done &= apply_to_member(member, member->held || throttled);
	}
	/* Once: there may be memory again then, but other failures are likely to stay. */
	container->members.freezes_again = !done && !container->members.freezes_again;
	if (container->members.freezes_again)
		kthread_queue_delayed_work(worker, &container->members.freeze_again,
					   BGT_NO_MEMORY_DELAY);
	mutex_unlock(&container->members.lock);
}

static void apply_work(struct kthread_work *work)
{
	bgt_freezer_apply(container_of(work, struct bgt_container, members.freeze));
}

static void apply_again(struct kthread_work *work)
{
	bgt_freezer_apply(container_of(work, struct bgt_container, members.freeze_again.work));
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
 * bgt_freezer_release() - let a member that is being removed run again
 * @member: in no list any more
 *
 * Context: process, the lock of the container's members held.
 */
void bgt_freezer_release(struct bgt_member *member)
{
	apply_to_member(member, false);
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
