// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the relay's books; part of the module where the kernel has KUnit built in. */
#include <kunit/test.h>

#include "call.h"

#define CALLS 100

/* The table of calls never reads a peer, so any pointer will do. */
#define PEER(number) ((struct bgt_peer *)(unsigned long)(number))

static struct bgt_caller *meet(struct kunit *test, struct bgt_call_table *table, int number)
{
	struct bgt_caller *caller = bgt_call_add_caller(table, PEER(number));

	KUNIT_ASSERT_NOT_NULL(test, caller);
	KUNIT_EXPECT_NE(test, caller->id, 0);
	KUNIT_EXPECT_PTR_EQ(test, caller->peer, PEER(number));
	return caller;
}

static struct bgt_call *add(struct kunit *test, struct bgt_call_table *table,
			    struct bgt_caller *caller)
{
	struct bgt_call *call = bgt_call_add(table, caller);

	KUNIT_ASSERT_NOT_NULL(test, call);
	KUNIT_EXPECT_NE(test, call->id, 0);
	return call;
}

static void remove_all(struct bgt_call_table *table, struct bgt_caller *caller)
{
	struct bgt_call *call, *next;

	list_for_each_entry_safe(call, next, &caller->calls, by_caller)
		bgt_call_remove(table, call);
}

static void callers_have_ids(struct kunit *test)
{
	struct bgt_caller *first, *second;
	struct bgt_call_table table;

	bgt_call_table_init(&table);
	first = meet(test, &table, 1);
	second = meet(test, &table, 2);
	KUNIT_EXPECT_NE(test, first->id, second->id);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find_caller(&table, first->id), first);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find_caller(&table, second->id), second);
	KUNIT_EXPECT_NULL(test, bgt_call_find_caller(&table, 0));
	KUNIT_EXPECT_NULL(test, bgt_call_find_caller(&table, second->id + 1));
	bgt_call_remove_caller(&table, first, false);
	bgt_call_remove_caller(&table, second, false);
	bgt_call_table_exit(&table);
}

/* Whoever still has an old id must not reach a new caller or call by it. */
static void ids_are_not_used_again(struct kunit *test)
{
	struct bgt_caller *caller;
	struct bgt_call_table table;
	u32 last_call = 0, last = 0;
	struct bgt_call *call;
	int i;

	bgt_call_table_init(&table);
	for (i = 0; i < CALLS; i++) {
		caller = meet(test, &table, 1);
		KUNIT_EXPECT_GT(test, caller->id, last);
		last = caller->id;
		call = add(test, &table, caller);
		KUNIT_EXPECT_GT(test, call->id, last_call);
		last_call = call->id;
		bgt_call_remove(&table, call);
		bgt_call_remove_caller(&table, caller, false);
	}
	bgt_call_table_exit(&table);
}

static void calls_are_answered_once(struct kunit *test)
{
	struct bgt_caller *caller;
	struct bgt_call_table table;
	struct bgt_call *call;
	u32 id;

	bgt_call_table_init(&table);
	caller = meet(test, &table, 1);
	call = add(test, &table, caller);
	id = call->id;
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find(&table, id), call);
	bgt_call_remove(&table, call);
	KUNIT_EXPECT_NULL(test, bgt_call_find(&table, id));
	KUNIT_EXPECT_TRUE(test, list_empty(&caller->calls));
	bgt_call_remove_caller(&table, caller, false);
	bgt_call_table_exit(&table);
}

static void calls_end_with_their_caller(struct kunit *test)
{
	struct bgt_caller *stays, *goes;
	struct bgt_call *call, *kept = NULL;
	struct bgt_call_table table;
	unsigned long id;
	int i, count = 0;

	bgt_call_table_init(&table);
	stays = meet(test, &table, 1);
	goes = meet(test, &table, 2);
	for (i = 0; i < CALLS; i++) {
		kept = add(test, &table, stays);
		add(test, &table, goes);
	}
	remove_all(&table, goes);
	bgt_call_remove_caller(&table, goes, false);
	xa_for_each(&table.calls, id, call)
		count++;
	KUNIT_EXPECT_EQ(test, count, CALLS);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find(&table, kept->id), kept);
	remove_all(&table, stays);
	bgt_call_remove_caller(&table, stays, false);
	bgt_call_table_exit(&table);
}

static void the_gone_wait_in_order(struct kunit *test)
{
	struct bgt_caller *callers[3];
	struct bgt_call_table table;
	int i;

	bgt_call_table_init(&table);
	for (i = 0; i < 3; i++)
		callers[i] = meet(test, &table, i + 1);
	KUNIT_EXPECT_NULL(test, bgt_call_first_gone(&table));
	bgt_call_remove_caller(&table, callers[1], true);
	bgt_call_remove_caller(&table, callers[0], true);
	KUNIT_EXPECT_NULL(test, bgt_call_find_caller(&table, callers[1]->id));
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find_caller(&table, callers[2]->id), callers[2]);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_first_gone(&table), callers[1]);
	bgt_call_free_caller(&table, callers[1]);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_first_gone(&table), callers[0]);
	bgt_call_free_caller(&table, callers[0]);
	KUNIT_EXPECT_NULL(test, bgt_call_first_gone(&table));
	/* A caller that the helper was not told of is freed with the table. */
	bgt_call_remove_caller(&table, callers[2], true);
	bgt_call_table_exit(&table);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(callers_have_ids),
	KUNIT_CASE(ids_are_not_used_again),
	KUNIT_CASE(calls_are_answered_once),
	KUNIT_CASE(calls_end_with_their_caller),
	KUNIT_CASE(the_gone_wait_in_order),
	{ }
};

static struct kunit_suite suite = {
	.name = "bgtask_call",
	.test_cases = cases,
};

kunit_test_suite(suite);
