/* SPDX-License-Identifier: GPL-2.0 */
/* Limits: how much of what the kernel keeps one user, or one container, can use up. */
#ifndef _BGTASK_LIMIT_H
#define _BGTASK_LIMIT_H

#include <linux/uidgid.h>

struct bgt_container;
struct bgt_user;
struct netlink_ext_ack;

/* What there is a limit for. */
enum bgt_resource {
	BGT_MUTEXES,		/* owned, abandoned or waited for */
	BGT_CALLS,		/* to the helper, that it has not answered */
	BGT_PEERS,		/* sockets that have asked for a mutex, or called */
	BGT_RESOURCES
};

/**
 * struct bgt_charge - who pays for one piece of it
 * @resource: of what
 * @user: the user
 * @container: with a reference, or NULL
 */
struct bgt_charge {
	enum bgt_resource resource;
	struct bgt_user *user;
	struct bgt_container *container;
};

int bgt_limit_charge(struct bgt_charge *charge, enum bgt_resource resource, kuid_t uid,
		     struct bgt_container *container, const struct bgt_charge *replaced,
		     struct netlink_ext_ack *extack);
void bgt_limit_uncharge(struct bgt_charge *charge);

#endif /* _BGTASK_LIMIT_H */
