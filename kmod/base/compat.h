/* SPDX-License-Identifier: GPL-2.0 */
/* Compatibility: everything that differs between the kernels that this module builds for. */
#ifndef _BGTASK_COMPAT_H
#define _BGTASK_COMPAT_H

#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/version.h>
#include <net/genetlink.h>
#include <net/udp.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

/* Has nobody told of what is written by this file. */
static inline void bgt_suppress_fsnotify(struct file *file)
{
	spin_lock(&file->f_lock);
#ifdef FMODE_FSNOTIFY_MASK
	file->f_mode &= ~FMODE_FSNOTIFY_MASK;
#endif
	file->f_mode |= FMODE_NONOTIFY;
	spin_unlock(&file->f_lock);
}

/* Takes a reference to a file. Returns false if its last reference is already gone. */
static inline bool bgt_keep_open(struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	return atomic_long_inc_not_zero(&file->f_count);
#else
	return file_ref_get(&file->f_ref);
#endif
}

static inline struct udp_table *bgt_udp_table(struct net *net)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
	return &udp_table;
#else
	return net->ipv4.udp_table;
#endif
}

static inline struct nlattr **bgt_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_dumpit_info(cb)->info.attrs;
#endif
}

#endif /* _BGTASK_COMPAT_H */
