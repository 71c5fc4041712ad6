// SPDX-License-Identifier: GPL-2.0
/*
 * Named mutexes, as apps of Windows know them: they are recursive, can be waited for with a
 * timeout, and go to the next waiter as "abandoned" when the owner dies.
 *
 * The owner is a socket. A mutex exists while a socket owns it, and after its owner has died until
 * another socket acquires it and is told so.
 */
#include <linux/netlink.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include <net/genetlink.h>

#include "base/trace.h"
#include "budget/container.h"
#include "peer/peer.h"

#include "acquisition.h"
#include "cycle.h"
#include "mutex.h"

/* See mutex.h for what this protects. */
DEFINE_MUTEX(bgt_mutex_lock);

static struct rhashtable by_name;
static const struct rhashtable_params by_name_params = {
	.head_offset = offsetof(struct bgt_mutex, node),
	.key_offset = offsetof(struct bgt_mutex, name),
	.key_len = sizeof(struct bgt_mutex_name),
	.automatic_shrinking = true,
};

/* All mutexes, in the order in which they are dumped. */
static DEFINE_XARRAY_ALLOC1(by_id);
static u32 next_id;

/* Those that nobody owns, the one that was abandoned first at the head. */
static LIST_HEAD(abandoned_mutexes);

/* Mutexes */

/* Lets a mutex be found. What the tables take under the lock is not charged to a caller. */
static int insert_mutex(struct bgt_mutex *mutex, const struct bgt_mutex_name *name)
{
	mutex->name = *name;
	INIT_LIST_HEAD(&mutex->waiters);
	INIT_LIST_HEAD(&mutex->by_container);
	INIT_LIST_HEAD(&mutex->by_age);
	if (xa_alloc_cyclic(&by_id, &mutex->id, mutex, XA_LIMIT(1, INT_MAX), &next_id,
			    GFP_KERNEL) < 0)
		return -ENOMEM;
	if (rhashtable_insert_fast(&by_name, &mutex->node, by_name_params)) {
		xa_erase(&by_id, mutex->id);
		return -ENOMEM;
	}
	/* The container outlives the mutex, see bgt_mutex_container_gone(). */
	if (name->container)
		list_add_tail(&mutex->by_container, &name->container->mutexes);
	return 0;
}

