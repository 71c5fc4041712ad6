// SPDX-License-Identifier: GPL-2.0
/*
 * The relay's table of calls: the sockets that have called, and the calls that the helper has not
 * answered. Nothing here sends messages or takes locks, so that KUnit can test it by itself.
 */
#include <linux/slab.h>

#include "call.h"

/**
 * bgt_call_table_init() - make a table empty
 * @table: new
 */
void bgt_call_table_init(struct bgt_call_table *table)
{
	xa_init_flags(&table->calls, XA_FLAGS_ALLOC1);
	xa_init_flags(&table->callers, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&table->gone);
	table->next_call = 0;
	table->next_caller = 0;
}

/**
 * bgt_call_table_exit() - free a table
 * @table: has no calls, and no callers but those whose sockets are closed
 */
void bgt_call_table_exit(struct bgt_call_table *table)
{
	struct bgt_caller *caller;

	while ((caller = bgt_call_first_gone(table)))
		bgt_call_free_caller(table, caller);
	WARN_ON_ONCE(!xa_empty(&table->calls) || !xa_empty(&table->callers));
	xa_destroy(&table->calls);
	xa_destroy(&table->callers);
}

/**
 * bgt_call_add_caller() - add a socket that calls for the first time
 * @table: any
 * @peer: the socket's peer
 *
 * Return: the caller, which the table owns; or NULL if there is no memory.
 */
struct bgt_caller *bgt_call_add_caller(struct bgt_call_table *table, struct bgt_peer *peer)
{
	struct bgt_caller *caller;

	caller = kzalloc(sizeof(*caller), GFP_KERNEL_ACCOUNT);
	if (!caller)
		return NULL;
	caller->peer = peer;
	INIT_LIST_HEAD(&caller->calls);
	INIT_LIST_HEAD(&caller->gone);
	if (xa_alloc_cyclic(&table->callers, &caller->id, caller,
			    XA_LIMIT(1, INT_MAX), &table->next_caller,
			    GFP_KERNEL_ACCOUNT) < 0) {
		kfree(caller);
		return NULL;
	}
	return caller;
}

/**
 * bgt_call_find_caller() - look up a caller
 * @table: any
 * @id: its id
 *
 * Return: the caller, or NULL if there is none or its socket was closed.
 */
struct bgt_caller *bgt_call_find_caller(struct bgt_call_table *table, u32 id)
{
	struct bgt_caller *caller = xa_load(&table->callers, id);

	return caller && caller->peer ? caller : NULL;
}

/**
 * bgt_call_remove_caller() - a caller's socket was closed
 * @table: any
 * @caller: has no calls any more; is freed unless @tell
 * @tell: the helper must be told; until then the caller stays, see bgt_call_first_gone()
 */
void bgt_call_remove_caller(struct bgt_call_table *table, struct bgt_caller *caller, bool tell)
{
	WARN_ON_ONCE(!list_empty(&caller->calls));
	caller->peer = NULL;
	if (tell)
		list_add_tail(&caller->gone, &table->gone);
	else
		bgt_call_free_caller(table, caller);
}

/**
 * bgt_call_first_gone() - find the closed caller that the helper must be told of next
 * @table: any
 *
 * Return: a caller, or NULL.
 */
struct bgt_caller *bgt_call_first_gone(struct bgt_call_table *table)
{
	return list_first_entry_or_null(&table->gone, struct bgt_caller, gone);
}

/**
 * bgt_call_free_caller() - remove a closed caller that the helper knows to be closed, or never knew
 * @table: any
 * @caller: its socket was closed; is freed
 */
void bgt_call_free_caller(struct bgt_call_table *table, struct bgt_caller *caller)
{
	list_del(&caller->gone);
	xa_erase(&table->callers, caller->id);
	kfree(caller);
}

/**
 * bgt_call_add() - add a call
 * @table: any
 * @caller: the caller
 *
 * Return: the call, whose charge and answer are to be set; or NULL if there is no memory.
 */
struct bgt_call *bgt_call_add(struct bgt_call_table *table, struct bgt_caller *caller)
{
	struct bgt_call *call = kzalloc(sizeof(*call), GFP_KERNEL_ACCOUNT);

	if (!call)
		return NULL;
	if (xa_alloc_cyclic(&table->calls, &call->id, call, XA_LIMIT(1, INT_MAX), &table->next_call,
			    GFP_KERNEL_ACCOUNT) < 0) {
		kfree(call);
		return NULL;
	}
	list_add_tail(&call->by_caller, &caller->calls);
	return call;
}

/**
 * bgt_call_find() - look up a call
 * @table: any
 * @id: its id
 *
 * Return: the call, or NULL if there is no such call or it was removed.
 */
struct bgt_call *bgt_call_find(struct bgt_call_table *table, u32 id)
{
	return xa_load(&table->calls, id);
}

/**
 * bgt_call_remove() - remove a call
 * @table: any
 * @call: its answer was sent or dropped; is freed
 */
void bgt_call_remove(struct bgt_call_table *table, struct bgt_call *call)
{
	list_del(&call->by_caller);
	xa_erase(&table->calls, call->id);
	kfree(call);
}
