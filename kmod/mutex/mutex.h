/* SPDX-License-Identifier: GPL-2.0 */
/* Named mutexes: owned by sockets, and passed on to waiters in the order in which they asked. */
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
 * struct bgt_mutex_name - the full name of a mutex
 * @scope: BGTASK_SCOPE_*
 * @uid: the user, in the initial user namespace, if the scope is user; else 0
 * @container: the container if the scope is container; else NULL
 * @text: filled up with zeros, as names are compared as bytes
 */
struct bgt_mutex_name {
	u32 scope;
	u32 uid;
	struct bgt_container *container;
	char text[BGTASK_NAME_MAX + 1];
};

/**
 * struct bgt_mutex - a mutex, as long as a socket owns it or has abandoned it
 * @node: link in the table of names
 * @name: its key
 * @id: place in the order of dumps
 * @by_age: link in the list of abandoned mutexes, oldest first; empty while there is an owner
 * @by_container: link in the container's list of mutexes, if the scope is container
 * @owner: never NULL; its @peer is NULL if the mutex is abandoned
 * @waiters: list of struct bgt_acquisition, by @queue; first come, first served
 * @nr_waiters: length of @waiters
 * @outsider: the first waiter outside of the owner's container; NULL if there is none, or if the
 *	owner is in no container
 *
 * All fields are protected by bgt_mutex_lock.
 */
struct bgt_mutex {
	struct rhash_head node;
	struct bgt_mutex_name name;
	u32 id;
	struct list_head by_age;
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
 * Protects mutexes, acquisitions, and the fields of peers and containers that list them. Nests
 * inside bgt_registry_lock, and outside the locks of containers.
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
