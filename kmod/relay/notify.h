/* SPDX-License-Identifier: GPL-2.0 */
/* Notifications that the relay sends to the helper and to callers. */
#ifndef _BGTASK_NOTIFY_H
#define _BGTASK_NOTIFY_H

#include <linux/types.h>

struct bgt_call;
struct bgt_peer;
struct genl_info;
struct nlattr;
struct sk_buff;

int bgt_notify_call(const struct bgt_peer *to, struct sk_buff *skb, struct genl_info *info,
		    const struct bgt_call *call, u32 caller);
int bgt_notify_gone(const struct bgt_peer *to, u32 caller);
int bgt_notify_helper(const struct bgt_peer *to);
int bgt_notify_event(const struct bgt_peer *to, u8 command, const struct nlattr *payload);

#endif /* _BGTASK_NOTIFY_H */
