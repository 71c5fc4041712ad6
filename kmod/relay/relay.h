/* SPDX-License-Identifier: GPL-2.0 */
/* Relay: passes the calls of apps to the helper, with what only the kernel knows of the caller. */
#ifndef _BGTASK_RELAY_H
#define _BGTASK_RELAY_H

#include <linux/types.h>

struct bgt_peer;
struct genl_info;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

int bgt_relay_attach(struct bgt_peer *peer, struct netlink_ext_ack *extack);
int bgt_relay_call(struct sk_buff *skb, struct genl_info *info);
int bgt_relay_reply(const struct bgt_peer *peer, u32 id, int error, const char *text,
		    const struct nlattr *payload, struct netlink_ext_ack *extack);
int bgt_relay_event(const struct bgt_peer *peer, u32 to, u8 command, const struct nlattr *payload,
		    struct netlink_ext_ack *extack);
void bgt_relay_peer_gone(struct bgt_peer *peer);

void bgt_relay_init(void);
void bgt_relay_stop(void);
void bgt_relay_exit(void);

#endif /* _BGTASK_RELAY_H */
