// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what the sockets of containers send and receive. A packet belongs to the container of the
 * cgroup that its socket was created in, as for cgroup BPF. Netfilter hooks see all packets of
 * every network namespace; they are only registered while a container wants its traffic counted, so
 * that otherwise no packet pays for it.
 */
#include <linux/cgroup.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/percpu.h>
#include <net/inet_sock.h>
#include <net/net_namespace.h>

#include "budget/container.h"

#include "socket.h"
#include "traffic.h"
#include "tree.h"

/* After the filters, since what they drop is not counted, and before addresses are rewritten. */
#define PRIORITY (NF_IP_PRI_SECURITY + 1)

/* Protects @nr_users. Nests inside no other lock, and outside pernet_ops_rwsem. */
static DEFINE_MUTEX(hooks_lock);
static unsigned int nr_users;

/* Called by the hooks, which are RCU readers. */
static void count(struct sock *sk, unsigned int bytes, enum bgt_traffic_kind kind)
{
	struct bgt_container *container;
	struct bgt_traffic *traffic;
	unsigned long flags;

	container = bgt_tree_owner(sock_cgroup_ptr(&sk->sk_cgrp_data));
	/* Pairs with apply_count_traffic(): whoever sees @counted set sees @cpus, too. */
	if (!container || !smp_load_acquire(&container->traffic.counted))
		return;

	traffic = get_cpu_ptr(container->traffic.cpus);
	flags = u64_stats_update_begin_irqsave(&traffic->sync);
	u64_stats_add(&traffic->bytes[kind], bytes);
	u64_stats_update_end_irqrestore(&traffic->sync, flags);
	put_cpu_ptr(container->traffic.cpus);
}

static unsigned int on_output(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sock *sk = skb_to_full_sk(skb);

	/*
	 * A tunnel sends the packet once more, inside of a packet of its own: that still has the
	 * first sender's socket in @skb, but the tunnel's in @state.
	 */
	if (sk && sk_fullsock(sk) && sk == sk_to_full_sk(state->sk))
		count(sk, skb->len, state->out->flags & IFF_LOOPBACK ? BGT_TRAFFIC_LOCAL :
								      BGT_TRAFFIC_SENT);
	return NF_ACCEPT;
}

static unsigned int on_input(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct bgt_socket socket;

	/* Packets of the loopback device were counted when they were sent. */
	if (state->in->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	if (bgt_socket_of_packet(skb, state, &socket)) {
		count(socket.sk, skb->len, BGT_TRAFFIC_RECEIVED);
		bgt_socket_put(&socket);
	}
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook = on_output,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = PRIORITY,
	},
	{
		.hook = on_input,
		.pf = NFPROTO_INET,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = PRIORITY,
	},
};

static int __net_init begin_in_namespace(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static void __net_exit end_in_namespace(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

static struct pernet_operations namespaces = {
	.init = begin_in_namespace,
	.exit = end_in_namespace,
};

/**
 * bgt_traffic_get() - keep the hooks registered until bgt_traffic_put()
 *
 * Context: process, without bgt_registry_lock, as this may wait for the end of a namespace.
 * Return: 0 or -ENOMEM.
 */
int bgt_traffic_get(void)
{
	int err = 0;

	mutex_lock(&hooks_lock);
	if (!nr_users)
		err = register_pernet_subsys(&namespaces);
	if (!err)
		nr_users++;
	mutex_unlock(&hooks_lock);
	return err;
}

/**
 * bgt_traffic_put() - the caller of bgt_traffic_get() needs the hooks no more
 *
 * Context: process, without bgt_registry_lock.
 */
void bgt_traffic_put(void)
{
	mutex_lock(&hooks_lock);
	if (!--nr_users)
		unregister_pernet_subsys(&namespaces);
	mutex_unlock(&hooks_lock);
}

/**
 * bgt_traffic_prepare() - allocate a container's counters, unless it has them
 * @container: owns the counters until it is freed
 *
 * Context: process, bgt_registry_lock held.
 * Return: 0 or -ENOMEM.
 */
int bgt_traffic_prepare(struct bgt_container *container)
{
	int cpu;

	lockdep_assert_held(&bgt_registry_lock);

	if (container->traffic.cpus)
		return 0;
	container->traffic.cpus = alloc_percpu_gfp(struct bgt_traffic, GFP_KERNEL_ACCOUNT);
	if (!container->traffic.cpus)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(container->traffic.cpus, cpu)->sync);
	return 0;
}

/**
 * bgt_traffic_sum() - add up what all CPUs have counted of a container's traffic
 * @container: the caller has a reference
 * @bytes: result
 *
 * Context: any.
 */
void bgt_traffic_sum(struct bgt_container *container, u64 bytes[BGT_TRAFFIC_KINDS])
{
	struct bgt_traffic __percpu *traffic = READ_ONCE(container->traffic.cpus);
	int cpu, kind;

	memset(bytes, 0, BGT_TRAFFIC_KINDS * sizeof(*bytes));
	if (!traffic)
		return;
	for_each_possible_cpu(cpu) {
		struct bgt_traffic *part = per_cpu_ptr(traffic, cpu);
		u64 seen[BGT_TRAFFIC_KINDS];
		unsigned int seq;

		do {
			seq = u64_stats_fetch_begin(&part->sync);
			for (kind = 0; kind < BGT_TRAFFIC_KINDS; kind++)
				seen[kind] = u64_stats_read(&part->bytes[kind]);
		} while (u64_stats_fetch_retry(&part->sync, seq));
		for (kind = 0; kind < BGT_TRAFFIC_KINDS; kind++)
			bytes[kind] += seen[kind];
	}
}
