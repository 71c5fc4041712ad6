// SPDX-License-Identifier: GPL-2.0
/*
 * Which container a cgroup is charged to. Each cgroup at or below a member has an entry in a hash
 * table, so that the switch probe finds its container in one step. A cgroup that is created later
 * gets its entry from a rescan in process context. Until then the switch probe does not notice that
 * the cgroup runs, but its CPU time is charged afterwards, as the kernel's counter of a new cgroup
 * begins at 0. If the cgroup is removed before the rescan, bgt_tree_released() charges its time.
 */
#include <linux/cgroup.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "base/observers.h"
#include "budget/container.h"
#include "budget/member.h"

#include "account.h"
#include "tree.h"

/* Protects changes of bgt_tree_table. Nests outside the locks of containers. */
static DEFINE_RAW_SPINLOCK(table_lock);

struct hlist_head bgt_tree_table[1 << BGT_TREE_BITS] __read_mostly;

/**
 * bgt_tree_owner() - find the container that a cgroup is charged to
 * @cgroup: any cgroup of the default hierarchy; need not have an entry yet
 *
 * Context: RCU read side.
 * Return: the container, or NULL.
 */
struct bgt_container *bgt_tree_owner(struct cgroup *cgroup)
{
	for (; cgroup; cgroup = cgroup_parent(cgroup)) {
		struct bgt_cgroup *entry = bgt_tree_find(cgroup);

		if (entry)
			return READ_ONCE(entry->container);
	}
	return NULL;
}

/* The container that @cgroup should be charged to: that of the innermost member at or above it. */
static struct bgt_container *rightful_owner(struct cgroup *cgroup)
{
	lockdep_assert_held(&bgt_registry_lock);

	for (; cgroup; cgroup = cgroup_parent(cgroup)) {
		struct bgt_cgroup *entry = bgt_tree_find(cgroup);

		if (entry && entry->member)
			return entry->member->container;
	}
	return NULL;
}

/* Begins to charge @entry to @container, from the present value of its counter or from 0. */
static void charge_to(struct bgt_cgroup *entry, struct bgt_container *container, bool from_zero)
{
	lockdep_assert_held(&table_lock);

	raw_spin_lock(&container->lock);
	entry->base = from_zero ? 0 : bgt_account_runtime(entry->cgroup);
	WRITE_ONCE(entry->container, container);
	/*
	 * If the flag is cleared later, bgt_tree_removed() finds this entry, as it takes
	 * table_lock.
	 */
	if (entry->cgroup->self.flags & CSS_ONLINE) {
		list_add(&entry->entry, &container->usage.cgroups);
	} else {
		list_add(&entry->entry, &container->usage.removed);
		bgt_account_collect_one(entry);
	}
	raw_spin_unlock(&container->lock);
}

/* Stops charging @entry. Its container keeps what it was charged. */
static void uncharge(struct bgt_cgroup *entry)
{
	struct bgt_container *container = entry->container;

	lockdep_assert_held(&table_lock);

	raw_spin_lock(&container->lock);
	bgt_account_collect_one(entry);
	list_del(&entry->entry);
	raw_spin_unlock(&container->lock);
}

static void publish(struct bgt_cgroup *entry)
{
	hash_add_rcu(bgt_tree_table, &entry->hash, (unsigned long)entry->cgroup);
}

static void forget(struct bgt_cgroup *entry)
{
	uncharge(entry);
	hash_del_rcu(&entry->hash);
	kfree_rcu(entry, rcu);
}

static struct cgroup *first_child(struct cgroup *cgroup)
{
	struct cgroup_subsys_state *css;

	css = list_first_or_null_rcu(&cgroup->self.children, struct cgroup_subsys_state, sibling);
	return css ? css->cgroup : NULL;
}

static struct cgroup *next_sibling(struct cgroup *cgroup)
{
	struct cgroup_subsys_state *css;

	css = list_next_or_null_rcu(&cgroup_parent(cgroup)->self.children, &cgroup->self.sibling,
				    struct cgroup_subsys_state, sibling);
	return css ? css->cgroup : NULL;
}

/* Returns the cgroup after @cgroup in a pre-order walk below @top, or NULL. RCU read side. */
static struct cgroup *next_descendant(struct cgroup *cgroup, struct cgroup *top)
{
	struct cgroup *next = first_child(cgroup);

