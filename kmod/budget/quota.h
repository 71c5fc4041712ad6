/* SPDX-License-Identifier: GPL-2.0 */
/* Quota: the generations of a budget, and the search for the moment when it is spent. */
#ifndef _BGTASK_QUOTA_H
#define _BGTASK_QUOTA_H

#include <linux/types.h>

struct bgt_container;
struct bgt_policy;

void bgt_quota_init(struct bgt_container *container);
void bgt_quota_set(struct bgt_container *container, const struct bgt_policy *policy);
void bgt_quota_update(struct bgt_container *container);
void bgt_quota_stopped(struct bgt_container *container);
void bgt_quota_learn(struct bgt_container *container);
u64 bgt_quota_spent(const struct bgt_container *container);
void bgt_quota_retire(struct bgt_container *container);
void bgt_quota_quiesce(struct bgt_container *container);

#endif /* _BGTASK_QUOTA_H */
