/* SPDX-License-Identifier: GPL-2.0 */
/* Foreign writers: what others than the module want of a member's cgroup.freeze. */
#ifndef _BGTASK_FOREIGN_H
#define _BGTASK_FOREIGN_H

#include <linux/types.h>

struct bgt_foreign;
struct bgt_member;

int bgt_foreign_watch(struct bgt_member *member);
void bgt_foreign_unwatch(struct bgt_member *member);

void bgt_foreign_begin_write(struct bgt_foreign *foreign);
void bgt_foreign_end_write(struct bgt_foreign *foreign);
bool bgt_foreign_freezes(const struct bgt_foreign *foreign);

int bgt_foreign_init(void);
void bgt_foreign_exit(void);

#endif /* _BGTASK_FOREIGN_H */