	for (; !next && cgroup != top; cgroup = cgroup_parent(cgroup))
		next = next_sibling(cgroup);
	return next;
}

/*
 * Charges @cgroup to the container of the innermost member at or above it. A cgroup without an
 * entry gets one of @spares, or none if @spares is NULL. Returns false if @spares is empty.
 */
static bool update_owner(struct cgroup *cgroup, struct hlist_head *spares, bool from_zero)
{
	struct bgt_container *owner = rightful_owner(cgroup);
	struct bgt_cgroup *entry;
	unsigned long flags;
	bool done = true;

	raw_spin_lock_irqsave(&table_lock, flags);
	entry = bgt_tree_find(cgroup);
	if (entry && !owner) {
		forget(entry);
	} else if (entry && entry->container != owner) {
		uncharge(entry);
		charge_to(entry, owner, false);
	} else if (!entry && owner && spares && !(cgroup->self.flags & CSS_RELEASED)) {
		/* If the flag is set later, bgt_tree_released() finds this entry. */
		if (hlist_empty(spares)) {
			done = false;
		} else {
			entry = hlist_entry(spares->first, struct bgt_cgroup, hash);
			hlist_del(&entry->hash);
			entry->cgroup = cgroup;
			charge_to(entry, owner, from_zero);
			publish(entry);
		}
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	return done;
}

static int allocate_spares(struct hlist_head *spares, unsigned int count)
{
	while (count--) {
		struct bgt_cgroup *entry = kzalloc(sizeof(*entry), GFP_KERNEL);

		if (!entry)
			return -ENOMEM;
		hlist_add_head(&entry->hash, spares);
	}
	return 0;
}

static void free_spares(struct hlist_head *spares)
{
	struct bgt_cgroup *entry;
	struct hlist_node *next;

	hlist_for_each_entry_safe(entry, next, spares, hash)
		kfree(entry);
}

/* Charges all cgroups below @top to whom they belong. The caller has a reference to @top. */
static int update_owners_below(struct cgroup *top, bool from_zero)
{
	unsigned int spare_count = 4;
	HLIST_HEAD(spares);
	bool done;
	int err = 0;

	lockdep_assert_held(&bgt_registry_lock);

	do {
		struct cgroup *cgroup = top;

		done = true;
		rcu_read_lock();
		while (done && (cgroup = next_descendant(cgroup, top)))
			done = update_owner(cgroup, &spares, from_zero);
		rcu_read_unlock();
		if (!done) {
			err = allocate_spares(&spares, spare_count);
			spare_count *= 2;
		}
	} while (!done && !err);
	free_spares(&spares);
	return err;
}

/*
 * Charges what was used at or below @cgroup until now to its present owner, including the cgroups
 * that are so new that they have no entry yet.
 */
static int charge_until_now(struct cgroup *cgroup)
{
	struct bgt_container *owner;

	rcu_read_lock();
	owner = bgt_tree_owner(cgroup);
	rcu_read_unlock();
	/* The owner is not deleted, since bgt_registry_lock is held. */
	return owner && READ_ONCE(owner->housekeeping.rescan) ? bgt_tree_rescan(owner) : 0;
}

/**
 * bgt_tree_add() - charge a new member's cgroups to its container
 * @member: not yet in the container's list
 *
 * What these cgroups used before is not charged to it; it stays with the container of the member
 * above, if there is one.
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0, -EEXIST if the cgroup is a member already, -ENOMEM.
 */
int bgt_tree_add(struct bgt_member *member)
{
	struct bgt_cgroup *entry, *spare;
	unsigned long flags;
	int err;

	lockdep_assert_held(&bgt_registry_lock);

	err = charge_until_now(member->cgroup);
	if (err)
		return err;
	spare = kzalloc(sizeof(*spare), GFP_KERNEL);
	if (!spare)
		return -ENOMEM;

	rcu_read_lock();
	raw_spin_lock_irqsave(&table_lock, flags);
	entry = bgt_tree_find(member->cgroup);
	if (entry && entry->member) {
		err = -EEXIST;
	} else if (entry) {
		/* The cgroup lies below a member and becomes a member itself. */
		uncharge(entry);
		charge_to(entry, member->container, false);
		WRITE_ONCE(entry->member, member);
	} else {
		entry = spare;
		spare = NULL;
		entry->cgroup = member->cgroup;
		entry->member = member;
		charge_to(entry, member->container, false);
		publish(entry);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
	rcu_read_unlock();
	kfree(spare);
	if (err)
		return err;

	err = update_owners_below(member->cgroup, false);
	if (err)
		bgt_tree_remove(member);
	return err;
}

/**
 * bgt_tree_remove() - take a member's cgroups out of its container
 * @member: bgt_tree_add() was called for it
 *
 * The cgroups are charged to the container of the member above from now on, if there is one. If the
 * member's directory was removed, they stay with its container until they are released.
 *
 * Context: process, bgt_registry_lock held.
 */
void bgt_tree_remove(struct bgt_member *member)
{
	struct cgroup *cgroup = member->cgroup;
	struct bgt_container *owner;
	struct bgt_cgroup *entry;

	lockdep_assert_held(&bgt_registry_lock);

	/* What new cgroups below the member used until now is charged to its container. */
	if (READ_ONCE(member->container->housekeeping.rescan))
		update_owners_below(cgroup, true);

	rcu_read_lock();
	entry = bgt_tree_find(cgroup);
	if (entry && entry->member == member)
		WRITE_ONCE(entry->member, NULL);
	if (cgroup->self.flags & CSS_ONLINE) {
		do {
			update_owner(cgroup, NULL, false);
			cgroup = next_descendant(cgroup, member->cgroup);
		} while (cgroup);
		/* Cgroups may have no entry yet, as they are new or there was no memory. */
		owner = bgt_tree_owner(member->cgroup);
		if (owner) {
			WRITE_ONCE(owner->housekeeping.rescan, true);
			bgt_observers->need_housekeeping(owner);
		}
	}
	rcu_read_unlock();
}

/**
 * bgt_tree_retire() - remove all entries of a container
 * @container: has no members any more
 */
void bgt_tree_retire(struct bgt_container *container)
{
	struct bgt_cgroup *entry, *next;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	list_for_each_entry_safe(entry, next, &container->usage.cgroups, entry)
		forget(entry);
	list_for_each_entry_safe(entry, next, &container->usage.removed, entry)
		forget(entry);
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

/**
 * bgt_tree_rescan() - charge cgroups that were created below a container's members
 * @container: any
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0, or -ENOMEM if the caller must call this again later.
 */
int bgt_tree_rescan(struct bgt_container *container)
{
	struct bgt_member *member;
	int err = 0;

	lockdep_assert_held(&bgt_registry_lock);

	list_for_each_entry(member, &container->members.list, entry) {
		err = update_owners_below(member->cgroup, true);
		if (err)
			break;
	}
	return err;
}

/**
 * bgt_tree_removed() - a cgroup's directory was removed
 * @cgroup: any
 *
 * Context: probe, below cgroup_mutex, preemption disabled.
 */
void bgt_tree_removed(struct cgroup *cgroup)
{
	struct bgt_container *container;
	struct bgt_cgroup *entry;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	entry = bgt_tree_find(cgroup);
	if (entry) {
		container = entry->container;
		raw_spin_lock(&container->lock);
		list_move(&entry->entry, &container->usage.removed);
		bgt_account_collect_one(entry);
		raw_spin_unlock(&container->lock);
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}

/**
 * bgt_tree_released() - a cgroup is about to be freed
 * @cgroup: has no tasks any more
 *
 * Context: probe, below cgroup_mutex, preemption disabled.
 */
void bgt_tree_released(struct cgroup *cgroup)
{
	struct bgt_container *container;
	struct bgt_cgroup *entry;
	unsigned long flags;

	raw_spin_lock_irqsave(&table_lock, flags);
	entry = bgt_tree_find(cgroup);
	if (entry) {
		forget(entry);
	} else {
		/* The cgroup was removed before a rescan gave it an entry. */
		container = bgt_tree_owner(cgroup);
		if (container) {
			raw_spin_lock(&container->lock);
			container->usage.departed += bgt_account_runtime(cgroup);
			raw_spin_unlock(&container->lock);
		}
	}
	raw_spin_unlock_irqrestore(&table_lock, flags);
}