static void free_mutex(struct bgt_mutex *mutex)
{
	list_del(&mutex->by_container);
	list_del(&mutex->by_age);
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
 * @id: the first id to look at; becomes the id of the result
 *
 * Context: process, bgt_mutex_lock held, as long as the result is used.
 * Return: the mutex with the smallest id from @id on, or NULL.
 */
struct bgt_mutex *bgt_mutex_next(unsigned long *id)
{
	lockdep_assert_held(&bgt_mutex_lock);
	return xa_find(&by_id, id, ULONG_MAX, XA_PRESENT);
}

/* When a socket that waits for other mutexes becomes an owner, this can close a cycle. */
static void break_cycles(struct bgt_peer *peer)
{
	struct bgt_acquisition *acquisition, *next;

	if (list_empty(&peer->waiting))
		return;
	bgt_cycle_find_waiters(peer);
	list_for_each_entry_safe(acquisition, next, &peer->waiting, by_peer) {
		if (bgt_cycle_was_found(acquisition->mutex->owner->peer))
			bgt_acquisition_refuse(acquisition, -EDEADLK,
					       "the owner has come to wait for this socket");
	}
}

/* Passes on a mutex that its owner has released or, if @abandoned, whose owner is gone. */
static void hand_over(struct bgt_mutex *mutex, bool abandoned)
{
	struct bgt_acquisition *owner = mutex->owner, *next;

	while ((next = list_first_entry_or_null(&mutex->waiters, struct bgt_acquisition, queue))) {
		bgt_acquisition_leave_queue(next);
		if (bgt_acquisition_send_grant(&next->answer, abandoned, 1))
			break;
		/* The waiter's socket is being closed, or is full and will report ENOBUFS. */
		bgt_acquisition_free(next);
	}
	bgt_acquisition_disown(owner);
	if (next) {
		bgt_acquisition_own(next, mutex);
		trace_mutex_acquired(next, abandoned);
		bgt_acquisition_free(owner);
		break_cycles(next->peer);
	} else if (abandoned) {
		list_add_tail(&mutex->by_age, &abandoned_mutexes);
	} else {
		bgt_acquisition_free(owner);
		free_mutex(mutex);
	}
}

/*
 * Forgets the mutex that was abandoned first, of those that the same user or container is charged
 * for, so that abandoned ones do not keep the living from what they need. Returns false if there is
 * none but @wanted.
 */
static bool forget_abandoned(const struct bgt_requester *requester, const struct bgt_mutex *wanted)
{
	struct bgt_mutex *mutex;

	list_for_each_entry(mutex, &abandoned_mutexes, by_age) {
		if (mutex == wanted || !bgt_limit_is_shared(&mutex->owner->charge, requester->uid,
							    requester->container))
			continue;
		bgt_acquisition_free(mutex->owner);
		free_mutex(mutex);
		return true;
	}
	return false;
}

/* Charges the requester for an acquisition, in place of what it has abandoned if need be. */
static int charge(struct bgt_acquisition *acquisition, const struct bgt_requester *requester,
		  const struct bgt_mutex *mutex, const struct bgt_acquisition *before,
		  struct netlink_ext_ack *extack)
{
	int err;

	do
		err = bgt_acquisition_charge(acquisition, requester, before, extack);
	while (err == -EDQUOT && forget_abandoned(requester, mutex));
	return err;
}

/* Removes a mutex with its owner and its waiters, as nobody can use its name any more. */
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

/**
 * struct parts - what acquiring a mutex takes, allocated without the lock
 * @acquisition: the acquisition; NULL if there is none yet, or when it is used
 * @mutex: the mutex, in case there is none of the name; likewise
 * @needs_mutex: there was none when the lock was held last
 */
struct parts {
	struct bgt_acquisition *acquisition;
	struct bgt_mutex *mutex;
	bool needs_mutex;
};

static int allocate(struct parts *parts, struct bgt_peer *peer)
{
	if (!parts->acquisition)
		parts->acquisition = bgt_acquisition_make(peer);
	if (parts->needs_mutex && !parts->mutex)
		parts->mutex = kzalloc(sizeof(*parts->mutex), GFP_KERNEL_ACCOUNT);
	if (!parts->acquisition || (parts->needs_mutex && !parts->mutex))
		return -ENOMEM;
	return 0;
}

/* Whether all is there that is needed to take a mutex, or wait for it. */
static bool is_complete(struct parts *parts, const struct bgt_mutex *mutex)
{
	parts->needs_mutex = !mutex;
	return parts->acquisition && (mutex || parts->mutex);
}

/*
 * Takes a mutex that nobody owns: it does not exist and @mutex is NULL, or its owner is gone, whose
 * acquisition is still there. A socket that is full or closed cannot be told of a success, and must
 * then own nothing.
 */
static int take(const struct bgt_requester *requester, const struct bgt_mutex_name *name,
		struct bgt_mutex *mutex, struct parts *parts, struct bgt_answer *answer,
		struct netlink_ext_ack *extack)
{
	struct bgt_acquisition *before = mutex ? mutex->owner : NULL;
	struct bgt_acquisition *acquisition = parts->acquisition;
	int err;

	if (!is_complete(parts, mutex))
		return -EAGAIN;
	err = charge(acquisition, requester, mutex, before, extack);
	if (err)
		return err;
	parts->acquisition = NULL;
	if (!mutex) {
		err = insert_mutex(parts->mutex, name);
		if (err) {
			bgt_acquisition_free(acquisition);
			return err;
		}
		mutex = parts->mutex;
		parts->mutex = NULL;
	}

	if (!bgt_acquisition_send_grant(answer, before, 1)) {
		bgt_acquisition_free(acquisition);
		if (!before)
			free_mutex(mutex);
		return BGT_MUTEX_UNTOLD;
	}
	list_del_init(&mutex->by_age);
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

static int wait(const struct bgt_requester *requester, struct bgt_mutex *mutex,
		struct parts *parts, const u32 *timeout, struct bgt_answer *answer,
		struct netlink_ext_ack *extack)
{
	struct bgt_acquisition *acquisition = parts->acquisition;
	int err;

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
	if (!is_complete(parts, mutex))
		return -EAGAIN;
	err = charge(acquisition, requester, mutex, NULL, extack);
	if (err)
		return err;
	parts->acquisition = NULL;
	bgt_acquisition_wait(acquisition, mutex, timeout, answer);
	trace_mutex_wait(acquisition, false);
	return BGT_MUTEX_AWAITED;
}

/* Returns -EAGAIN if something has to be allocated first; then nothing has changed. */
static int acquire(const struct bgt_requester *requester, const struct bgt_mutex_name *name,
		   struct parts *parts, const u32 *timeout, struct bgt_answer *answer,
		   struct netlink_ext_ack *extack)
{
	struct bgt_mutex *mutex = bgt_mutex_find(name);

	if (name->container && READ_ONCE(name->container->dead)) {
		NL_SET_ERR_MSG(extack, "the container is gone");
		return -ENOENT;
	}
	if (!mutex || !mutex->owner->peer)
		return take(requester, name, mutex, parts, answer, extack);
	if (mutex->owner->peer == requester->peer)
		return acquire_again(mutex->owner, answer, extack);
	return wait(requester, mutex, parts, timeout, answer, extack);
}

/**
 * bgt_mutex_acquire() - acquire a mutex, or wait for it
 * @requester: who asks for the mutex
 * @name: name of the mutex
 * @timeout: in ms; 0 to try without waiting, NULL to wait for ever
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
	struct parts parts = { };
	int result;

	do {
		mutex_lock(&bgt_mutex_lock);
		result = acquire(requester, name, &parts, timeout, answer, extack);
		mutex_unlock(&bgt_mutex_lock);
	} while (result == -EAGAIN && !(result = allocate(&parts, requester->peer)));
	bgt_acquisition_discard(parts.acquisition);
	kfree(parts.mutex);
	return result;
}

/**
 * bgt_mutex_release() - release a mutex once
 * @peer: peer of the socket that releases the mutex; refused if it is not the owner
 * @name: name of the mutex
 * @count: result: how often the socket still has to release the mutex
 * @extack: gets the reason of a failure
 *
 * Context: process.
 * Return: 0, -ENOENT if nobody owns the mutex, -EPERM if another socket owns it.
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

/*
 * Ends one acquisition of a socket that was closed. Returns false if there is none. Those that wait
 * come first; a mutex that the socket is handed meanwhile passes on at once, as the socket cannot
 * be told of it.
 */
static bool end_one(struct bgt_peer *peer)
{
	struct bgt_acquisition *acquisition;

	lockdep_assert_held(&bgt_mutex_lock);

	acquisition = list_first_entry_or_null(&peer->waiting, struct bgt_acquisition, by_peer);
	if (acquisition) {
		bgt_acquisition_leave_queue(acquisition);
		bgt_acquisition_free(acquisition);
		return true;
	}
	acquisition = list_first_entry_or_null(&peer->owned, struct bgt_acquisition, by_peer);
	if (!acquisition)
		return false;
	trace_mutex_released(acquisition, true);
	hand_over(acquisition->mutex, true);
	return true;
}

/**
 * bgt_mutex_peer_gone() - abandon all mutexes of a socket that was closed, and end its waiting
 * @peer: peer of the socket
 *
 * A socket may have very many, so others get the lock in between.
 *
 * Context: process.
 */
void bgt_mutex_peer_gone(struct bgt_peer *peer)
{
	bool more;

	do {
		mutex_lock(&bgt_mutex_lock);
		more = end_one(peer);
		mutex_unlock(&bgt_mutex_lock);
		cond_resched();
	} while (more);
}

/**
 * bgt_mutex_container_gone() - remove the mutexes whose names are of a container's scope
 * @container: is being deleted
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

	/* The table compares names as bytes, so they must have no padding. */
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
 * bgt_mutex_exit() - remove all mutexes, and tell those who wait for them
 *
 * Context: process; the netlink family is unregistered, so nobody can acquire one any more.
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
