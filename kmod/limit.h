/* SPDX-License-Identifier: GPL-2.0 */
/* Limits: how many mutexes one user, or one container, can use up. */
#ifndef _BGTASK_LIMIT_H
#define _BGTASK_LIMIT_H

#include <linux/uidgid.h>

struct bgt_container;
struct bgt_user;
struct netlink_ext_ack;

/**
 * struct bgt_charge - who pays
 * @user: the user
 * @container: with a reference, or NULL
 */
struct bgt_charge {
	struct bgt_user *user;
	struct bgt_container *container;
};

int bgt_limit_charge(struct bgt_charge *charge, kuid_t uid, struct bgt_container *container,
		     const struct bgt_charge *replaced, struct netlink_ext_ack *extack);
void bgt_limit_uncharge(struct bgt_charge *charge);

#endif /* _BGTASK_LIMIT_H */
