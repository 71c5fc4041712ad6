// SPDX-License-Identifier: GPL-2.0
/*
 * Limits what an app can use up, as apps may acquire mutexes and call the helper without being
 * administrators: no app shall be able to fill the memory or to make others slow. Three things are
 * charged, to the user who created the socket and to the container of the task that has sent the
 * request: each mutex that is owned, abandoned or waited for, each call that the helper has not
 * answered, and each socket that has sent such a request.
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "budget/container.h"

#include "limit.h"

static unsigned int user_mutexes = 16384;
module_param(user_mutexes, uint, 0644);
MODULE_PARM_DESC(user_mutexes, "Mutexes owned and waited for by one user (default 16384)");

static unsigned int container_mutexes = 1024;
module_param(container_mutexes, uint, 0644);
MODULE_PARM_DESC(container_mutexes,
		 "Mutexes owned and waited for in one container (default 1024)");

static unsigned int user_calls = 256;
module_param(user_calls, uint, 0644);
MODULE_PARM_DESC(user_calls, "Calls of one user that wait for the helper (default 256)");

static unsigned int container_calls = 64;
module_param(container_calls, uint, 0644);
MODULE_PARM_DESC(container_calls, "Calls from one container that wait for the helper (default 64)");

static unsigned int user_sockets = 16384;
module_param(user_sockets, uint, 0644);
MODULE_PARM_DESC(user_sockets,
		 "Sockets of one user that have asked for mutexes or called (default 16384)");

static unsigned int container_sockets = 1024;
module_param(container_sockets, uint, 0644);
MODULE_PARM_DESC(container_sockets,
		 "Sockets that have asked for mutexes or called in one container (default 1024)");

static const struct {
	const unsigned int *user;
	const unsigned int *container;
} limits[BGT_RESOURCES] = {
	[BGT_MUTEXES] = { &user_mutexes, &container_mutexes },
	[BGT_CALLS] = { &user_calls, &container_calls },
	[BGT_PEERS] = { &user_sockets, &container_sockets },
};

static void explain(enum bgt_resource resource, bool user, struct netlink_ext_ack *extack)
{
	if (resource == BGT_CALLS && user)
		NL_SET_ERR_MSG(extack, "the user has too many calls that wait for the helper");
	else if (resource == BGT_CALLS)
		NL_SET_ERR_MSG(extack, "the container has too many calls that wait for the helper");
	else if (resource == BGT_PEERS && user)
		NL_SET_ERR_MSG(extack, "the user has too many sockets that use this module");
	else if (resource == BGT_PEERS)
		NL_SET_ERR_MSG(extack, "the container has too many sockets that use this module");
	else if (user)
		NL_SET_ERR_MSG(extack, "the user has too many mutexes and waiters");
	else
		NL_SET_ERR_MSG(extack, "the container has too many mutexes and waiters");
}

/**
 * struct bgt_user - what one user is charged for; freed when that is nothing any more
 * @hash: link in the table of users, by @uid; protected by charges_lock
 * @uid: the user
 * @charges: how much of each resource; protected by charges_lock
 */
struct bgt_user {
	struct hlist_node hash;
	kuid_t uid;
	unsigned int charges[BGT_RESOURCES];
};

static DEFINE_HASHTABLE(users, 8);
/* Protects the table of users, and the charges of users and containers. No lock nests inside. */
static DEFINE_MUTEX(charges_lock);

static struct bgt_user *lookup_user(kuid_t uid)
{
	struct bgt_user *user;

	lockdep_assert_held(&charges_lock);

	hash_for_each_possible(users, user, hash, __kuid_val(uid)) {
		if (uid_eq(user->uid, uid))
			return user;
	}
	return NULL;
}

/*
 * Takes the lock, and finds or makes a user. Whoever pays for the memory may have to wait for it,
 * so it is allocated without the lock. Returns NULL, and does not take the lock, if there is none.
 */
static struct bgt_user *lock_user_of(kuid_t uid)
{
	struct bgt_user *user, *made;

	mutex_lock(&charges_lock);
	user = lookup_user(uid);
	if (user)
		return user;
	mutex_unlock(&charges_lock);

	made = kzalloc(sizeof(*made), GFP_KERNEL_ACCOUNT);
	if (!made)
		return NULL;
	made->uid = uid;
	mutex_lock(&charges_lock);
	user = lookup_user(uid);
	if (user) {
		kfree(made);
		return user;
	}
	hash_add(users, &made->hash, __kuid_val(uid));
	return made;
}

static void put_user_if_idle(struct bgt_user *user)
{
	if (memchr_inv(user->charges, 0, sizeof(user->charges)))
		return;
	hash_del(&user->hash);
	kfree(user);
}

static int try_charge(struct bgt_charge *charge, const struct bgt_charge *replaced,
		      struct netlink_ext_ack *extack)
{
	struct bgt_container *container = charge->container;
	unsigned int *of_user = &charge->user->charges[charge->resource];
	bool spare;

	spare = replaced && replaced->container == container;
	if (container && container->charges[charge->resource] - spare >=
			 READ_ONCE(*limits[charge->resource].container)) {
		explain(charge->resource, false, extack);
		return -EDQUOT;
	}
	spare = replaced && replaced->user == charge->user;
	if (*of_user - spare >= READ_ONCE(*limits[charge->resource].user)) {
		explain(charge->resource, true, extack);
		return -EDQUOT;
	}
	++*of_user;
	if (container) {
		container->charges[charge->resource]++;
		kref_get(&container->refs);
	}
	return 0;
}

/**
 * bgt_limit_charge() - charge a user and a container for one more of a resource
 * @charge: result
 * @resource: the resource
 * @uid: the user
 * @container: the container, or NULL
 * @replaced: an older charge that the caller will undo, and so does not count; or NULL
 * @extack: gets the reason of a failure
 *
 * Context: process.
 * Return: 0, -EDQUOT or -ENOMEM.
 */
int bgt_limit_charge(struct bgt_charge *charge, enum bgt_resource resource, kuid_t uid,
		     struct bgt_container *container, const struct bgt_charge *replaced,
		     struct netlink_ext_ack *extack)
{
	int err;

	charge->resource = resource;
	charge->container = container;
	charge->user = lock_user_of(uid);
	if (!charge->user)
		return -ENOMEM;
	err = try_charge(charge, replaced, extack);
	if (err)
		put_user_if_idle(charge->user);
	mutex_unlock(&charges_lock);
	return err;
}

/**
 * bgt_limit_is_shared() - is somebody else charged for a resource who has the same limits?
 * @charge: from bgt_limit_charge()
 * @uid: the user
 * @container: the container, or NULL
 */
bool bgt_limit_is_shared(const struct bgt_charge *charge, kuid_t uid,
			 const struct bgt_container *container)
{
	return uid_eq(charge->user->uid, uid) || (container && charge->container == container);
}

/**
 * bgt_limit_uncharge() - undo a charge
 * @charge: from bgt_limit_charge()
 *
 * Context: process.
 */
void bgt_limit_uncharge(struct bgt_charge *charge)
{
	struct bgt_container *container = charge->container;

	mutex_lock(&charges_lock);
	charge->user->charges[charge->resource]--;
	put_user_if_idle(charge->user);
	if (container)
		container->charges[charge->resource]--;
	mutex_unlock(&charges_lock);
	if (container)
		bgt_container_put(container);
}
