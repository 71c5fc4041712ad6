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
 * struct bgt_caller - a socket that has called
 * @id: never 0
 * @peer: the socket; NULL when it is closed and the helper has not been told
 * @calls: struct bgt_call by_caller, that wait for their answers
 * @gone: in the table's gone
 */
struct bgt_caller {
	u32 id;
	struct bgt_peer *peer;
	struct list_head calls;
	struct list_head gone;
};

/**
 * struct bgt_call - a call that waits for its answer
 * @id: never 0
 * @by_caller: in the caller's calls
 * @charge: who pays for it
 * @answer: promised
 */
struct bgt_call {
	u32 id;
	struct list_head by_caller;
	struct bgt_charge charge;
	struct bgt_answer answer;
};

/**
 * struct bgt_call_table - all calls and callers, by their ids
 * @calls: struct bgt_call
 * @callers: struct bgt_caller
 * @gone: those whose socket was closed, in that order
 * @next_call: id to try next
 * @next_caller: likewise
 *
 * Whoever has it has a lock for it, too.
 */
struct bgt_call_table {
	struct xarray calls;
	struct xarray callers;
	struct list_head gone;
	u32 next_call;
	u32 next_caller;
};

void bgt_call_table_init(struct bgt_call_table *table);
void bgt_call_table_exit(struct bgt_call_table *table);

struct bgt_caller *bgt_call_add_caller(struct bgt_call_table *table, struct bgt_peer *peer);
struct bgt_caller *bgt_call_find_caller(struct bgt_call_table *table, u32 id);
void bgt_call_remove_caller(struct bgt_call_table *table, struct bgt_caller *caller, bool tell);
struct bgt_caller *bgt_call_first_gone(struct bgt_call_table *table);
void bgt_call_free_caller(struct bgt_call_table *table, struct bgt_caller *caller);

struct bgt_call *bgt_call_add(struct bgt_call_table *table, struct bgt_caller *caller);
struct bgt_call *bgt_call_find(struct bgt_call_table *table, u32 id);
void bgt_call_remove(struct bgt_call_table *table, struct bgt_call *call);

#endif /* _BGTASK_CALL_H */
