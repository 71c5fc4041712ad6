// SPDX-License-Identifier: GPL-2.0
/*
 * An acquisition is a socket's claim to one mutex: the socket owns the mutex, or waits for it. A
 * waiter's acquisition is in the mutex's queue and has the answer that the socket will get, so no
 * task sleeps here.
 */
#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "base/trace.h"
#include "budget/container.h"
#include "peer/peer.h"

#include "acquisition.h"
#include "mutex.h"

static struct workqueue_struct *timeouts;

static void put_acquisition(struct bgt_acquisition *acquisition)
{
	if (refcount_dec_and_test(&acquisition->refs))
		kfree(acquisition);
}

static void cancel_timeout(struct bgt_acquisition *acquisition)
{
	if (cancel_delayed_work(&acquisition->timeout))
		put_acquisition(acquisition);
}

/* Finds the first waiter, from @acquisition on, that is outside of the owner's container. */
static void seek_outsider(struct bgt_mutex *mutex, struct bgt_acquisition *acquisition)
{
	const struct bgt_container *inside = mutex->owner->charge.container;

	mutex->outsider = NULL;
	if (!inside)
		return;
	list_for_each_entry_from(acquisition, &mutex->waiters, queue) {
		if (acquisition->charge.container != inside) {
			mutex->outsider = acquisition;
			break;
		}
	}
}

static void update_loan(struct bgt_mutex *mutex)
{
	struct bgt_acquisition *owner = mutex->owner;

	if (!owner->charge.container)
		return;
	if (mutex->outsider)
		bgt_lend_want(owner->charge.container, &owner->borrower);
	else
		bgt_lend_done(owner->charge.container, &owner->borrower);
}

/**
 * bgt_acquisition_leave_queue() - take a waiter out of its mutex's queue
 * @acquisition: the waiter; is not freed
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_leave_queue(struct bgt_acquisition *acquisition)
{
	struct bgt_mutex *mutex = acquisition->mutex;

	lockdep_assert_held(&bgt_mutex_lock);

	if (mutex->outsider == acquisition) {
		/* No waiter before this one is an outsider. So each waiter is looked at once. */
		seek_outsider(mutex, list_next_entry(acquisition, queue));
		update_loan(mutex);
	}
	list_del_init(&acquisition->queue);
	mutex->nr_waiters--;
	cancel_timeout(acquisition);
}

/**
 * bgt_acquisition_refuse() - tell a waiter that it will not get the mutex
 * @acquisition: the waiter; is freed
 * @err: -errno
 * @text: text for people
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_refuse(struct bgt_acquisition *acquisition, int err, const char *text)
{
	bgt_acquisition_leave_queue(acquisition);
	bgt_answer_refuse(&acquisition->answer, err, text);
	bgt_acquisition_free(acquisition);
}

/* The waiter may have got the mutex, or its socket was closed, while this waited for the lock. */
static void timed_out(struct work_struct *work)
{
	struct bgt_acquisition *acquisition =
		container_of(to_delayed_work(work), struct bgt_acquisition, timeout);

	mutex_lock(&bgt_mutex_lock);
	if (!list_empty(&acquisition->queue)) {
		trace_mutex_timeout(acquisition, false);
		bgt_acquisition_refuse(acquisition, -ETIMEDOUT,
				       "the mutex was not released in time");
	}
	mutex_unlock(&bgt_mutex_lock);
	put_acquisition(acquisition);
}

/**
 * bgt_acquisition_make() - make an acquisition that neither waits nor owns
 * @peer: peer of the socket that asks for a mutex
 *
 * Nobody is charged for it yet, see bgt_acquisition_charge().
 *
 * Context: process, without locks: who pays for the memory may have to wait for it.
 * Return: the acquisition, or NULL.
 */
struct bgt_acquisition *bgt_acquisition_make(struct bgt_peer *peer)
{
	struct bgt_acquisition *acquisition = kzalloc(sizeof(*acquisition), GFP_KERNEL_ACCOUNT);

	if (!acquisition)
		return NULL;
	refcount_set(&acquisition->refs, 1);
	acquisition->peer = peer;
	INIT_LIST_HEAD(&acquisition->by_peer);
	INIT_LIST_HEAD(&acquisition->queue);
	bgt_lend_init(&acquisition->borrower);
	INIT_DELAYED_WORK(&acquisition->timeout, timed_out);
	return acquisition;
}

/**
 * bgt_acquisition_discard() - free an acquisition that nobody was charged for
 * @acquisition: from bgt_acquisition_make(), or NULL
 */
void bgt_acquisition_discard(struct bgt_acquisition *acquisition)
{
	if (!acquisition)
		return;
	bgt_lend_exit(&acquisition->borrower);
	kfree(acquisition);
}

