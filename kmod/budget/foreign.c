// SPDX-License-Identifier: GPL-2.0
/*
 * A member's cgroup.freeze has other writers: systemd when it freezes, thaws, reloads and stops a
 * unit, container runtimes, CRIU. The file keeps one value, so what they want is kept here, and the
 * member stands still while either the module or they want it.
 *
 * An fsnotify mark on the file tells of each of their writes, after it was made, in the task that
 * has made it. It does not tell the value, which is read from the cgroup then. Between the two the
 * module may have written the opposite. Which of both came first is not known then, and the others
 * are taken to want the member to run: nothing may stay frozen that nobody wants frozen.
 */
#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "base/compat.h"

#include "foreign.h"
#include "freezer.h"
#include "member.h"

/* A write of the module is taken to be that moment, and so long after it, in ns. */
#define DOUBT NSEC_PER_MSEC

/**
 * struct bgt_foreign - the watch of one member's cgroup.freeze
 * @mark: on the file's inode; owns this structure, and frees it a grace period of SRCU after the
 *	watch has ended
 * @lock: protects @member, and with it that the member's container is not torn down
 * @member: the member; NULL when the watch has ended
 * @freezes: the others want the member to stand still; written under @lock
 * @doubt_until: in ktime_get_ns(): until then a value of 1 may be the module's; U64_MAX while the
 *	module writes
 */
struct bgt_foreign {
	struct fsnotify_mark mark;
	spinlock_t lock;	/* protects the following, see above */
	struct bgt_member *member;
	bool freezes;
	u64 doubt_until;
};

static struct fsnotify_group *group;

static struct bgt_foreign *of_mark(struct fsnotify_mark *mark)
{
	return container_of(mark, struct bgt_foreign, mark);
}

/* Somebody else has written the file. The task that has done so waits here. */
static int handle_write(struct fsnotify_mark *mark, u32 mask, struct inode *inode,
			struct inode *directory, const struct qstr *name, u32 cookie)
{
	struct bgt_foreign *foreign = of_mark(mark);
	bool frozen, doubt;

	spin_lock(&foreign->lock);
	if (foreign->member) {
		frozen = READ_ONCE(foreign->member->cgroup->freezer.freeze);
		doubt = ktime_get_ns() < READ_ONCE(foreign->doubt_until);
		WRITE_ONCE(foreign->freezes, frozen && !doubt);
		bgt_freezer_answer(foreign->member->container);
	}
	spin_unlock(&foreign->lock);
	return 0;
}

static void free_mark(struct fsnotify_mark *mark)
{
	kfree(of_mark(mark));
}

static const struct fsnotify_ops ops = {
	.handle_inode_event = handle_write,
	.free_mark = free_mark,
};

/**
 * bgt_foreign_watch() - begin to watch a member's cgroup.freeze
 * @member: new, with its cgroup and files, which the module has not frozen yet
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int bgt_foreign_watch(struct bgt_member *member)
{
	struct bgt_foreign *foreign = kzalloc(sizeof(*foreign), GFP_KERNEL_ACCOUNT);
	int err;

	if (!foreign)
		return -ENOMEM;
	spin_lock_init(&foreign->lock);
	foreign->member = member;
	fsnotify_init_mark(&foreign->mark, group);
	foreign->mark.mask = FS_MODIFY;
	/* What the module writes itself is not told. */
	bgt_suppress_fsnotify(member->freezer);
	err = fsnotify_add_inode_mark(&foreign->mark, file_inode(member->freezer), 0);
	if (err) {
		fsnotify_put_mark(&foreign->mark);
		return err;
	}
	/* Whoever has frozen the cgroup before wants it frozen, too. */
	spin_lock(&foreign->lock);
	WRITE_ONCE(foreign->freezes, READ_ONCE(member->cgroup->freezer.freeze));
	spin_unlock(&foreign->lock);
	member->foreign = foreign;
	return 0;
}

/**
 * bgt_foreign_unwatch() - watch a member's cgroup.freeze no more
 * @member: any; does nothing if it is not watched
 *
 * When this returns nobody uses the member on behalf of a foreign writer any more.
 *
 * Context: process.
 */
void bgt_foreign_unwatch(struct bgt_member *member)
{
	struct bgt_foreign *foreign = member->foreign;

	if (!foreign)
		return;
	member->foreign = NULL;
	spin_lock(&foreign->lock);
	foreign->member = NULL;
	spin_unlock(&foreign->lock);
	fsnotify_destroy_mark(&foreign->mark, group);
	fsnotify_put_mark(&foreign->mark);
}

/**
 * bgt_foreign_begin_write() - the module is about to write the file
 * @foreign: of the member whose file it is
 *
 * Context: process, the lock of the container's members held.
 */
void bgt_foreign_begin_write(struct bgt_foreign *foreign)
{
	WRITE_ONCE(foreign->doubt_until, U64_MAX);
	/* Whoever reads the value that is written from now on sees the doubt. */
	smp_mb();
}

/**
 * bgt_foreign_end_write() - the module has written the file
 * @foreign: of the member whose file it is
 *
 * Context: process, the lock of the container's members held.
 */
void bgt_foreign_end_write(struct bgt_foreign *foreign)
{
	WRITE_ONCE(foreign->doubt_until, ktime_get_ns() + DOUBT);
}

/**
 * bgt_foreign_freezes() - do others want the member to stand still?
 * @foreign: of the member
 */
bool bgt_foreign_freezes(const struct bgt_foreign *foreign)
{
	return READ_ONCE(foreign->freezes);
}

int bgt_foreign_init(void)
{
	/* Whether a cgroup is a member already is found out elsewhere. */
	group = fsnotify_alloc_group(&ops, FSNOTIFY_GROUP_DUPS);
	return PTR_ERR_OR_ZERO(group);
}

void bgt_foreign_exit(void)
{
	/* The last marks are freed by the code of this module. */
	fsnotify_wait_marks_destroyed();
	fsnotify_put_group(group);
}
