/* SPDX-License-Identifier: GPL-2.0 */
/* Named mutexes: owned by sockets, handed over in the order of asking. */
#ifndef _BGTASK_MUTEX_H
#define _BGTASK_MUTEX_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rhashtable-types.h>
#include <linux/types.h>

#include <uapi/linux/bgtask.h>

struct bgt_answer;
struct bgt_requester;
struct bgt_acquisition;
struct bgt_container;
struct bgt_peer;
struct netlink_ext_ack;

/**
 * struct bgt_mutex_name - what tells one mutex from another
 * @scope: BGTASK_SCOPE_*
 * @uid: in the initial user namespace, in scope user
 * @container: in scope container
 * @text: all bytes count, so it is filled up with zeros
 */
struct bgt_mutex_name {
	u32 scope;
	u32 uid;
	struct bgt_container *container;
	char text[BGTASK_NAME_MAX + 1];
};

/**
 * struct bgt_mutex - a mutex, as long as somebody owns it or has abandoned it
 * @node: in the table of names
 * @name: its key
 * @id: place in the order of dumps
 * @by_container: in the container's mutexes, in scope container
 * @owner: never NULL
 * @waiters: struct bgt_acquisition queue; first come, first served
 * @nr_waiters: length of @waiters
 * @outsider: the first waiter from outside of the owner's container, if it has one
 *
 * All of it is protected by bgt_mutex_lock.
 */
struct bgt_mutex {
	struct rhash_head node;
	struct bgt_mutex_name name;
	u32 id;
	struct list_head by_container;
	struct bgt_acquisition *owner;
	struct list_head waiters;
	u32 nr_waiters;
	struct bgt_acquisition *outsider;
};

/**
 * enum bgt_mutex_result - what an attempt to acquire a mutex that was not refused has come to
 * @BGT_MUTEX_TAKEN: the requester owns the mutex, and was told
 * @BGT_MUTEX_AWAITED: the requester waits; its acquisition has the answer
 * @BGT_MUTEX_UNTOLD: the requester's socket could not be told, so nothing was taken
 *
 * In all of these the answer is consumed.
 */
enum bgt_mutex_result {
	BGT_MUTEX_TAKEN,
	BGT_MUTEX_AWAITED,
	BGT_MUTEX_UNTOLD,
};

/*
 * Protects mutexes, acquisitions and what peers and users have of them. Nests inside
 * bgt_registry_lock, outside containers' locks.
 */
extern struct mutex bgt_mutex_lock;

int bgt_mutex_acquire(const struct bgt_requester *requester, const struct bgt_mutex_name *name,
		      const u32 *timeout, struct bgt_answer *answer,
		      struct netlink_ext_ack *extack);
int bgt_mutex_release(const struct bgt_peer *peer, const struct bgt_mutex_name *name,
		      u32 *count, struct netlink_ext_ack *extack);
struct bgt_mutex *bgt_mutex_find(const struct bgt_mutex_name *name);
struct bgt_mutex *bgt_mutex_next(unsigned long *id);

void bgt_mutex_peer_gone(struct bgt_peer *peer);
void bgt_mutex_container_gone(struct bgt_container *container);

int bgt_mutex_init(void);
void bgt_mutex_exit(void);

#endif /* _BGTASK_MUTEX_H */
