/* SPDX-License-Identifier: GPL-2.0 */
/* What the operations have in common: checks, the header of dumps, and events. */
#ifndef _BGTASK_NETLINK_MESSAGE_H
#define _BGTASK_NETLINK_MESSAGE_H

#include <linux/types.h>
#include <net/genetlink.h>

struct bgt_container;

/* Refuses a request without an attribute: with a text for people, and its number for programs. */
#define require_attr(info, attr, text)						\
({										\
	const struct genl_info *__info = (info);				\
	int __attr = (attr);							\
	int __err = 0;								\
										\
	if (!__info->attrs[__attr]) {						\
		NL_SET_ERR_ATTR_MISS(__info->extack, NULL, __attr);		\
		NL_SET_ERR_MSG(__info->extack, text);				\
		__err = -EINVAL;						\
	}									\
	__err;									\
})

int bgt_netlink_require_admin(struct sk_buff *skb, struct netlink_ext_ack *extack);

int bgt_netlink_lock_container(struct genl_info *info, int attr, struct bgt_container **container);
void bgt_netlink_unlock_container(struct bgt_container *container);

void *bgt_netlink_put_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);

void *bgt_netlink_start_event(u8 cmd, size_t size, struct sk_buff **msg);
void bgt_netlink_multicast(struct sk_buff *msg, void *header);

#endif /* _BGTASK_NETLINK_MESSAGE_H */
