// SPDX-License-Identifier: GPL-2.0
/*
 * A socket that waits for a mutex has a claim in the mutex's queue, with the answer
 * that it will get; nobody sleeps here. Owning one, it has a claim, too.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "base/trace.h"
#include "budget/container.h"
#include "peer/peer.h"

#include "claim.h"
#include "mutex.h"

static struct workqueue_struct *timeouts;

static void put_claim(struct bgt_claim *claim)
{
	if (refcount_dec_and_test(&claim->refs))
		kfree(claim);
}

static void cancel_timeout(struct bgt_claim *claim)
{
	if (cancel_delayed_work(&claim->timeout))
		put_claim(claim);
}

/* Find the first waiter, from @claim on, that is outside of the owner's container. */
static void seek_outsider(struct bgt_mutex *mutex, struct bgt_claim *claim)
{
	const struct bgt_container *inside = mutex->owner->charge.container;

	mutex->outsider = NULL;
	if (!inside)
		return;
	list_for_each_entry_from(claim, &mutex->waiters, queue) {
		if (claim->charge.container != inside) {
			mutex->outsider = claim;
			break;
		}
	}
}

static void update_loan(struct bgt_mutex *mutex)
{
	struct bgt_claim *owner = mutex->owner;

	if (!owner->charge.container)
		return;
	if (mutex->outsider)
		bgt_lend_want(owner->charge.container, &owner->borrower);
	else
		bgt_lend_done(owner->charge.container, &owner->borrower);
}

/**
 * bgt_claim_leave_queue() - wait no more
 * @claim: waits
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_leave_queue(struct bgt_claim *claim)
{
	struct bgt_mutex *mutex = claim->mutex;

	lockdep_assert_held(&bgt_mutex_lock);

	if (mutex->outsider == claim) {
		/* None before it was one, either: all in all, each is looked at once. */
		seek_outsider(mutex, list_next_entry(claim, queue));
		update_loan(mutex);
	}
	list_del_init(&claim->queue);
	mutex->nr_waiters--;
	cancel_timeout(claim);
}

/**
 * bgt_claim_refuse() - tell a waiter that it will not get the mutex
 * @claim: waits; is freed
 * @err: -errno
 * @text: for people
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_refuse(struct bgt_claim *claim, int err, const char *text)
{
	bgt_claim_leave_queue(claim);
	bgt_answer_refuse(&claim->answer, err, text);
	bgt_claim_free(claim);
}

/* It may have got the mutex, or be gone, while this waited for the lock. */
static void timed_out(struct work_struct *work)
{
	struct bgt_claim *claim = container_of(to_delayed_work(work), struct bgt_claim, timeout);

	mutex_lock(&bgt_mutex_lock);
	if (!list_empty(&claim->queue)) {
		trace_mutex_timeout(claim, false);
		bgt_claim_refuse(claim, -ETIMEDOUT, "the mutex was not released in time");
	}
	mutex_unlock(&bgt_mutex_lock);
	put_claim(claim);
}

/**
 * bgt_claim_make() - make a claim that neither waits nor owns
 * @caller: whose
 * @before: that it takes the place of, or NULL
 * @extack: told why not
 *
 * Context: process, bgt_mutex_lock held.
 * Return: the claim, or an error pointer.
 */
struct bgt_claim *bgt_claim_make(const struct bgt_caller *caller, const struct bgt_claim *before,
				 struct netlink_ext_ack *extack)
{
	struct bgt_claim *claim = kzalloc(sizeof(*claim), GFP_KERNEL_ACCOUNT);
	int err;

	if (!claim)
		return ERR_PTR(-ENOMEM);
	err = bgt_limit_charge(&claim->charge, BGT_MUTEXES, caller->uid, caller->container,
			       before ? &before->charge : NULL, extack);
	if (err) {
		kfree(claim);
		return ERR_PTR(err);
	}
	refcount_set(&claim->refs, 1);
	claim->peer = caller->peer;
	INIT_LIST_HEAD(&claim->by_peer);
	INIT_LIST_HEAD(&claim->queue);
	bgt_lend_init(&claim->borrower);
	INIT_DELAYED_WORK(&claim->timeout, timed_out);
	return claim;
}

