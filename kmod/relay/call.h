/* SPDX-License-Identifier: GPL-2.0 */
/* Calls that the helper has not answered, and the sockets that made them. */
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
 * @peer: the socket's peer; NULL once the socket was closed and the helper must still be told
 * @calls: list of struct bgt_call, by @by_caller: the caller's calls
 * @gone: link in the table's @gone
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
 * @by_caller: link in the caller's @calls
 * @charge: who is charged for the call
 * @answer: kept until the helper replies
 */
struct bgt_call {
	u32 id;
	struct list_head by_caller;
	struct bgt_charge charge;
	struct bgt_answer answer;
};

/**
 * struct bgt_call_table - all calls and callers
 * @calls: struct bgt_call, by id
 * @callers: struct bgt_caller, by id
 * @gone: callers whose sockets were closed and whom the helper must be told of, oldest first
 * @next_call: id to try for the next call
 * @next_caller: id to try for the next caller
 *
 * The owner of a table protects it with a lock; relay.c uses relay_lock.
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
