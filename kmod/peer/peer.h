/* SPDX-License-Identifier: GPL-2.0 */
/* Peers: the sockets of those who own something here or call, until they are closed. */
#ifndef _BGTASK_PEER_H
#define _BGTASK_PEER_H

#include <linux/list.h>
#include <linux/types.h>

#include "limit.h"

struct bgt_caller;
struct netlink_ext_ack;
struct sk_buff;
struct sock;

/**
 * struct bgt_peer - a netlink socket that has acquired mutexes, or called the helper
 * @hash: chain by @portid and a secret, protected by peers_lock
 * @sk: the socket, with a reference: its address cannot become that of another one
 * @portid: its address; another socket can have it as soon as this one is closed
 * @charge: who pays for it
 *
 * What follows belongs to mutex.c and is protected by bgt_mutex_lock.
 *
 * @owned: struct bgt_acquisition by_peer, that own their mutex
 * @waiting: struct bgt_acquisition by_peer, that wait for it
 * @walk: the last search for a cycle that has come by
 * @next: in that search, what is to be looked at
 *
 * The rest belongs to relay.c and is protected by relay_lock.
 *
 * @caller: as which the helper knows it, since it has called; or NULL
 *
 * A peer lives until its socket is closed. As a socket is not closed while a message
 * sent from it is handled, the handler needs no reference.
 */
struct bgt_peer {
	struct hlist_node hash;
	struct sock *sk;
	u32 portid;
	struct bgt_charge charge;

	struct list_head owned;
	struct list_head waiting;
	u64 walk;
	struct list_head next;

	struct bgt_caller *caller;
};

struct bgt_peer *bgt_peer_of(struct sk_buff *skb, struct netlink_ext_ack *extack);
int bgt_peer_send(const struct bgt_peer *peer, struct sk_buff *skb);

int bgt_peer_init(void);
void bgt_peer_exit(void);

#endif /* _BGTASK_PEER_H */
