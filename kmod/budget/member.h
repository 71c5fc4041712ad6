/* SPDX-License-Identifier: GPL-2.0 */
/* Members: the cgroups of a container. */
#ifndef _BGTASK_MEMBER_H
#define _BGTASK_MEMBER_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/types.h>

#include <uapi/linux/bgtask.h>

struct bgt_container;
struct bgt_foreign;
struct cgroup;
struct netlink_ext_ack;

/**
 * struct bgt_member - one cgroup of a container
 * @id: never 0
 * @role: what kind of processes or threads the cgroup is for
 * @container: the container, which lives longer than its members
 * @cgroup: the cgroup, with a reference
 * @freezer: the cgroup's cgroup.freeze, opened with the rights of the task that added the member
 * @killer: the cgroup's cgroup.kill, opened likewise
 * @entry: link in the container's list of members
 * @rcu: frees the member after a grace period, as the probes read members under RCU
 * @held: the member shall stand still, whatever the budget says
 * @frozen_by_us: the module wanted the member to stand still when it was last looked at
 * @foreign: what other writers of cgroup.freeze want
 * @frozen: all threads have stopped
 * @announced: the last value of @frozen that listeners were told
 * @gone: the cgroup's directory was removed
 * @counted: the member is counted in its container's @nr_members and @nr_frozen
 *
 * The container's lock protects @frozen, @gone and @counted; the lock of the container's members
 * protects @held and @frozen_by_us, and bgt_registry_lock @announced.
 */
struct bgt_member {
	u32 id;
	enum bgtask_role role;
	struct bgt_container *container;
	struct cgroup *cgroup;
	struct file *freezer;
	struct file *killer;
	struct list_head entry;
	struct rcu_head rcu;
	bool held;
	bool frozen_by_us;
	struct bgt_foreign *foreign;
	bool frozen;
	bool announced;
	bool gone;
	bool counted;
};

int bgt_member_add(struct bgt_container *container, int fd, enum bgtask_role role, bool held,
		   u32 *id, struct netlink_ext_ack *extack);
struct bgt_member *bgt_member_find(u32 id);
struct bgt_member *bgt_member_next(unsigned long *id);
int bgt_member_set_held(struct bgt_member *member, bool held);
void bgt_member_remove(struct bgt_member *member);
void bgt_member_rmdir(struct cgroup *cgroup);
void bgt_member_remove_gone(struct bgt_container *container);

#endif /* _BGTASK_MEMBER_H */