/**
 * bgt_claim_free() - free a claim
 * @claim: is in no queue; its promise of an answer, if any, is dropped
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_free(struct bgt_claim *claim)
{
	lockdep_assert_held(&bgt_mutex_lock);

	list_del(&claim->by_peer);
	bgt_lend_exit(&claim->borrower);
	bgt_limit_uncharge(&claim->charge);
	bgt_answer_drop(&claim->answer);
	put_claim(claim);
}

/**
 * bgt_claim_wait() - enter a mutex's queue
 * @claim: new
 * @mutex: has an owner
 * @timeout: in ms, or NULL
 * @answer: promised; the claim's from now on
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_wait(struct bgt_claim *claim, struct bgt_mutex *mutex, const u32 *timeout,
		    struct bgt_answer *answer)
{
	lockdep_assert_held(&bgt_mutex_lock);

	claim->mutex = mutex;
	bgt_answer_keep(answer, claim->peer, &claim->answer);
	list_add_tail(&claim->by_peer, &claim->peer->waiting);
	list_add_tail(&claim->queue, &mutex->waiters);
	mutex->nr_waiters++;
	if (!mutex->outsider) {
		seek_outsider(mutex, claim);
		update_loan(mutex);
	}
	if (timeout) {
		refcount_inc(&claim->refs);
		/* One more, as the present one is nearly over. */
		queue_delayed_work(timeouts, &claim->timeout, msecs_to_jiffies(*timeout) + 1);
	}
}

/**
 * bgt_claim_grant() - tell a socket that it owns a mutex now
 * @answer: promised; is used up
 * @abandoned: the last owner died
 * @count: how often it has acquired the mutex
 *
 * Context: process, bgt_mutex_lock held.
 * Return: 0, or -errno if it cannot be told; then it must not own the mutex.
 */
int bgt_claim_grant(struct bgt_answer *answer, bool abandoned, u32 count)
{
	if (WARN_ON_ONCE(nla_put_u8(answer->skb, BGTASK_A_MUTEX_ABANDONED, abandoned) ||
			 nla_put_u32(answer->skb, BGTASK_A_MUTEX_COUNT, count))) {
		bgt_answer_drop(answer);
		return -EMSGSIZE;
	}
	return bgt_answer_send(answer);
}

/**
 * bgt_claim_own() - make a claim that of the owner
 * @claim: waits no more, or never did
 * @mutex: that the claim before, if any, does not own any more
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_own(struct bgt_claim *claim, struct bgt_mutex *mutex)
{
	const struct bgt_claim *before = mutex->owner;

	lockdep_assert_held(&bgt_mutex_lock);

	claim->mutex = mutex;
	claim->count = 1;
	mutex->owner = claim;
	list_move_tail(&claim->by_peer, &claim->peer->owned);
	if (!before || before->charge.container != claim->charge.container)
		seek_outsider(mutex, list_first_entry(&mutex->waiters, struct bgt_claim, queue));
	update_loan(mutex);
}

/**
 * bgt_claim_disown() - the owner has no advantage of it any more
 * @claim: owns a mutex
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_claim_disown(struct bgt_claim *claim)
{
	lockdep_assert_held(&bgt_mutex_lock);

	if (claim->charge.container)
		bgt_lend_done(claim->charge.container, &claim->borrower);
	list_del_init(&claim->by_peer);
	claim->peer = NULL;
	claim->count = 0;
}

int __init bgt_claim_init(void)
{
	timeouts = alloc_workqueue("bgtask_mutex", WQ_UNBOUND, 0);
	return timeouts ? 0 : -ENOMEM;
}

/**
 * bgt_claim_exit() - wait for the last timeouts
 *
 * Context: process; there are no claims any more.
 */
void bgt_claim_exit(void)
{
	destroy_workqueue(timeouts);
}
