// SPDX-License-Identifier: GPL-2.0
/*
 * Finds the socket of a packet that has arrived. IP has found it already if it demultiplexes early,
 * as it does for connected sockets by default; otherwise this looks the socket up as TCP and UDP
 * will. Multicast packets, and packets for raw sockets, belong to no single socket. IPv6 fragments
 * pass the hook before they are put together: only the first one has ports, so the others are not
 * found.
 */
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/inet6_hashtables.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "base/compat.h"

#include "socket.h"

/* How the headers of both TCP and UDP begin. */
struct ports {
	__be16 source;
	__be16 destination;
};

/* @counted: the socket has a reference, as for TCP; UDP sockets live as long as the RCU section. */
static struct sock *look_up_v4(struct net *net, struct sk_buff *skb, int dif, bool *counted)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct ports *ports;
	struct ports buffer;

	ports = skb_header_pointer(skb, ip_hdrlen(skb), sizeof(buffer), &buffer);
	if (!ports)
		return NULL;
	*counted = ip->protocol == IPPROTO_TCP;
	if (ip->protocol == IPPROTO_TCP)
		return __inet_lookup_established(net, net->ipv4.tcp_death_row.hashinfo, ip->saddr,
						 ports->source, ip->daddr,
						 ntohs(ports->destination), dif, 0);
	if (ip->protocol == IPPROTO_UDP)
		return __udp4_lib_lookup(net, ip->saddr, ports->source, ip->daddr,
					 ports->destination, dif, 0, bgt_udp_table(net), NULL);
	return NULL;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct sock *look_up_v6(struct net *net, struct sk_buff *skb, int dif, bool *counted)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const struct ports *ports;
	unsigned short fragment;
	unsigned int offset = 0;
	struct ports buffer;
	int protocol;

	protocol = ipv6_find_hdr(skb, &offset, -1, &fragment, NULL);
	if (fragment || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return NULL;
	ports = skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!ports)
		return NULL;
	*counted = protocol == IPPROTO_TCP;
	if (protocol == IPPROTO_TCP)
		return __inet6_lookup_established(net, net->ipv4.tcp_death_row.hashinfo,
						  &ip->saddr, ports->source, &ip->daddr,
						  ntohs(ports->destination), dif, 0);
	return __udp6_lib_lookup(net, &ip->saddr, ports->source, &ip->daddr, ports->destination,
				 dif, 0, bgt_udp_table(net), NULL);
}
#else
static struct sock *look_up_v6(struct net *net, struct sk_buff *skb, int dif, bool *counted)
{
	return NULL;
}
#endif

/**
 * bgt_socket_of_packet() - find the socket that a packet is for
 * @skb: the packet, which arrives
 * @state: state of the hook at NF_INET_LOCAL_IN
 * @socket: result, which the caller gives to bgt_socket_put()
 *
 * Context: RCU read side, softirq.
 * Return: false if no full socket was found; then there is nothing to put.
 */
bool bgt_socket_of_packet(struct sk_buff *skb, const struct nf_hook_state *state,
			  struct bgt_socket *socket)
{
	struct sock *sk = skb->sk;
	bool counted = false;

	if (!sk && state->pf == NFPROTO_IPV4)
		sk = look_up_v4(state->net, skb, state->in->ifindex, &counted);
	else if (!sk)
		sk = look_up_v6(state->net, skb, state->in->ifindex, &counted);

	socket->found = counted ? sk : NULL;
	socket->sk = sk_to_full_sk(sk);
	if (socket->sk && sk_fullsock(socket->sk))
		return true;
	bgt_socket_put(socket);
	return false;
}

/**
 * bgt_socket_put() - give up the reference to a socket, if there is one
 * @socket: from bgt_socket_of_packet()
 */
void bgt_socket_put(struct bgt_socket *socket)
{
	if (socket->found)
		sock_gen_put(socket->found);
}
