/* SPDX-License-Identifier: GPL-2.0 */
/* Socket: finds the socket that a packet is for. */
#ifndef _BGTASK_SOCKET_H
#define _BGTASK_SOCKET_H

#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;
struct sock;

/**
 * struct bgt_socket - a socket that was found
 * @sk: the full socket
 * @found: the socket that was looked up, if that took a reference; else NULL
 */
struct bgt_socket {
	struct sock *sk;
	struct sock *found;
};

bool bgt_socket_of_packet(struct sk_buff *skb, const struct nf_hook_state *state,
			  struct bgt_socket *socket);
void bgt_socket_put(struct bgt_socket *socket);

#endif /* _BGTASK_SOCKET_H */
