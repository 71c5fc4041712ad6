// SPDX-License-Identifier: GPL-2.0
/*
 * The sockets that own mutexes or have called the helper. A mutex belongs to a socket and not to a
 * process: the kernel closes a socket for whatever reason its processes end, and netlink then calls
 * the notifier here.
 */
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/compat.h"
#include "base/observers.h"
#include "budget/container.h"

#include "limit.h"
#include "peer.h"

static DEFINE_HASHTABLE(peers, 10);
/* Protects the table of peers. */
static DEFINE_MUTEX(peers_lock);

/*
 * Processes choose the addresses of their sockets. The secret keeps them from choosing addresses
 * that all share one chain of the table.
 */
static u32 secret __ro_after_init;

static u32 key_of(u32 portid)
{
	return jhash_1word(portid, secret);
}

static struct bgt_peer *find(const struct sock *sk, u32 portid)
{
	struct bgt_peer *peer;

	lockdep_assert_held(&peers_lock);

	hash_for_each_possible(peers, peer, hash, key_of(portid)) {
		if (peer->sk == sk)
			return peer;
	}
	return NULL;
}

static struct bgt_peer *make_peer(struct sock *sk, u32 portid, struct netlink_ext_ack *extack)
{
	struct bgt_container *container = bgt_container_of_current();
	struct bgt_peer *peer;
	int err = -ENOMEM;

	peer = kzalloc(sizeof(*peer), GFP_KERNEL_ACCOUNT);
	if (!peer)
		goto put_container;
	err = bgt_limit_charge(&peer->charge, BGT_PEERS, sk->sk_uid, container, NULL, extack);
	if (err) {
		kfree(peer);
		goto put_container;
	}
	sock_hold(sk);
	peer->sk = sk;
	peer->portid = portid;
	INIT_LIST_HEAD(&peer->owned);
	INIT_LIST_HEAD(&peer->waiting);
put_container:
	if (container)
		bgt_container_put(container);
	return err ? ERR_PTR(err) : peer;
}

static void free_peer(struct bgt_peer *peer)
{
	bgt_limit_uncharge(&peer->charge);
	sock_put(peer->sk);
	kfree(peer);
}

/**
 * bgt_peer_of() - find or make the peer of the socket that has sent a message
 * @skb: the message, which is being handled
 * @extack: gets the reason of a failure
 *
 * Context: process.
 * Return: the peer, which is valid until the handler returns; or -EDQUOT or -ENOMEM as a pointer.
 */
struct bgt_peer *bgt_peer_of(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	u32 portid = NETLINK_CB(skb).portid;
	struct sock *sk = NETLINK_CB(skb).sk;
	struct bgt_peer *peer, *made;

	mutex_lock(&peers_lock);
	peer = find(sk, portid);
	mutex_unlock(&peers_lock);
	if (peer)
		return peer;
	/* Without the lock: who pays for the memory may have to wait for it. */
	made = make_peer(sk, portid, extack);
	if (IS_ERR(made))
		return made;
	mutex_lock(&peers_lock);
	/* Another message of the socket may be handled at the same time. */
	peer = find(sk, portid);
	if (!peer)
		hash_add(peers, &made->hash, key_of(portid));
	mutex_unlock(&peers_lock);
	if (!peer)
		return made;
	free_peer(made);
	return peer;
}

/* Returns NULL if the socket is being closed: then it has no file, or nobody has the file open. */
static struct file *get_file_of(struct sock *sk)
{
	struct file *file;

	read_lock_bh(&sk->sk_callback_lock);
	file = sk->sk_socket ? sk->sk_socket->file : NULL;
	if (file && !bgt_keep_open(file))
		file = NULL;
	read_unlock_bh(&sk->sk_callback_lock);
	return file;
}

/**
 * bgt_peer_send() - send a message to a socket
 * @peer: peer of the socket, which need not be the socket whose message is being handled
 * @skb: the message; is consumed
 *
 * A socket that is being closed gives up its address before the notifier is called, and another
 * socket may get the address at once. So the message can go to the wrong socket unless this one is
 * kept open while the message is sent.
 *
 * Context: process.
 * Return: 0, -ECONNREFUSED if the socket is being closed, -EAGAIN if its buffer is full.
 */
int bgt_peer_send(const struct bgt_peer *peer, struct sk_buff *skb)
{
	struct file *file = get_file_of(peer->sk);
	int err;

	if (!file) {
		nlmsg_free(skb);
		return -ECONNREFUSED;
	}
	err = genlmsg_unicast(sock_net(peer->sk), skb, peer->portid);
	fput(file);
	return err;
}

/* Frees peers that are in the table no more; what they have may take long to end. */
static void free_peers(struct hlist_head *list)
{
	struct hlist_node *next;
	struct bgt_peer *peer;

	hlist_for_each_entry_safe(peer, next, list, hash) {
		bgt_observers->peer_gone(peer);
		free_peer(peer);
	}
}

/* Another socket may have got the address of the closed one already; that one is not SOCK_DEAD. */
static int socket_released(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct hlist_node *next;
	struct bgt_peer *peer;
	HLIST_HEAD(released);

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	mutex_lock(&peers_lock);
	hash_for_each_possible_safe(peers, peer, next, hash, key_of(notify->portid)) {
		if (peer->portid == notify->portid && sock_net(peer->sk) == notify->net &&
		    sock_flag(peer->sk, SOCK_DEAD)) {
			hash_del(&peer->hash);
			hlist_add_head(&peer->hash, &released);
		}
	}
	mutex_unlock(&peers_lock);
	free_peers(&released);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = socket_released,
};

int __init bgt_peer_init(void)
{
	secret = get_random_u32();
	return netlink_register_notifier(&notifier);
}

/**
 * bgt_peer_exit() - forget all peers
 *
 * Context: process; no message is handled any more.
 */
void bgt_peer_exit(void)
{
	struct hlist_node *next;
	struct bgt_peer *peer;
	HLIST_HEAD(left);
	int bucket;

	netlink_unregister_notifier(&notifier);
	mutex_lock(&peers_lock);
	hash_for_each_safe(peers, bucket, next, peer, hash) {
		hash_del(&peer->hash);
		hlist_add_head(&peer->hash, &left);
	}
	mutex_unlock(&peers_lock);
	free_peers(&left);
}
