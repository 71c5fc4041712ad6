/* SPDX-License-Identifier: GPL-2.0 */
/* Peers: sockets that own mutexes or have called the helper, until they are closed. */
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
 * @hash: link in the table of peers, by @portid and a secret; protected by peers_lock until the
 *	socket was closed
 * @sk: the socket, with a reference, so that no other socket can have the same pointer
 * @portid: netlink address of the socket; another socket can get it once this one is closed
 * @charge: who is charged for this peer
 *
 * The next four belong to the folder mutex and are protected by bgt_mutex_lock.
 *
 * @owned: list of struct bgt_acquisition, by @by_peer: the mutexes that the socket owns
 * @waiting: list of struct bgt_acquisition, by @by_peer: the mutexes that it waits for
 * @walk: number of the last search for a cycle that has visited this peer
 * @next: link in the queue of that search
 *
 * The last one belongs to relay.c and is protected by relay_lock.
 *
 * @caller: the entry in the table of callers, or NULL if the socket has not called the helper
 *
 * A peer lives until its socket is closed. A socket is not closed while a message that it has sent
 * is being handled, so the handler needs no reference.
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
