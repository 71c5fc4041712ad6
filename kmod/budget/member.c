// SPDX-License-Identifier: GPL-2.0
/*
 * Adds cgroups to containers and removes them. The caller hands over a descriptor of the cgroup's
 * directory. The ordinary permissions of the files in the directory decide whether the caller may
 * freeze and kill: the module opens these files once, with the caller's rights.
 */
#include <linux/cgroup.h>
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "base/observers.h"
#include "base/trace.h"
#include "charge/tree.h"

#include "container.h"
#include "foreign.h"
#include "freezer.h"
#include "member.h"
#include "quota.h"

/* All members by id; changed and read under bgt_registry_lock. */
static DEFINE_XARRAY_ALLOC1(members);
static u32 next_id;

static int check_directory(const struct file *directory, struct netlink_ext_ack *extack)
{
	unsigned long magic = file_inode(directory)->i_sb->s_magic;

	if (!S_ISDIR(file_inode(directory)->i_mode)) {
		NL_SET_ERR_MSG(extack, "descriptor is not of a directory");
		return -ENOTDIR;
	}
	if (magic == CGROUP_SUPER_MAGIC) {
		NL_SET_ERR_MSG(extack, "descriptor is of a version 1 cgroup, which has no freezer");
		return -EOPNOTSUPP;
	}
	if (magic != CGROUP2_SUPER_MAGIC) {
		NL_SET_ERR_MSG(extack, "descriptor is not of a cgroup");
		return -EBADF;
	}
	return 0;
}

static int get_cgroup(struct bgt_member *member, int fd, const struct file *directory,
		      struct netlink_ext_ack *extack)
{
	struct cgroup *cgroup = cgroup_get_from_fd(fd);

	if (IS_ERR(cgroup)) {
		NL_SET_ERR_MSG(extack, "cgroup is being removed");
		return PTR_ERR(cgroup);
	}
	member->cgroup = cgroup;

	/* Another thread may have replaced the descriptor since its directory was looked at. */
	if (kernfs_ino(cgroup->kn) != file_inode(directory)->i_ino) {
		NL_SET_ERR_MSG(extack, "descriptor was replaced meanwhile");
		return -EBADF;
	}
	if (!cgroup_parent(cgroup)) {
		NL_SET_ERR_MSG(extack, "the root cgroup cannot be frozen");
		return -EINVAL;
	}
	return 0;
}

static int open_files(struct bgt_member *member, const struct file *directory,
		      struct netlink_ext_ack *extack)
{
	struct file *file;
	int err;

	file = file_open_root(&directory->f_path, "cgroup.freeze", O_WRONLY, 0);
	if (IS_ERR(file)) {
		NL_SET_ERR_MSG(extack, "cannot open cgroup.freeze for writing");
		return PTR_ERR(file);
	}
	member->freezer = file;

	file = file_open_root(&directory->f_path, "cgroup.kill", O_WRONLY, 0);
	if (IS_ERR(file)) {
		NL_SET_ERR_MSG(extack, "cannot open cgroup.kill for writing");
		return PTR_ERR(file);
	}
	member->killer = file;

	err = bgt_freezer_check(member);
	if (err)
		NL_SET_ERR_MSG(extack, "cannot write cgroup.freeze and cgroup.kill");
	return err;
}

static void free_member(struct bgt_member *member)
{
	bgt_foreign_unwatch(member);
	if (member->killer)
		fput(member->killer);
	if (member->freezer)
		fput(member->freezer);
	if (member->cgroup)
		cgroup_put(member->cgroup);
	kfree_rcu(member, rcu);
}

/*
 * Counts a new member, which may be frozen already. The freezer's probe finds the member since it
 * is in the tree, but ignores it until it is counted.
 */
static void count_member(struct bgt_member *member)
{
	struct bgt_container *container = member->container;

	raw_spin_lock_irq(&container->lock);
	member->counted = true;
	container->nr_members++;
	/* From here on the probe keeps @frozen up to date. */
	member->frozen = test_bit(CGRP_FROZEN, &member->cgroup->flags);
	container->nr_frozen += member->frozen;
	member->announced = member->frozen;
	bgt_quota_update(container);
	raw_spin_unlock_irq(&container->lock);
}

static void uncount_member(struct bgt_member *member)
{
	struct bgt_container *container = member->container;

	raw_spin_lock_irq(&container->lock);
	member->counted = false;
	container->nr_members--;
	container->nr_frozen -= member->frozen;
	/* When the last member leaves, no freeze has stopped it: its removal thaws it. */
	if (container->nr_members && bgt_container_has_stopped(container))
		bgt_quota_stopped(container);
	raw_spin_unlock_irq(&container->lock);
}

/* Has the housekeeping remove a member, since bgt_registry_lock cannot be taken here. */
static void mark_gone(struct bgt_member *member)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&member->container->lock, flags);
	member->gone = true;
	raw_spin_unlock_irqrestore(&member->container->lock, flags);
	bgt_container_schedule(member->container);
}

/**
 * bgt_member_add() - make a cgroup a member
 * @container: the container
 * @fd: descriptor of the cgroup's directory, in the calling task
 * @role: the member's role
 * @held: whether the member shall stand still, whatever the budget says
 * @id: result: id of the member
 * @extack: gets the reason of a failure
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0 or -errno, see the netlink spec.
 */
