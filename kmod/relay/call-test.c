// SPDX-License-Identifier: GPL-2.0
/* KUnit tests of the relay's books; part of the module where the kernel has KUnit built in. */
#include <kunit/test.h>

#include "call.h"

#define CALLS 100

/* Nobody looks into a peer here. */
#define PEER(number) ((struct bgt_peer *)(unsigned long)(number))

static struct bgt_correspondent *meet(struct kunit *test, struct bgt_call_book *book, int number)
{
	struct bgt_correspondent *correspondent = bgt_call_meet(book, PEER(number));

	KUNIT_ASSERT_NOT_NULL(test, correspondent);
	KUNIT_EXPECT_NE(test, correspondent->id, 0);
	KUNIT_EXPECT_PTR_EQ(test, correspondent->peer, PEER(number));
	return correspondent;
}

static struct bgt_call *add(struct kunit *test, struct bgt_call_book *book,
			    struct bgt_correspondent *correspondent)
{
	struct bgt_call *call = bgt_call_add(book, correspondent);

	KUNIT_ASSERT_NOT_NULL(test, call);
	KUNIT_EXPECT_NE(test, call->id, 0);
	return call;
}

static void remove_all(struct bgt_call_book *book, struct bgt_correspondent *correspondent)
{
	struct bgt_call *call, *next;

	list_for_each_entry_safe(call, next, &correspondent->calls, by_correspondent)
		bgt_call_remove(book, call);
}

static void correspondents_have_ids(struct kunit *test)
{
	struct bgt_correspondent *first, *second;
	struct bgt_call_book book;

	bgt_call_book_init(&book);
	first = meet(test, &book, 1);
	second = meet(test, &book, 2);
	KUNIT_EXPECT_NE(test, first->id, second->id);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find(&book, first->id), first);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find(&book, second->id), second);
	KUNIT_EXPECT_NULL(test, bgt_call_find(&book, 0));
	KUNIT_EXPECT_NULL(test, bgt_call_find(&book, second->id + 1));
	bgt_call_part(&book, first, false);
	bgt_call_part(&book, second, false);
	bgt_call_book_exit(&book);
}

/* Who knew the old one must not take a new one for it. */
static void ids_are_not_used_again(struct kunit *test)
{
	struct bgt_correspondent *correspondent;
	struct bgt_call_book book;
	u32 last_call = 0, last = 0;
	struct bgt_call *call;
	int i;

	bgt_call_book_init(&book);
	for (i = 0; i < CALLS; i++) {
		correspondent = meet(test, &book, 1);
		KUNIT_EXPECT_GT(test, correspondent->id, last);
		last = correspondent->id;
		call = add(test, &book, correspondent);
		KUNIT_EXPECT_GT(test, call->id, last_call);
		last_call = call->id;
		bgt_call_remove(&book, call);
		bgt_call_part(&book, correspondent, false);
	}
	bgt_call_book_exit(&book);
}

static void calls_are_answered_once(struct kunit *test)
{
	struct bgt_correspondent *correspondent;
	struct bgt_call_book book;
	struct bgt_call *call;
	u32 id;

	bgt_call_book_init(&book);
	correspondent = meet(test, &book, 1);
	call = add(test, &book, correspondent);
	id = call->id;
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_look(&book, id), call);
	bgt_call_remove(&book, call);
	KUNIT_EXPECT_NULL(test, bgt_call_look(&book, id));
	KUNIT_EXPECT_TRUE(test, list_empty(&correspondent->calls));
	bgt_call_part(&book, correspondent, false);
	bgt_call_book_exit(&book);
}

static void calls_end_with_their_correspondent(struct kunit *test)
{
	struct bgt_correspondent *stays, *goes;
	struct bgt_call *call, *kept = NULL;
	struct bgt_call_book book;
	unsigned long id;
	int i, count = 0;

	bgt_call_book_init(&book);
	stays = meet(test, &book, 1);
	goes = meet(test, &book, 2);
	for (i = 0; i < CALLS; i++) {
		kept = add(test, &book, stays);
		add(test, &book, goes);
	}
	remove_all(&book, goes);
	bgt_call_part(&book, goes, false);
	xa_for_each(&book.calls, id, call)
		count++;
	KUNIT_EXPECT_EQ(test, count, CALLS);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_look(&book, kept->id), kept);
	remove_all(&book, stays);
	bgt_call_part(&book, stays, false);
	bgt_call_book_exit(&book);
}

static void the_gone_wait_in_order(struct kunit *test)
{
	struct bgt_correspondent *correspondents[3];
	struct bgt_call_book book;
	int i;

	bgt_call_book_init(&book);
	for (i = 0; i < 3; i++)
		correspondents[i] = meet(test, &book, i + 1);
	KUNIT_EXPECT_NULL(test, bgt_call_first_gone(&book));
	bgt_call_part(&book, correspondents[1], true);
	bgt_call_part(&book, correspondents[0], true);
	KUNIT_EXPECT_NULL(test, bgt_call_find(&book, correspondents[1]->id));
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_find(&book, correspondents[2]->id), correspondents[2]);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_first_gone(&book), correspondents[1]);
	bgt_call_forget(&book, correspondents[1]);
	KUNIT_EXPECT_PTR_EQ(test, bgt_call_first_gone(&book), correspondents[0]);
	bgt_call_forget(&book, correspondents[0]);
	KUNIT_EXPECT_NULL(test, bgt_call_first_gone(&book));
	/* One that nobody was told of is forgotten with the book. */
	bgt_call_part(&book, correspondents[2], true);
	bgt_call_book_exit(&book);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(correspondents_have_ids),
	KUNIT_CASE(ids_are_not_used_again),
	KUNIT_CASE(calls_are_answered_once),
	KUNIT_CASE(calls_end_with_their_correspondent),
	KUNIT_CASE(the_gone_wait_in_order),
	{ }
};

static struct kunit_suite suite = {
	.name = "bgtask_call",
	.test_cases = cases,
};

kunit_test_suite(suite);
