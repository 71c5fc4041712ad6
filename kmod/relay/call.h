/* SPDX-License-Identifier: GPL-2.0 */
/* Calls: those that the helper has not answered, and who made them. */
#ifndef _BGTASK_CALL_H
#define _BGTASK_CALL_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "peer/answer.h"
#include "peer/limit.h"

struct bgt_peer;

/**
 * struct bgt_correspondent - a socket that has called
 * @id: never 0
 * @peer: the socket; NULL when it is closed and the helper has not been told
 * @calls: struct bgt_call by_correspondent, that wait for their answers
 * @gone: in the book's gone
 */
struct bgt_correspondent {
	u32 id;
	struct bgt_peer *peer;
	struct list_head calls;
	struct list_head gone;
};

/**
 * struct bgt_call - a call that waits for its answer
 * @id: never 0
 * @by_correspondent: in the correspondent's calls
 * @charge: who pays for it
 * @answer: promised
 */
struct bgt_call {
	u32 id;
	struct list_head by_correspondent;
	struct bgt_charge charge;
	struct bgt_answer answer;
};

/**
 * struct bgt_call_book - all calls and correspondents, by their ids
 * @calls: struct bgt_call
 * @correspondents: struct bgt_correspondent
 * @gone: those whose socket was closed, in that order
 * @next_call: id to try next
 * @next_correspondent: likewise
 *
 * Whoever has it has a lock for it, too.
 */
struct bgt_call_book {
	struct xarray calls;
	struct xarray correspondents;
	struct list_head gone;
	u32 next_call;
	u32 next_correspondent;
};

void bgt_call_book_init(struct bgt_call_book *book);
void bgt_call_book_exit(struct bgt_call_book *book);

struct bgt_correspondent *bgt_call_meet(struct bgt_call_book *book, struct bgt_peer *peer);
struct bgt_correspondent *bgt_call_find(struct bgt_call_book *book, u32 id);
void bgt_call_part(struct bgt_call_book *book, struct bgt_correspondent *correspondent, bool tell);
struct bgt_correspondent *bgt_call_first_gone(struct bgt_call_book *book);
void bgt_call_forget(struct bgt_call_book *book, struct bgt_correspondent *correspondent);

struct bgt_call *bgt_call_add(struct bgt_call_book *book, struct bgt_correspondent *correspondent);
struct bgt_call *bgt_call_look(struct bgt_call_book *book, u32 id);
void bgt_call_remove(struct bgt_call_book *book, struct bgt_call *call);

#endif /* _BGTASK_CALL_H */
