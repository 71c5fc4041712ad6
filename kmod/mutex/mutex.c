// SPDX-License-Identifier: GPL-2.0
/*
 * Named mutexes, as apps of Windows know them: recursive, with a timeout, and passed on
 * as "abandoned" when the owner dies.
 *
 * The owner is a socket. A mutex exists while somebody owns it, or has abandoned it
 * and the next owner has to be told.
 */
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/genetlink.h>

#include "base/trace.h"
#include "budget/container.h"
#include "peer/peer.h"

#include "acquisition.h"
#include "cycle.h"
#include "mutex.h"

/* Of all that mutex.h and acquisition.h have. */
DEFINE_MUTEX(bgt_mutex_lock);

static struct rhashtable by_name;
static const struct rhashtable_params by_name_params = {
	.head_offset = offsetof(struct bgt_mutex, node),
	.key_offset = offsetof(struct bgt_mutex, name),
	.key_len = sizeof(struct bgt_mutex_name),
	.automatic_shrinking = true,
};

/* In the order of dumps. */
static DEFINE_XARRAY_ALLOC1(by_id);
static u32 next_id;

/* Mutexes */

static struct bgt_mutex *make_mutex(const struct bgt_mutex_name *name)
{
	struct bgt_mutex *mutex = kzalloc(sizeof(*mutex), GFP_KERNEL_ACCOUNT);

	if (!mutex)
		return NULL;
	mutex->name = *name;
	INIT_LIST_HEAD(&mutex->waiters);
	if (xa_alloc_cyclic(&by_id, &mutex->id, mutex, XA_LIMIT(1, INT_MAX), &next_id,
			    GFP_KERNEL_ACCOUNT) < 0)
		goto free;
	if (rhashtable_insert_fast(&by_name, &mutex->node, by_name_params))
		goto erase;
	/* The container outlives it, see bgt_mutex_container_gone(). */
	INIT_LIST_HEAD(&mutex->by_container);
	if (name->container)
		list_add_tail(&mutex->by_container, &name->container->mutexes);
	return mutex;

erase:
	xa_erase(&by_id, mutex->id);
free:
	kfree(mutex);
	return NULL;
}

static void free_mutex(struct bgt_mutex *mutex)
{
	list_del(&mutex->by_container);
	rhashtable_remove_fast(&by_name, &mutex->node, by_name_params);
	xa_erase(&by_id, mutex->id);
	kfree(mutex);
}

/**
 * bgt_mutex_find() - look up a mutex
 * @name: its name
 *
 * Context: process, bgt_mutex_lock held, as long as the result is used.
 */
struct bgt_mutex *bgt_mutex_find(const struct bgt_mutex_name *name)
{
	lockdep_assert_held(&bgt_mutex_lock);
	return rhashtable_lookup_fast(&by_name, name, by_name_params);
}

/**
 * bgt_mutex_next() - walk all mutexes
 * @id: where to begin; becomes the id of the result
 *
 * Context: process, bgt_mutex_lock held, as long as the result is used.
 * Return: the mutex with the smallest id from @id on, or NULL.
 */
struct bgt_mutex *bgt_mutex_next(unsigned long *id)
{
	lockdep_assert_held(&bgt_mutex_lock);
	return xa_find(&by_id, id, ULONG_MAX, XA_PRESENT);
}

/* Becoming the owner, a socket that waits for others, too, may have closed a cycle. */
static void break_cycles(struct bgt_peer *peer)
{
	struct bgt_acquisition *acquisition, *next;

	list_for_each_entry_safe(acquisition, next, &peer->waiting, by_peer) {
		if (bgt_cycle_closes(peer, acquisition->mutex))
			bgt_acquisition_refuse(acquisition, -EDEADLK,
					       "the owner has come to wait for this socket");
	}
}

/* The owner has released the mutex, or is gone. */
static void hand_over(struct bgt_mutex *mutex, bool abandoned)
{
	struct bgt_acquisition *owner = mutex->owner, *next;

	while ((next = list_first_entry_or_null(&mutex->waiters, struct bgt_acquisition, queue))) {
		bgt_acquisition_leave_queue(next);
		if (bgt_acquisition_send_grant(&next->answer, abandoned, 1))
			break;
		/* Its socket is full, and says so to whoever reads from it; or being closed. */
		bgt_acquisition_free(next);
	}
	bgt_acquisition_disown(owner);
	if (next) {
		bgt_acquisition_own(next, mutex);
		trace_mutex_acquired(next, abandoned);
		bgt_acquisition_free(owner);
		break_cycles(next->peer);
	} else if (!abandoned) {
		bgt_acquisition_free(owner);
		free_mutex(mutex);
	}
}

