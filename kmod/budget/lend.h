/* SPDX-License-Identifier: GPL-2.0 */
/* Lending: time for a container that stands still and owns what others wait for. */
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
 * struct bgt_borrower - a task in a container, that owns a mutex
 * @entry: in the container's borrowers while somebody outside waits for the mutex
 * @thread: that acquired it
 * @process: of that thread
 */
struct bgt_borrower {
	struct list_head entry;
	struct pid *thread;
	struct pid *process;
};

/**
 * struct bgt_loan - what a container borrows
 * @lock: protects @borrowers; innermost, process context only
 * @borrowers: not empty while somebody outside waits
 * @standing: some member is to stand still; written under members_lock before
 *	@borrowers is looked at, read after an entry was added to it
 * @active: it may run for the moment; members_lock
 * @generation: number of the last generation that was lent time, plus 1; the
 *	container's lock
 * @times: how often that was; the container's lock
 * @end: the moment is over, or the next generation has come
 */
struct bgt_loan {
	spinlock_t lock;	/* of @borrowers, see above */
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
