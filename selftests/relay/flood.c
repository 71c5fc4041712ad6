// SPDX-License-Identifier: GPL-2.0
/* Callers that make too many calls, or read no messages, do not hinder others. */
#include <errno.h>
#include <linux/bgtask.h>
#include <sys/socket.h>

#include "exchange.h"
#include "genl.h"
#include "module.h"
#include "payload.h"
#include "relay.h"
#include "scene.h"
#include "task.h"

/* A peer that reads nothing cannot make the helper wait. */
TEST_F(relay, deaf_peer)
{
	static const struct payload nothing;
	int size = 1, error = 0;
	uint32_t peer;

	ASSERT_EQ(0, setsockopt(self->app.socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	call(&self->app, "one", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	for (int i = 0; i < 1000 && !error; i++)
		error = tell(&self->helper, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &nothing);
	EXPECT_EQ(-EBUSY, error);
	EXPECT_STREQ("the peer does not read what it is sent", self->helper.text);
}

/* The calls of a user, or of a container, that wait for an answer are limited. */
TEST_F(relay, limits)
{
	uint32_t id = 0;

	module_set("user_calls", 20);
	for (int i = 0; i < 20; i++) {
		call(&self->app, "flood", NLM_F_ACK);
		id = take(&self->helper);
	}
	call(&self->other, "too many", NLM_F_ACK);
	EXPECT_EQ(-EDQUOT, result(&self->other));
	EXPECT_STREQ("the user has too many calls that wait for the helper", self->other.text);
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	call(&self->other, "again", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->other));
}

static int flood(void *data)
{
	struct genl genl;
	int error = 0;

	(void)data;
	if (genl_open(&genl))
		return 255;
	for (int i = 0; i < 1000 && !error; i++) {
		call(&genl, "flood", 0);
		/* There are no acknowledgments, so only refusals come. */
		if (genl_receive(&genl, 0))
			error = genl_result_of(&genl);
	}
	pause_for(3600 * SEC);
	return 0;
}

/* An app that floods the helper only reaches its own limit; others can call. */
TEST_F_TIMEOUT(relay, flood, 60)
{
	unsigned int seen = 0;
	uint32_t id = 0;
	pid_t pid;

	module_set("container_calls", 64);
	pid = task_start("a", flood, NULL);
	while (seen < 64) {
		id = take(&self->helper);
		EXPECT_EQ(self->id, genl_get_u32(&self->helper, BGTASK_A_CALL_CONTAINER));
		seen++;
	}
	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	EXPECT_EQ(NULL, genl_find(&self->helper, BGTASK_A_CALL_CONTAINER));
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	task_kill(pid);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));
}

/* Makes calls until the helper's socket is full. Returns how many calls fit in. */
static unsigned int fill_helper(struct genl *app, const struct genl *helper)
{
	unsigned int calls = 0;
	int size = 1;

	if (setsockopt(helper->socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)))
		fail("cannot make the helper's buffer small");
	for (; calls < 200; calls++) {
		call(app, "flood", 0);
		if (!genl_receive(app, 0))
			continue;
		if (genl_result_of(app) != -EBUSY)
			fail("%d, not EBUSY", genl_result_of(app));
		return calls;
	}
	fail("the helper's socket does not get full");
}

/*
 * A helper that reads nothing gets no calls, and callers get an error. It is told of closed sockets
 * later.
 */
TEST_F_TIMEOUT(relay, deaf_helper, 60)
{
	unsigned int calls;
	uint64_t start;
	uint32_t peer;

	call(&self->other, "one", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	calls = fill_helper(&self->app, &self->helper);
	EXPECT_STREQ("the helper does not keep up", self->app.text);
	/* Refused calls do not count as waiting, however many there are. */
	for (int i = 0; i < 300; i++) {
		call(&self->app, "flood", 0);
		EXPECT_EQ(-EBUSY, result(&self->app));
	}
	genl_close(&self->other);

	/* The first read reports once that the socket has overflown; genl_receive() skips that. */
	while (calls) {
		if (!genl_receive(&self->helper, DEADLINE))
			fail("a call is missing");
		if (genl_command(&self->helper) == BGTASK_CMD_CALL_NTF)
			calls--;
	}
	start = now();
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));
	EXPECT_EQ(peer, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
	/* The helper is told soon after there is room in its socket. */
	if (exact_clock())
		EXPECT_LT(now() - start, SEC);
}

/*
 * The module does not remember sockets that have come and gone meanwhile, which would use kernel
 * memory.
 */
TEST_F_TIMEOUT(relay, deaf_helper_and_many_sockets, 60)
{
	unsigned int calls, gone = 0;
	struct genl passing;

	calls = fill_helper(&self->app, &self->helper);
	for (int i = 0; i < 100; i++) {
		ASSERT_EQ(0, genl_open(&passing));
		call(&passing, "passing", 0);
		EXPECT_EQ(-EBUSY, result(&passing));
		EXPECT_STREQ("the helper does not keep up", passing.text);
		genl_close(&passing);
	}

	/*
	 * At most the first socket is reported, a little later, although the helper has got no call
	 * of it.
	 */
	while (calls) {
		if (receive(&self->helper) == BGTASK_CMD_CALL_NTF)
			calls--;
		else
			gone++;
	}
	while (genl_receive(&self->helper, gone ? SEC : DEADLINE)) {
		EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, genl_command(&self->helper));
		gone++;
	}
	EXPECT_LE(gone, 1);

	/* When the socket is read, calls work again. */
	call(&self->other, "at last", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->other));
}

TEST_HARNESS_MAIN
