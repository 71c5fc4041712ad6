/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink: the generic netlink family, and its events of containers and members. */
#ifndef _BGTASK_NETLINK_H
#define _BGTASK_NETLINK_H

#include <linux/types.h>

struct bgt_container;
struct bgt_member;

void bgt_netlink_container_event(struct bgt_container *container, u8 cmd);
void bgt_netlink_member_event(struct bgt_member *member, u8 cmd);

int bgt_netlink_init(void);
void bgt_netlink_exit(void);

#endif /* _BGTASK_NETLINK_H */
