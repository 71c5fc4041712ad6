// SPDX-License-Identifier: GPL-2.0
/* Which process is the helper, and what becomes of calls when it ends. */
#include <errno.h>
#include <linux/bgtask.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exchange.h"
#include "genl.h"
#include "module.h"
#include "payload.h"
#include "player.h"
#include "relay.h"
#include "scene.h"
#include "task.h"

TEST_F(relay, no_helper)
{
	genl_close(&self->helper);
	call(&self->app, "one", 0);
	EXPECT_EQ(-ENOTCONN, result(&self->app));
	EXPECT_STREQ("there is no helper (bgtaskd does not run)", self->app.text);
}

/* The callers of an ended helper get an error, and can call the next helper. */
TEST_F(relay, helper_ends)
{
	call(&self->app, "one", NLM_F_ACK);
	take(&self->helper);
	call(&self->other, "two", NLM_F_ACK);
	genl_close(&self->helper);
	EXPECT_EQ(-ECONNRESET, result(&self->app));
	EXPECT_STREQ("the helper has ended", self->app.text);
	EXPECT_EQ(-ECONNRESET, result(&self->other));

	ASSERT_EQ(0, genl_open(&self->helper));
	EXPECT_EQ(0, play_attach(&self->helper));
	EXPECT_EQ(BGTASK_CMD_HELPER_NTF, receive(&self->app));
	EXPECT_EQ(BGTASK_CMD_HELPER_NTF, receive(&self->other));
	call(&self->app, "three", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
}

/* Becomes the helper and exits; a child that does nothing keeps the socket open. */
static int attach_and_end(void *data)
{
	struct genl *genl = data;
	pid_t child;

	if (genl_open(genl) || play_attach(genl))
		return 1;
	child = fork();
	if (!child) {
		for (;;)
			pause();
	}
	return child < 0;
}

TEST_F(relay, helper_leaves_its_socket)
{
	pid_t pid;

	genl_close(&self->helper);
	pid = task_start("a", attach_and_end, &self->helper);
	ASSERT_EQ(0, task_wait(pid));
	call(&self->app, "x", NLM_F_ACK);
	EXPECT_EQ(-ENOTCONN, result(&self->app));

	/* The child does not keep another process from becoming the helper. */
	pid = task_start("a", attach_and_end, &self->helper);
	ASSERT_EQ(0, task_wait(pid));
	ASSERT_EQ(0, genl_open(&self->helper));
	EXPECT_EQ(0, play_attach(&self->helper));
	call(&self->app, "y", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
}

TEST_F(relay, but_one_helper)
{
	EXPECT_EQ(-EBUSY, play_attach(&self->other));
	EXPECT_STREQ("there is a helper already", self->other.text);
	EXPECT_EQ(-EBUSY, play_attach(&self->helper));
}

static int attach_as_user(void *data)
{
	struct genl genl;

	(void)data;
	if (syscall(SYS_setresuid, USER, USER, USER) || genl_open(&genl))
		return 255;
	return -play_attach(&genl);
}

TEST_F(relay, strangers)
{
	static const struct payload nothing;
	uint32_t id, peer;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	EXPECT_EQ(-EPERM, reply(&self->other, id, 0, NULL));
	EXPECT_STREQ("only the helper may do this", self->other.text);
	EXPECT_EQ(-EPERM, tell(&self->other, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &nothing));
	/* Nothing of this has reached the app. */
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	EXPECT_EQ(0, result(&self->app));

	genl_close(&self->helper);
	EXPECT_EQ(EPERM, task_wait(task_start("a", attach_as_user, NULL)));
}

/* When the module is unloaded, waiting calls end. */
TEST_F_TIMEOUT(relay, module_unloaded, 60)
{
	uint64_t end = now() + DEADLINE;
	int error;

	call(&self->app, "one", NLM_F_ACK);
	take(&self->helper);
	while ((error = module_unload()) == -EAGAIN && now() < end)
		usleep(1000);
	ASSERT_EQ(0, error);
	EXPECT_EQ(-ECONNRESET, result(&self->app));
	ASSERT_EQ(0, module_load());
}

TEST_HARNESS_MAIN
