/* SPDX-License-Identifier: GPL-2.0 */
/* Lending: time for containers that stand still and own a mutex that others wait for. */
#ifndef _BGTASK_LEND_H
#define _BGTASK_LEND_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct bgt_container;
struct bgt_member;
struct pid;

/**
 * struct bgt_borrower - a task that owns a mutex, or waits for one
 * @entry: link in the container's @borrowers while the task owns a mutex and a task outside of the
 *	container waits for it
 * @thread: the thread that asked for the mutex
 * @process: the process of that thread
 */
struct bgt_borrower {
	struct list_head entry;
	struct pid *thread;
	struct pid *process;
};

/**
 * struct bgt_loan - the time that a container is lent
 * @lock: protects @borrowers; process context only, and no lock nests inside
 * @borrowers: list of struct bgt_borrower; not empty while a task outside waits
 * @standing: a member would stand still without a loan; written with the lock of the members held
 *	before @borrowers is read, and read without a lock after @borrowers was changed
 * @active: the container is lent time now; protected by the lock of the members
 * @generation: number of the last generation in which time was lent, plus 1; protected by the
 *	container's lock
 * @times: how often time was lent; protected by the container's lock
 * @end: ends the loan, or looks again when the next generation has begun
 */
struct bgt_loan {
	spinlock_t lock;	/* protects @borrowers */
	struct list_head borrowers;
	bool standing;
	bool active;
	u64 generation;
	u64 times;
	struct delayed_work end;
};

void bgt_lend_prepare(struct bgt_container *container);
void bgt_lend_quiesce(struct bgt_container *container);

void bgt_lend_init(struct bgt_borrower *borrower);
void bgt_lend_want(struct bgt_container *container, struct bgt_borrower *borrower);
void bgt_lend_done(struct bgt_container *container, struct bgt_borrower *borrower);
void bgt_lend_exit(struct bgt_borrower *borrower);

bool bgt_lend_decide(struct bgt_container *container, bool standing);
bool bgt_lend_covers(struct bgt_container *container, const struct bgt_member *member);
bool bgt_lend_in_generation(const struct bgt_container *container);

#endif /* _BGTASK_LEND_H */
