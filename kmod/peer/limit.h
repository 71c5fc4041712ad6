/* SPDX-License-Identifier: GPL-2.0 */
/* Limits: how much of the module's memory one user, or one container, can use up. */
#ifndef _BGTASK_LIMIT_H
#define _BGTASK_LIMIT_H

#include <linux/uidgid.h>

struct bgt_container;
struct bgt_user;
struct netlink_ext_ack;

/* The resources that are limited. */
enum bgt_resource {
	BGT_MUTEXES,		/* mutexes that are owned, abandoned or waited for */
	BGT_CALLS,		/* calls that the helper has not answered */
	BGT_PEERS,		/* sockets that have asked for a mutex or called the helper */
	BGT_RESOURCES
};

/**
 * struct bgt_charge - who is charged for one mutex, call or socket
 * @resource: the resource
 * @user: the user
 * @container: the container, with a reference; or NULL
 */
struct bgt_charge {
	enum bgt_resource resource;
	struct bgt_user *user;
	struct bgt_container *container;
};

int bgt_limit_charge(struct bgt_charge *charge, enum bgt_resource resource, kuid_t uid,
		     struct bgt_container *container, const struct bgt_charge *replaced,
		     struct netlink_ext_ack *extack);
bool bgt_limit_is_shared(const struct bgt_charge *charge, kuid_t uid,
			 const struct bgt_container *container);
void bgt_limit_uncharge(struct bgt_charge *charge);

#endif /* _BGTASK_LIMIT_H */
