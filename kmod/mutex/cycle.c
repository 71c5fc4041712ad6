// SPDX-License-Identifier: GPL-2.0
/*
 * A socket waits for those that own what it waits for. It can wait for several
 * mutexes at a time, so these dependencies form a graph, which is searched breadth
 * first. Each socket is looked at once; the limits on acquisitions bound how many there are.
 */
#include <linux/lockdep.h>

#include "peer/peer.h"

#include "acquisition.h"
#include "cycle.h"
#include "mutex.h"

/* Number of the search, to tell whom it has come by; protected by bgt_mutex_lock. */
static u64 walk;

static void visit(struct bgt_peer *peer, struct list_head *queue)
{
	/* None if it was abandoned; then the next one gets it without waiting. */
	if (!peer || peer->walk == walk)
		return;
	peer->walk = walk;
	list_add_tail(&peer->next, queue);
}

/**
 * bgt_cycle_closes() - would a socket wait for itself?
 * @peer: that is to wait, or waits
 * @mutex: for this one
 *
 * Context: process, bgt_mutex_lock held.
 */
bool bgt_cycle_closes(struct bgt_peer *peer, const struct bgt_mutex *mutex)
{
	struct bgt_peer *at;
	struct bgt_acquisition *acquisition;
	LIST_HEAD(queue);

	lockdep_assert_held(&bgt_mutex_lock);

	/* Nobody can wait for one that owns nothing. */
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
