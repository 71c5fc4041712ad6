/* SPDX-License-Identifier: GPL-2.0 */
/* Accounting: how much CPU time a container has used, and whether it runs now. */
#ifndef _BGTASK_ACCOUNT_H
#define _BGTASK_ACCOUNT_H

#include <linux/ktime.h>
#include <linux/types.h>

struct bgt_cgroup;
struct bgt_container;
struct cgroup;
struct hrtimer;
struct task_struct;

u64 bgt_account_runtime(struct cgroup *cgroup);
void bgt_account_collect_one(struct bgt_cgroup *entry);
void bgt_account_collect(struct bgt_container *container);
u64 bgt_account_charged(struct bgt_container *container);
u64 bgt_account_usage(struct bgt_container *container);
unsigned int bgt_account_running(struct bgt_container *container);

void bgt_account_on_switch(void *data, bool preempt, struct task_struct *prev,
			   struct task_struct *next, unsigned int prev_state);
void bgt_account_on_timer_entry(void *data, struct hrtimer *timer, ktime_t *now);
void bgt_account_on_timer_exit(void *data, struct hrtimer *timer);
void bgt_account_reset(void);
void bgt_account_begin(void);

#endif /* _BGTASK_ACCOUNT_H */