int bgt_member_add(struct bgt_container *container, int fd, enum bgtask_role role, bool held,
		   u32 *id, struct netlink_ext_ack *extack)
{
	struct bgt_member *member;
	struct file *directory;
	int err;

	lockdep_assert_held(&bgt_registry_lock);

	directory = fget_raw(fd);
	if (!directory) {
		NL_SET_ERR_MSG(extack, "no such descriptor");
		return -EBADF;
	}
	err = check_directory(directory, extack);
	if (err)
		goto put_directory;

	member = kzalloc(sizeof(*member), GFP_KERNEL_ACCOUNT);
	if (!member) {
		err = -ENOMEM;
		goto put_directory;
	}
	member->container = container;
	member->role = role;
	member->held = held;
	err = get_cgroup(member, fd, directory, extack);
	if (err)
		goto put_member;
	err = open_files(member, directory, extack);
	if (err)
		goto put_member;
	err = bgt_foreign_watch(member);
	if (err)
		goto put_member;

	err = xa_alloc_cyclic(&members, &member->id, member, XA_LIMIT(1, INT_MAX), &next_id,
			      GFP_KERNEL_ACCOUNT);
	if (err < 0)
		goto put_member;
	err = bgt_tree_add(member);
	if (err) {
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack, "cgroup belongs to a container already");
		goto erase;
	}

	rt_mutex_lock(&container->members.lock);
	list_add_tail(&member->entry, &container->members.list);
	rt_mutex_unlock(&container->members.lock);
	count_member(member);
	/*
	 * The directory may have been removed meanwhile: either the probe of cgroup_rmdir sees the
	 * member, or this sees that the cgroup is offline.
	 */
	smp_mb();
	if (!(READ_ONCE(member->cgroup->self.flags) & CSS_ONLINE))
		mark_gone(member);
	trace_member_added(member);
	(void)bgt_freezer_apply(container);
	bgt_observers->member_event(member, BGTASK_CMD_MEMBER_ADD_NTF);
	*id = member->id;
	fput(directory);
	return 0;

erase:
	xa_erase(&members, member->id);
put_member:
	free_member(member);
put_directory:
	fput(directory);
	return err;
}

/**
 * bgt_member_find() - look up a member
 * @id: its id
 *
 * Context: process, bgt_registry_lock held, as long as the result is used.
 */
struct bgt_member *bgt_member_find(u32 id)
{
	lockdep_assert_held(&bgt_registry_lock);
	return xa_load(&members, id);
}

/**
 * bgt_member_next() - walk all members
 * @id: the first id to look at; becomes the id of the result
 *
 * Context: process, bgt_registry_lock held, as long as the result is used.
 * Return: the member with the smallest id from @id on, or NULL.
 */
struct bgt_member *bgt_member_next(unsigned long *id)
{
	lockdep_assert_held(&bgt_registry_lock);
	return xa_find(&members, id, ULONG_MAX, XA_PRESENT);
}

/**
 * bgt_member_set_held() - hold a member, or let it go
 * @member: any
 * @held: whether the member shall stand still, whatever the budget says
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0, or -errno if nothing has changed, since cgroup.freeze cannot be written now.
 */
int bgt_member_set_held(struct bgt_member *member, bool held)
{
	struct bgt_container *container = member->container;
	bool before;
	int err;

	rt_mutex_lock(&container->members.lock);
	before = member->held;
	member->held = held;
	rt_mutex_unlock(&container->members.lock);
	err = bgt_freezer_apply(container);
	if (!err)
		return 0;
	rt_mutex_lock(&container->members.lock);
	member->held = before;
	rt_mutex_unlock(&container->members.lock);
	bgt_freezer_queue(container);
	return err;
}

/**
 * bgt_member_remove() - take a cgroup out of its container, and thaw it
 * @member: is freed
 *
 * Context: process, bgt_registry_lock held.
 */
void bgt_member_remove(struct bgt_member *member)
{
	struct bgt_container *container = member->container;

	lockdep_assert_held(&bgt_registry_lock);

	bgt_tree_remove(member);
	uncount_member(member);
	rt_mutex_lock(&container->members.lock);
	list_del(&member->entry);
	bgt_freezer_release(member);
	rt_mutex_unlock(&container->members.lock);
	xa_erase(&members, member->id);
	trace_member_gone(member);
	bgt_observers->member_event(member, BGTASK_CMD_MEMBER_GONE_NTF);
	free_member(member);
}

/**
 * bgt_member_rmdir() - a cgroup's directory was removed
 * @cgroup: any
 *
 * Context: probe, below cgroup_mutex.
 */
void bgt_member_rmdir(struct cgroup *cgroup)
{
	struct bgt_cgroup *entry = bgt_tree_find(cgroup);
	struct bgt_member *member = entry ? READ_ONCE(entry->member) : NULL;

	if (!member)
		return;
	mark_gone(member);
}

/**
 * bgt_member_remove_gone() - remove members whose directories were removed
 * @container: any
 *
 * Context: process, bgt_registry_lock held.
 */
void bgt_member_remove_gone(struct bgt_container *container)
{
	struct bgt_member *member, *next;

	lockdep_assert_held(&bgt_registry_lock);

	list_for_each_entry_safe(member, next, &container->members.list, entry) {
		if (READ_ONCE(member->gone))
			bgt_member_remove(member);
	}
}