/* Nobody shares its name any more. */
static void dissolve(struct bgt_mutex *mutex, int err, const char *text)
{
	struct bgt_acquisition *acquisition, *next;

	list_for_each_entry_safe(acquisition, next, &mutex->waiters, queue)
		bgt_acquisition_refuse(acquisition, err, text);
	bgt_acquisition_disown(mutex->owner);
	bgt_acquisition_free(mutex->owner);
	free_mutex(mutex);
}

/*
 * Operations. Those that acquire return an enum bgt_mutex_result, or -errno, and then the answer is
 * still the caller's.
 */

static int acquire_again(struct bgt_acquisition *owner, struct bgt_answer *answer,
			 struct netlink_ext_ack *extack)
{
	bool told;

	if (owner->count == U32_MAX) {
		NL_SET_ERR_MSG(extack, "the mutex was acquired too often");
		return -EOVERFLOW;
	}
	told = bgt_acquisition_send_grant(answer, false, owner->count + 1);
	owner->count += told;
	return told ? BGT_MUTEX_TAKEN : BGT_MUTEX_UNTOLD;
}

/*
 * Takes a mutex that nobody owns: it does not exist and @mutex is NULL, or its owner is gone, whose
 * acquisition is still there. A socket that is full or closed cannot be told of a success, and must
 * then own nothing.
 */
static int take(const struct bgt_requester *requester, const struct bgt_mutex_name *name,
		struct bgt_mutex *mutex, struct bgt_answer *answer,
		struct netlink_ext_ack *extack)
{
	struct bgt_acquisition *before = mutex ? mutex->owner : NULL;
	struct bgt_acquisition *acquisition;

	acquisition = bgt_acquisition_make(requester, before, extack);
	if (IS_ERR(acquisition))
		return PTR_ERR(acquisition);
	if (!mutex)
		mutex = make_mutex(name);
	if (!mutex) {
		bgt_acquisition_free(acquisition);
		return -ENOMEM;
	}

	if (!bgt_acquisition_send_grant(answer, before, 1)) {
		bgt_acquisition_free(acquisition);
		if (!before)
			free_mutex(mutex);
		return BGT_MUTEX_UNTOLD;
	}
	bgt_acquisition_own(acquisition, mutex);
	trace_mutex_acquired(acquisition, before);
	if (before)
		bgt_acquisition_free(before);
	return BGT_MUTEX_TAKEN;
}

static bool is_waiting(const struct bgt_peer *peer, const struct bgt_mutex *mutex)
{
	const struct bgt_acquisition *acquisition;

	list_for_each_entry(acquisition, &peer->waiting, by_peer) {
		if (acquisition->mutex == mutex)
			return true;
	}
	return false;
}

static int wait(const struct bgt_requester *requester, struct bgt_mutex *mutex, const u32 *timeout,
		struct bgt_answer *answer, struct netlink_ext_ack *extack)
{
	struct bgt_acquisition *acquisition;

	if (timeout && !*timeout) {
		NL_SET_ERR_MSG(extack, "the mutex is taken");
		return -EBUSY;
	}
	if (is_waiting(requester->peer, mutex)) {
		NL_SET_ERR_MSG(extack, "this socket waits for the mutex already");
		return -EALREADY;
	}
	if (bgt_cycle_closes(requester->peer, mutex)) {
		NL_SET_ERR_MSG(extack, "the owner waits for this socket");
		return -EDEADLK;
	}
	acquisition = bgt_acquisition_make(requester, NULL, extack);
	if (IS_ERR(acquisition))
		return PTR_ERR(acquisition);
	bgt_acquisition_wait(acquisition, mutex, timeout, answer);
	trace_mutex_wait(acquisition, false);
	return BGT_MUTEX_AWAITED;
}

/**
 * bgt_mutex_acquire() - acquire a mutex, or wait for it
 * @requester: who
 * @name: what
 * @timeout: in ms; 0 tries, NULL is for ever
 * @answer: promised; is consumed unless the request is refused
 * @extack: told why the request is refused
 *
 * Context: process.
 * Return: an enum bgt_mutex_result; or -errno if the request is refused, see the netlink spec, and
 *	   then @answer is still the caller's.
 */
