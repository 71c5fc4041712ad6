/* SPDX-License-Identifier: GPL-2.0 */
/* Tree: which container each cgroup at or below a member is charged to. */
#ifndef _BGTASK_TREE_H
#define _BGTASK_TREE_H

#include <linux/hashtable.h>
#include <linux/types.h>

struct bgt_container;
struct bgt_member;
struct cgroup;

/* Large enough for short chains with 10,000 containers. */
#define BGT_TREE_BITS 14

/**
 * struct bgt_cgroup - a cgroup at or below a member
 * @hash: link in bgt_tree_table, by @cgroup
 * @cgroup: the cgroup, without a reference: the entry is removed when the cgroup is released, which
 *	is before its memory can be used again
 * @container: the container that is charged: that of the innermost member at or above the cgroup
 * @member: the member that the cgroup is, or NULL if it is below a member
 * @entry: link in the container's @cgroups or @removed
 * @base: the kernel's counter when the charging began, or when what was charged until then was
 *	added to the container's @departed
 * @rcu: frees the entry after a grace period, as the probes read entries under RCU
 */
struct bgt_cgroup {
	struct hlist_node hash;
	struct cgroup *cgroup;
	struct bgt_container *container;
	struct bgt_member *member;
	struct list_head entry;
	u64 base;
	struct rcu_head rcu;
};

/*
 * All entries. Read under RCU: the probes of tracepoints run with preemption disabled, which makes
 * them RCU readers.
 */
extern struct hlist_head bgt_tree_table[1 << BGT_TREE_BITS];

/**
 * bgt_tree_find() - look up the entry of a cgroup
 * @cgroup: any cgroup of the default hierarchy
 *
 * This runs at every context switch.
 *
 * Context: RCU read side.
 * Return: its entry, or NULL if no container is charged for it.
 */
static inline struct bgt_cgroup *bgt_tree_find(const struct cgroup *cgroup)
{
	struct bgt_cgroup *entry;

	hash_for_each_possible_rcu_notrace(bgt_tree_table, entry, hash, (unsigned long)cgroup) {
		if (entry->cgroup == cgroup)
			return entry;
	}
	return NULL;
}

int bgt_tree_add(struct bgt_member *member);
void bgt_tree_remove(struct bgt_member *member);
int bgt_tree_rescan(struct bgt_container *container);
void bgt_tree_retire(struct bgt_container *container);

struct bgt_container *bgt_tree_owner(struct cgroup *cgroup);
void bgt_tree_removed(struct cgroup *cgroup);
void bgt_tree_released(struct cgroup *cgroup);

#endif /* _BGTASK_TREE_H */
