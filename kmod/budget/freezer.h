/* SPDX-License-Identifier: GPL-2.0 */
/* Freezer: freezes, thaws and kills members. */
#ifndef _BGTASK_FREEZER_H
#define _BGTASK_FREEZER_H

#include <linux/types.h>

struct bgt_container;
struct bgt_member;
struct cgroup;
struct file;

int bgt_freezer_check(struct bgt_member *member);
void bgt_freezer_prepare(struct bgt_container *container);
void bgt_freezer_queue(struct bgt_container *container);
int bgt_freezer_apply(struct bgt_container *container);
void bgt_freezer_answer(struct bgt_container *container);
void bgt_freezer_release(struct bgt_member *member);
void bgt_freezer_quiesce(struct bgt_container *container);
int bgt_freezer_kill(struct bgt_member *member);
void bgt_freezer_notified(struct cgroup *cgroup, bool frozen);

int bgt_freezer_init(void);
void bgt_freezer_exit(void);

#endif /* _BGTASK_FREEZER_H */
