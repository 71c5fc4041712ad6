// SPDX-License-Identifier: GPL-2.0
/*
 * Finds deadlocks. A socket waits for the owners of the mutexes that it waits for. As it can wait
 * for several mutexes at a time, these dependencies form a graph, which is searched breadth first.
 * A search visits each socket once, and the limits on mutexes bound how many sockets there are.
 */
#include <linux/lockdep.h>

#include "peer/peer.h"

#include "acquisition.h"
#include "cycle.h"
#include "mutex.h"

/* Number of the present search, which marks the peers visited; protected by bgt_mutex_lock. */
static u64 walk;

static void visit(struct bgt_peer *peer, struct list_head *queue)
{
	/* An abandoned mutex has no peer: nobody has to wait for it. */
	if (!peer || peer->walk == walk)
		return;
	peer->walk = walk;
	list_add_tail(&peer->next, queue);
}

/**
 * bgt_cycle_find_waiters() - find all sockets that wait for a socket, also by way of others
 * @peer: peer of the socket
 *
 * Each waiter of each mutex is looked at once, however many mutexes @peer waits for itself.
 *
 * Context: process, bgt_mutex_lock held, as long as bgt_cycle_was_found() is asked.
 */
void bgt_cycle_find_waiters(struct bgt_peer *peer)
{
	struct bgt_acquisition *owned, *waiter;
	struct bgt_peer *at;
	LIST_HEAD(queue);

	lockdep_assert_held(&bgt_mutex_lock);

	walk++;
	visit(peer, &queue);
	while ((at = list_first_entry_or_null(&queue, struct bgt_peer, next))) {
		list_del(&at->next);
		list_for_each_entry(owned, &at->owned, by_peer) {
			list_for_each_entry(waiter, &owned->mutex->waiters, queue)
				visit(waiter->peer, &queue);
		}
	}
}

/**
 * bgt_cycle_was_found() - was a socket found by the last bgt_cycle_find_waiters()?
 * @peer: peer of the socket, or NULL
 *
 * Context: process, bgt_mutex_lock held.
 */
bool bgt_cycle_was_found(const struct bgt_peer *peer)
{
	lockdep_assert_held(&bgt_mutex_lock);
	return peer && peer->walk == walk;
}

/**
 * bgt_cycle_closes() - would a socket that waits for a mutex wait for itself?
 * @peer: peer of the socket
 * @mutex: a mutex that the socket waits for, or is about to wait for
 *
 * Context: process, bgt_mutex_lock held.
 */
bool bgt_cycle_closes(struct bgt_peer *peer, const struct bgt_mutex *mutex)
{
	struct bgt_peer *at;
	struct bgt_acquisition *acquisition;
	LIST_HEAD(queue);

	lockdep_assert_held(&bgt_mutex_lock);

	/* Nobody can wait for a socket that owns nothing. */
	if (list_empty(&peer->owned))
		return false;

	walk++;
	visit(mutex->owner->peer, &queue);
	while ((at = list_first_entry_or_null(&queue, struct bgt_peer, next))) {
		if (at == peer)
			return true;
		list_del(&at->next);
		list_for_each_entry(acquisition, &at->waiting, by_peer)
			visit(acquisition->mutex->owner->peer, &queue);
	}
	return false;
}
