// SPDX-License-Identifier: GPL-2.0
/*
 * Apps may acquire mutexes without being administrators. So that one cannot fill the
 * memory or make others slow, each mutex owned, abandoned or waited for is charged to
 * the user that created the socket and to the container of the task that asked.
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "container.h"
#include "limit.h"
#include "mutex.h"

static unsigned int user_mutexes = 16384;
module_param(user_mutexes, uint, 0644);
MODULE_PARM_DESC(user_mutexes, "Mutexes owned and waited for by one user (default 16384)");

static unsigned int container_mutexes = 1024;
module_param(container_mutexes, uint, 0644);
MODULE_PARM_DESC(container_mutexes,
		 "Mutexes owned and waited for in one container (default 1024)");

/**
 * struct bgt_user - what one user is charged for; exists while that is anything
 * @hash: chain by @uid, protected by bgt_mutex_lock
 * @uid: the user
 * @count: claims; bgt_mutex_lock
 */
struct bgt_user {
	struct hlist_node hash;
	kuid_t uid;
	unsigned int count;
};

static DEFINE_HASHTABLE(users, 8);

static struct bgt_user *get_user_of(kuid_t uid)
{
	struct bgt_user *user;

	hash_for_each_possible(users, user, hash, __kuid_val(uid)) {
		if (uid_eq(user->uid, uid))
			return user;
	}
	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (user) {
		user->uid = uid;
		hash_add(users, &user->hash, __kuid_val(uid));
	}
	return user;
}

static void put_user_if_idle(struct bgt_user *user)
{
	if (user->count)
		return;
	hash_del(&user->hash);
	kfree(user);
}

/**
 * bgt_limit_charge() - let somebody pay for a claim
 * @charge: result
 * @uid: the user
 * @container: NULL if there is none
 * @replaced: what this takes the place of, and will be uncharged; or NULL
 * @extack: told why not
 *
 * Context: process, bgt_mutex_lock held.
 * Return: 0, -EDQUOT or -ENOMEM.
 */
int bgt_limit_charge(struct bgt_charge *charge, kuid_t uid, struct bgt_container *container,
		     const struct bgt_charge *replaced, struct netlink_ext_ack *extack)
{
	struct bgt_user *user;
	bool spare;

	lockdep_assert_held(&bgt_mutex_lock);

	spare = replaced && replaced->container == container;
	if (container && container->nr_claims - spare >= READ_ONCE(container_mutexes)) {
		NL_SET_ERR_MSG(extack, "the container has too many mutexes and waiters");
		return -EDQUOT;
	}
	user = get_user_of(uid);
	if (!user)
		return -ENOMEM;
	spare = replaced && replaced->user == user;
	if (user->count - spare >= READ_ONCE(user_mutexes)) {
		put_user_if_idle(user);
		NL_SET_ERR_MSG(extack, "the user has too many mutexes and waiters");
		return -EDQUOT;
	}

	user->count++;
	charge->user = user;
	charge->container = container;
	if (container) {
		container->nr_claims++;
		kref_get(&container->refs);
	}
	return 0;
}

/**
 * bgt_limit_uncharge() - it is no longer used
 * @charge: from bgt_limit_charge()
 *
 * Context: process, bgt_mutex_lock held.
 */
void bgt_limit_uncharge(struct bgt_charge *charge)
{
	lockdep_assert_held(&bgt_mutex_lock);

	charge->user->count--;
	put_user_if_idle(charge->user);
	if (charge->container) {
		charge->container->nr_claims--;
		bgt_container_put(charge->container);
	}
}
