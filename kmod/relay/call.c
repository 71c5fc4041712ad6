// SPDX-License-Identifier: GPL-2.0
/*
 * The books of the relay: which sockets have called, and which calls the helper has not
 * answered. Nothing here sends anything, so that it can be tested by itself.
 */
#include <linux/slab.h>

#include "call.h"

/**
 * bgt_call_book_init() - begin a book
 * @book: any
 */
void bgt_call_book_init(struct bgt_call_book *book)
{
	xa_init_flags(&book->calls, XA_FLAGS_ALLOC1);
	xa_init_flags(&book->correspondents, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&book->gone);
	book->next_call = 0;
	book->next_correspondent = 0;
}

/**
 * bgt_call_book_exit() - close a book
 * @book: with no calls in it, and no correspondents but those that are gone
 */
void bgt_call_book_exit(struct bgt_call_book *book)
{
	struct bgt_correspondent *correspondent;

	while ((correspondent = bgt_call_first_gone(book)))
		bgt_call_forget(book, correspondent);
	WARN_ON_ONCE(!xa_empty(&book->calls) || !xa_empty(&book->correspondents));
	xa_destroy(&book->calls);
	xa_destroy(&book->correspondents);
}

/**
 * bgt_call_meet() - enter somebody who calls for the first time
 * @book: any
 * @peer: its socket
 *
 * Return: the correspondent, until bgt_call_part() or, if it is to be told,
 *	   bgt_call_forget(); NULL if there is no memory.
 */
struct bgt_correspondent *bgt_call_meet(struct bgt_call_book *book, struct bgt_peer *peer)
{
	struct bgt_correspondent *correspondent;

	correspondent = kzalloc(sizeof(*correspondent), GFP_KERNEL_ACCOUNT);
	if (!correspondent)
		return NULL;
	correspondent->peer = peer;
	INIT_LIST_HEAD(&correspondent->calls);
	INIT_LIST_HEAD(&correspondent->gone);
	if (xa_alloc_cyclic(&book->correspondents, &correspondent->id, correspondent,
			    XA_LIMIT(1, INT_MAX), &book->next_correspondent,
			    GFP_KERNEL_ACCOUNT) < 0) {
		kfree(correspondent);
		return NULL;
	}
	return correspondent;
}

/**
 * bgt_call_find() - look up a correspondent
 * @book: any
 * @id: its id
 *
 * Return: the correspondent, or NULL if there is none or its socket is closed.
 */
struct bgt_correspondent *bgt_call_find(struct bgt_call_book *book, u32 id)
{
	struct bgt_correspondent *correspondent = xa_load(&book->correspondents, id);

	return correspondent && correspondent->peer ? correspondent : NULL;
}

/**
 * bgt_call_part() - a correspondent's socket is closed
 * @book: any
 * @correspondent: has no calls any more; is freed unless it is to be told
 * @tell: whether the helper is to be told
 */
void bgt_call_part(struct bgt_call_book *book, struct bgt_correspondent *correspondent, bool tell)
{
	WARN_ON_ONCE(!list_empty(&correspondent->calls));
	correspondent->peer = NULL;
	if (tell)
		list_add_tail(&correspondent->gone, &book->gone);
	else
		bgt_call_forget(book, correspondent);
}

/**
 * bgt_call_first_gone() - the one that the helper is to be told of next
 * @book: any
 *
 * Return: a correspondent, or NULL.
 */
struct bgt_correspondent *bgt_call_first_gone(struct bgt_call_book *book)
{
	return list_first_entry_or_null(&book->gone, struct bgt_correspondent, gone);
}

/**
 * bgt_call_forget() - the helper was told, or need not be
 * @book: any
 * @correspondent: whose socket is closed; is freed
 */
void bgt_call_forget(struct bgt_call_book *book, struct bgt_correspondent *correspondent)
{
	list_del(&correspondent->gone);
	xa_erase(&book->correspondents, correspondent->id);
	kfree(correspondent);
}

/**
 * bgt_call_add() - enter a call
 * @book: any
 * @correspondent: who calls
 *
 * Return: the call, without charge and answer; NULL if there is no memory.
 */
struct bgt_call *bgt_call_add(struct bgt_call_book *book, struct bgt_correspondent *correspondent)
{
	struct bgt_call *call = kzalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);

	if (!call)
		return NULL;
	if (xa_alloc_cyclic(&book->calls, &call->id, call, XA_LIMIT(1, INT_MAX), &book->next_call,
			    GFP_KERNEL_ACCOUNT) < 0) {
		kfree(call);
		return NULL;
	}
	list_add_tail(&call->by_correspondent, &correspondent->calls);
	return call;
}

/**
 * bgt_call_look() - look up a call
 * @book: any
 * @id: its id
 *
 * Return: the call, or NULL if there is none (any more).
 */
struct bgt_call *bgt_call_look(struct bgt_call_book *book, u32 id)
{
	return xa_load(&book->calls, id);
}

/**
 * bgt_call_remove() - a call was answered, or nobody waits for the answer
 * @book: any
 * @call: whose answer was sent or dropped; is freed
 */
void bgt_call_remove(struct bgt_call_book *book, struct bgt_call *call)
{
	list_del(&call->by_correspondent);
	xa_erase(&book->calls, call->id);
	kfree(call);
}