/**
 * bgt_acquisition_charge() - charge the requester for an acquisition
 * @acquisition: from bgt_acquisition_make()
 * @requester: who asks for the mutex
 * @before: the acquisition that the caller will replace by this one, or NULL
 * @extack: gets the reason of a failure
 *
 * Context: process, bgt_mutex_lock held.
 * Return: 0, -EDQUOT or -ENOMEM.
 */
int bgt_acquisition_charge(struct bgt_acquisition *acquisition,
			   const struct bgt_requester *requester,
			   const struct bgt_acquisition *before, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&bgt_mutex_lock);
	return bgt_limit_charge(&acquisition->charge, BGT_MUTEXES, requester->uid,
				requester->container, before ? &before->charge : NULL, extack);
}

/**
 * bgt_acquisition_free() - free an acquisition
 * @acquisition: is in no queue; its answer, if it still has one, is dropped
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_free(struct bgt_acquisition *acquisition)
{
	lockdep_assert_held(&bgt_mutex_lock);

	list_del(&acquisition->by_peer);
	bgt_lend_exit(&acquisition->borrower);
	bgt_limit_uncharge(&acquisition->charge);
	bgt_answer_drop(&acquisition->answer);
	put_acquisition(acquisition);
}

/**
 * bgt_acquisition_wait() - put an acquisition into a mutex's queue
 * @acquisition: new
 * @mutex: has an owner
 * @timeout: in ms, or NULL to wait for ever
 * @answer: promised; is consumed, as the acquisition keeps it
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_wait(struct bgt_acquisition *acquisition, struct bgt_mutex *mutex,
			  const u32 *timeout, struct bgt_answer *answer)
{
	lockdep_assert_held(&bgt_mutex_lock);

	acquisition->mutex = mutex;
	bgt_answer_keep(answer, acquisition->peer, &acquisition->answer);
	list_add_tail(&acquisition->by_peer, &acquisition->peer->waiting);
	list_add_tail(&acquisition->queue, &mutex->waiters);
	mutex->nr_waiters++;
	if (!mutex->outsider) {
		seek_outsider(mutex, acquisition);
		update_loan(mutex);
	}
	if (timeout) {
		refcount_inc(&acquisition->refs);
		/* One jiffy more, as the present one has partly passed. */
		queue_delayed_work(timeouts, &acquisition->timeout, msecs_to_jiffies(*timeout) + 1);
	}
}

/**
 * bgt_acquisition_send_grant() - tell a socket that it owns a mutex now
 * @answer: promised; is sent or dropped, whatever is returned
 * @abandoned: the last owner died
 * @count: how often the socket has acquired the mutex
 *
 * Context: process, bgt_mutex_lock held.
 * Return: whether the socket was told; if it was not, it must not own the mutex.
 */
bool bgt_acquisition_send_grant(struct bgt_answer *answer, bool abandoned, u32 count)
{
	if (WARN_ON_ONCE(nla_put_u8(answer->skb, BGTASK_A_MUTEX_ABANDONED, abandoned) ||
			 nla_put_u32(answer->skb, BGTASK_A_MUTEX_COUNT, count))) {
		bgt_answer_drop(answer);
		return false;
	}
	return !bgt_answer_send(answer);
}

/**
 * bgt_acquisition_own() - make an acquisition the owner of a mutex
 * @acquisition: in no queue
 * @mutex: has no owner, or its owner gives it up
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_own(struct bgt_acquisition *acquisition, struct bgt_mutex *mutex)
{
	const struct bgt_acquisition *before = mutex->owner;

	lockdep_assert_held(&bgt_mutex_lock);

	acquisition->mutex = mutex;
	acquisition->count = 1;
	mutex->owner = acquisition;
	list_move_tail(&acquisition->by_peer, &acquisition->peer->owned);
	if (!before || before->charge.container != acquisition->charge.container)
		seek_outsider(mutex, list_first_entry(&mutex->waiters, struct bgt_acquisition,
						      queue));
	update_loan(mutex);
}

/**
 * bgt_acquisition_disown() - the owner's socket gives up the mutex
 * @acquisition: the owner; stays the mutex's @owner until it is replaced or freed
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_acquisition_disown(struct bgt_acquisition *acquisition)
{
	lockdep_assert_held(&bgt_mutex_lock);

	if (acquisition->charge.container)
		bgt_lend_done(acquisition->charge.container, &acquisition->borrower);
	/* An abandoned mutex may stay for long, and its owner's pid is not to stay with it. */
	bgt_lend_exit(&acquisition->borrower);
	list_del_init(&acquisition->by_peer);
	acquisition->peer = NULL;
	acquisition->count = 0;
}

int __init bgt_acquisition_init(void)
{
	timeouts = alloc_workqueue("bgtask_mutex", WQ_UNBOUND, 0);
	return timeouts ? 0 : -ENOMEM;
}

/**
 * bgt_acquisition_exit() - wait until no timeout is being handled any more
 *
 * Context: process; there are no acquisitions any more.
 */
void bgt_acquisition_exit(void)
{
	destroy_workqueue(timeouts);
}