int bgt_mutex_acquire(const struct bgt_requester *requester, const struct bgt_mutex_name *name,
		      const u32 *timeout, struct bgt_answer *answer,
		      struct netlink_ext_ack *extack)
{
	struct bgt_mutex *mutex;
	int result;

	mutex_lock(&bgt_mutex_lock);
	mutex = bgt_mutex_find(name);
	if (name->container && READ_ONCE(name->container->dead)) {
		NL_SET_ERR_MSG(extack, "the container is gone");
		result = -ENOENT;
	} else if (!mutex || !mutex->owner->peer) {
		result = take(requester, name, mutex, answer, extack);
	} else if (mutex->owner->peer == requester->peer) {
		result = acquire_again(mutex->owner, answer, extack);
	} else {
		result = wait(requester, mutex, timeout, answer, extack);
	}
	mutex_unlock(&bgt_mutex_lock);
	return result;
}

/**
 * bgt_mutex_release() - release a mutex once
 * @peer: that should own it
 * @name: what
 * @count: result: how many releases are left to do
 * @extack: told why not
 *
 * Context: process.
 * Return: 0, -ENOENT if nobody owns it, -EPERM if somebody else does.
 */
int bgt_mutex_release(const struct bgt_peer *peer, const struct bgt_mutex_name *name,
		      u32 *count, struct netlink_ext_ack *extack)
{
	struct bgt_mutex *mutex;
	int err = 0;

	mutex_lock(&bgt_mutex_lock);
	mutex = bgt_mutex_find(name);
	if (!mutex || !mutex->owner->peer) {
		NL_SET_ERR_MSG(extack, "nobody owns this mutex");
		err = -ENOENT;
	} else if (mutex->owner->peer != peer) {
		NL_SET_ERR_MSG(extack, "another socket owns this mutex");
		err = -EPERM;
	} else {
		*count = --mutex->owner->count;
		trace_mutex_released(mutex->owner, false);
		if (!*count)
			hand_over(mutex, false);
	}
	mutex_unlock(&bgt_mutex_lock);
	return err;
}

/**
 * bgt_mutex_peer_gone() - a socket was closed
 * @peer: which; it has nothing any more afterwards
 *
 * Context: process.
 */
void bgt_mutex_peer_gone(struct bgt_peer *peer)
{
	struct bgt_acquisition *acquisition, *next;

	mutex_lock(&bgt_mutex_lock);
	/* First these, so that it is not handed what it gives up. */
	list_for_each_entry_safe(acquisition, next, &peer->waiting, by_peer) {
		bgt_acquisition_leave_queue(acquisition);
		bgt_acquisition_free(acquisition);
	}
	list_for_each_entry_safe(acquisition, next, &peer->owned, by_peer) {
		trace_mutex_released(acquisition, true);
		hand_over(acquisition->mutex, true);
	}
	mutex_unlock(&bgt_mutex_lock);
}

/**
 * bgt_mutex_container_gone() - the names of a container are shared by nobody any more
 * @container: is dead
 *
 * Context: process.
 */
void bgt_mutex_container_gone(struct bgt_container *container)
{
	struct bgt_mutex *mutex, *next;

	mutex_lock(&bgt_mutex_lock);
	list_for_each_entry_safe(mutex, next, &container->mutexes, by_container)
		dissolve(mutex, -ENOENT, "the container is gone");
	mutex_unlock(&bgt_mutex_lock);
}

int __init bgt_mutex_init(void)
{
	int err;

	/* The key is compared as bytes. */
	BUILD_BUG_ON(sizeof(struct bgt_mutex_name) !=
		     2 * sizeof(u32) + sizeof(void *) + BGTASK_NAME_MAX + 1);

	err = bgt_acquisition_init();
	if (err)
		return err;
	err = rhashtable_init(&by_name, &by_name_params);
	if (err)
		bgt_acquisition_exit();
	return err;
}

/**
 * bgt_mutex_exit() - forget all mutexes; those who wait are told
 *
 * Context: process; nobody can ask for one any more.
 */
void bgt_mutex_exit(void)
{
	struct bgt_mutex *mutex;
	unsigned long id;

	mutex_lock(&bgt_mutex_lock);
	xa_for_each(&by_id, id, mutex)
		dissolve(mutex, -EPROTONOSUPPORT, "the bgtask module is being unloaded");
	mutex_unlock(&bgt_mutex_lock);
	bgt_acquisition_exit();
	rhashtable_destroy(&by_name);
	xa_destroy(&by_id);
}
