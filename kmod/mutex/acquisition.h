/* SPDX-License-Identifier: GPL-2.0 */
/* Acquisitions: the mutexes that sockets own or wait for. */
#ifndef _BGTASK_ACQUISITION_H
#define _BGTASK_ACQUISITION_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "budget/lend.h"
#include "peer/answer.h"
#include "peer/limit.h"

struct bgt_mutex;
struct bgt_peer;
struct netlink_ext_ack;

/**
 * struct bgt_acquisition - a socket owns a mutex, or waits for one
 * @refs: one until bgt_acquisition_free(), and one for @timeout while it is set
 * @mutex: the mutex
 * @peer: the socket's peer; NULL once the owner's socket was closed, until the mutex passes on
 * @by_peer: link in the peer's @owned or @waiting
 * @queue: link in the mutex's @waiters; empty if the socket does not wait
 * @count: how often the owner has acquired the mutex; 0 for a waiter
 * @charge: the user and the container that are charged for the acquisition
 * @borrower: the task that has asked for the mutex; as the owner it is lent time, while a task
 *	outside of its container waits
 * @timeout: ends the waiting
 * @answer: the answer of a waiter
 *
 * All fields but @refs are protected by bgt_mutex_lock.
 */
struct bgt_acquisition {
	refcount_t refs;
	struct bgt_mutex *mutex;
	struct bgt_peer *peer;
	struct list_head by_peer;
	struct list_head queue;
	u32 count;
	struct bgt_charge charge;
	struct bgt_borrower borrower;
	struct delayed_work timeout;
	struct bgt_answer answer;
};

/**
 * struct bgt_requester - who asks for a mutex
 * @peer: peer of the requester's socket
 * @uid: the user who created the socket
 * @container: the container that the calling task is in, or NULL
 */
struct bgt_requester {
	struct bgt_peer *peer;
	kuid_t uid;
	struct bgt_container *container;
};

struct bgt_acquisition *bgt_acquisition_make(struct bgt_peer *peer);
void bgt_acquisition_discard(struct bgt_acquisition *acquisition);
int bgt_acquisition_charge(struct bgt_acquisition *acquisition,
			   const struct bgt_requester *requester,
			   const struct bgt_acquisition *before, struct netlink_ext_ack *extack);
void bgt_acquisition_free(struct bgt_acquisition *acquisition);

void bgt_acquisition_wait(struct bgt_acquisition *acquisition, struct bgt_mutex *mutex,
			  const u32 *timeout, struct bgt_answer *answer);
void bgt_acquisition_leave_queue(struct bgt_acquisition *acquisition);
void bgt_acquisition_refuse(struct bgt_acquisition *acquisition, int err, const char *text);
bool bgt_acquisition_send_grant(struct bgt_answer *answer, bool abandoned, u32 count);
void bgt_acquisition_own(struct bgt_acquisition *acquisition, struct bgt_mutex *mutex);
void bgt_acquisition_disown(struct bgt_acquisition *acquisition);

int bgt_acquisition_init(void);
void bgt_acquisition_exit(void);

#endif /* _BGTASK_ACQUISITION_H */
