// SPDX-License-Identifier: GPL-2.0
/*
 * What passes between apps and the helper. The helper is played here, by a bare socket, which sees
 * all that a real one does.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup.h"
#include "container.h"
#include "failslab.h"
#include "genl.h"
#include "kselftest_harness.h"
#include "module.h"
#include "player.h"
#include "scene.h"
#include "task.h"

#define USER	1001
#define RESULTS	"/sys/kernel/debug/kunit/bgtask_call/results"

FIXTURE(relay) {
	struct genl helper, app, other;
	struct bgt *bgt;
	uint32_t id;
	unsigned int user_calls, container_calls;
};

FIXTURE_SETUP(relay)
{
	scene_begin();
	self->user_calls = module_set("user_calls", 256);
	self->container_calls = module_set("container_calls", 64);
	self->bgt = container_connect();
	cgroup_make("a");
	self->id = container_new(self->bgt, BGT_QUOTA_UNLIMITED, SEC);
	member_add(self->bgt, self->id, BGT_ROLE_APP, "a");
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, genl_open(&self->app));
	ASSERT_EQ(0, genl_open(&self->other));
	ASSERT_EQ(0, play_attach(&self->helper));
}

FIXTURE_TEARDOWN_PARENT(relay)
{
	if (!module_is_loaded())
		module_load();
	module_set("user_calls", self->user_calls);
	module_set("container_calls", self->container_calls);
	scene_end();
}

/* Makes a call, without waiting for the answer. */
static void call(struct genl *genl, const char *name, uint16_t flags)
{
	genl_begin(genl, BGTASK_CMD_TASK_UNREGISTER);
	genl_put_string(genl, BGTASK_A_TASK_NAME, name);
	if (genl_send(genl, flags))
		fail("cannot call: %s", strerror(errno));
}

/* The next call that reaches the helper, or whatever it is sent. */
static const struct nlmsghdr *receive(struct genl *genl)
{
	if (!genl_receive(genl, DEADLINE))
		fail("nothing comes");
	return genl->answer;
}

static uint8_t command_of(const struct nlmsghdr *message)
{
	return ((const struct genlmsghdr *)NLMSG_DATA(message))->cmd;
}

/* Takes a call, and returns its id. */
static uint32_t take(struct genl *helper)
{
	if (command_of(receive(helper)) != BGTASK_CMD_CALL_NTF)
		fail("that is no call");
	return genl_get_u32(helper, BGTASK_A_CALL_ID);
}

static int reply(struct genl *helper, uint32_t id, int error, const char *text)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	if (error)
		genl_put_u32(helper, BGTASK_A_CALL_ERROR, (uint32_t)error);
	if (text)
		genl_put_string(helper, BGTASK_A_CALL_TEXT, text);
	return genl_do(helper);
}

/* An attribute by itself, as a payload. */
static size_t make_u32(uint8_t *buffer, uint16_t type, uint32_t value)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + sizeof(value), .nla_type = type };

	memcpy(buffer, &attr, NLA_HDRLEN);
	memcpy(buffer + NLA_HDRLEN, &value, sizeof(value));
	return NLA_HDRLEN + sizeof(value);
}

static int reply_with(struct genl *helper, uint32_t id, const void *payload, size_t size)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	genl_put(helper, BGTASK_A_CALL_PAYLOAD, payload, size);
	return genl_do(helper);
}

/* How a call has ended that was made without waiting. */
static int result(struct genl *genl)
{
	return genl_result(genl, DEADLINE);
}

TEST_F(relay, call_and_reply)
{
	const struct nlattr *payload;
	uint8_t buffer[64];
	uint32_t id;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	EXPECT_NE(0, id);
	EXPECT_EQ(BGTASK_CMD_TASK_UNREGISTER, genl_get_u32(&self->helper, BGTASK_A_CALL_COMMAND));
	EXPECT_NE(0, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
	EXPECT_EQ(getpid(), (pid_t)genl_get_u32(&self->helper, BGTASK_A_CALL_PID));
	EXPECT_EQ(getuid(), genl_get_u32(&self->helper, BGTASK_A_CALL_UID));
	EXPECT_EQ(NULL, genl_find(&self->helper, BGTASK_A_CALL_CONTAINER));
	payload = genl_find(&self->helper, BGTASK_A_CALL_PAYLOAD);
	ASSERT_NE(NULL, payload);
	/* It is the name's attribute, as it was sent. */
	EXPECT_EQ(NLA_HDRLEN + NLA_ALIGN(NLA_HDRLEN + sizeof("one")), payload->nla_len);
	EXPECT_EQ(0, memcmp((const char *)payload + 2 * NLA_HDRLEN, "one", sizeof("one")));

	EXPECT_EQ(0, reply_with(&self->helper, id, buffer,
				make_u32(buffer, BGTASK_A_TASK_ID, 1234)));
	EXPECT_EQ(0, result(&self->app));
	EXPECT_EQ(1, self->app.answers);
	EXPECT_EQ(BGTASK_CMD_TASK_UNREGISTER, command_of(self->app.answer));
	EXPECT_EQ(1234, genl_get_u32(&self->app, BGTASK_A_TASK_ID));
}

/* An answer that is nothing but one. */
TEST_F(relay, acknowledgment)
{
	call(&self->app, "one", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	EXPECT_EQ(0, self->app.answers);
}

TEST_F(relay, refusal)
{
	char text[200];

	call(&self->app, "one", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), -ENOENT, "there is no such task"));
	EXPECT_EQ(-ENOENT, result(&self->app));
	EXPECT_STREQ("there is no such task", self->app.text);
	EXPECT_EQ(0, self->app.answers);

	/* An error needs no acknowledgment asked for, and no text. */
	call(&self->app, "two", 0);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), -EIO, NULL));
	EXPECT_EQ(-EIO, result(&self->app));
	EXPECT_STREQ("", self->app.text);

	/* What is too long for a text is cut off. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	call(&self->app, "three", 0);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), -EIO, text));
	EXPECT_EQ(-EIO, result(&self->app));
	EXPECT_EQ(79, strlen(self->app.text));
}

/* Answers need not come in the order of the calls. */
TEST_F(relay, any_order)
{
	uint32_t first, second;

	call(&self->app, "one", NLM_F_ACK);
	call(&self->other, "two", NLM_F_ACK);
	first = take(&self->helper);
	second = take(&self->helper);
	EXPECT_NE(first, second);
	EXPECT_EQ(0, reply(&self->helper, second, -EIO, NULL));
	EXPECT_EQ(-EIO, result(&self->other));
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, reply(&self->helper, first, 0, NULL));
	EXPECT_EQ(0, result(&self->app));
}

/* Who calls is known by where it is, and cannot be told by it. */
static int call_as_user(void *data)
{
	struct genl genl;

	(void)data;
	if (syscall(SYS_setresuid, USER, USER, USER) || genl_open(&genl))
		return 255;
	call(&genl, "inside", NLM_F_ACK);
	return -result(&genl);
}

TEST_F(relay, stamps)
{
	pid_t pid = task_start("a", call_as_user, NULL);
	uint32_t id = take(&self->helper);
	const struct nlattr *admin = genl_find(&self->helper, BGTASK_A_CALL_ADMIN);

	EXPECT_EQ(pid, (pid_t)genl_get_u32(&self->helper, BGTASK_A_CALL_PID));
	EXPECT_EQ(USER, genl_get_u32(&self->helper, BGTASK_A_CALL_UID));
	EXPECT_EQ(self->id, genl_get_u32(&self->helper, BGTASK_A_CALL_CONTAINER));
	ASSERT_NE(NULL, admin);
	EXPECT_EQ(0, ((const uint8_t *)admin)[NLA_HDRLEN]);
	EXPECT_EQ(0, reply(&self->helper, id, -ENODATA, NULL));
	EXPECT_EQ(ENODATA, task_wait(pid));
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));

	call(&self->app, "outside", 0);
	take(&self->helper);
	admin = genl_find(&self->helper, BGTASK_A_CALL_ADMIN);
	ASSERT_NE(NULL, admin);
	EXPECT_EQ(1, ((const uint8_t *)admin)[NLA_HDRLEN]);
}

/* A socket keeps its name, and no other has it. */
TEST_F(relay, peers)
{
	uint32_t peer, other;

	call(&self->app, "one", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	call(&self->other, "two", 0);
	take(&self->helper);
	other = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	EXPECT_NE(peer, other);
	call(&self->app, "three", 0);
	take(&self->helper);
	EXPECT_EQ(peer, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));

	genl_close(&self->other);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));
	EXPECT_EQ(other, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
}

/* What is malformed does not reach the helper. */
TEST_F(relay, policy)
{
	genl_begin(&self->app, BGTASK_CMD_TASK_REGISTER);
	genl_put_u32(&self->app, BGTASK_A_TASK_TRIGGER, 1000);
	EXPECT_EQ(-ERANGE, genl_do(&self->app));
	EXPECT_STRNE("", self->app.text);
	genl_begin(&self->app, BGTASK_CMD_TASK_REGISTER);
	genl_put_u32(&self->app, BGTASK_A_TASK_CONDITIONS, 0x40);
	EXPECT_EQ(-EINVAL, genl_do(&self->app));
	genl_begin(&self->app, BGTASK_CMD_TASK_REGISTER);
	genl_put_u32(&self->app, BGTASK_A_TASK_CANCEL, 1);
	EXPECT_EQ(-EINVAL, genl_do(&self->app));
	EXPECT_FALSE(genl_receive(&self->helper, 0));
}

/* A call of so many bytes, of names as long as an attribute's header. */
static int call_long(struct genl *genl, size_t size)
{
	const struct nlattr name = { .nla_len = NLA_HDRLEN + 2, .nla_type = BGTASK_A_TASK_NAME };
	struct nlmsghdr *message = calloc(1, NLMSG_HDRLEN + GENL_HDRLEN + size);
	char *end = (char *)message + NLMSG_HDRLEN + GENL_HDRLEN;
	int error;

	if (!message)
		fail("no memory");
	genl_begin(genl, BGTASK_CMD_TASK_UNREGISTER);
	memcpy(message, genl->request, NLMSG_HDRLEN + GENL_HDRLEN);
	message->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + GENL_HDRLEN + size);
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = ++genl->sequence;
	for (size_t i = 0; i < size; i += 2 * NLA_HDRLEN) {
		memcpy(end + i, &name, NLA_HDRLEN);
		end[i + NLA_HDRLEN] = 'x';
	}
	error = send(genl->socket, message, message->nlmsg_len, 0) < 0 ? -errno : 0;
	free(message);
	return error;
}

/*
 * The call is an attribute of what the helper gets, and its length has 16 bits there: what is
 * longer would end in what looks like words of the kernel.
 */
TEST_F(relay, long_calls)
{
	static const size_t sizes[] = { BGTASK_CALL_MAX + 8, 32768, 65528, 65536, 65544, 131072 };
	const struct nlattr *payload;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		ASSERT_EQ(0, call_long(&self->app, sizes[i]));
		EXPECT_EQ(-EMSGSIZE, result(&self->app));
		EXPECT_STREQ("the call is too long", self->app.text);
		EXPECT_FALSE(genl_receive(&self->helper, 0));
	}

	ASSERT_EQ(0, call_long(&self->app, BGTASK_CALL_MAX));
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	ASSERT_EQ(0, call_long(&self->app, BGTASK_CALL_MAX));
	take(&self->helper);
	payload = genl_find(&self->helper, BGTASK_A_CALL_PAYLOAD);
	ASSERT_NE(NULL, payload);
	EXPECT_EQ(NLA_HDRLEN + BGTASK_CALL_MAX, payload->nla_len);
}

TEST_F(relay, events)
{
	uint8_t buffer[64];
	uint32_t peer;

	call(&self->app, "one", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	call(&self->app, "two", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);

	genl_begin(&self->helper, BGTASK_CMD_APP_EVENT);
	genl_put_u32(&self->helper, BGTASK_A_CALL_PEER, peer);
	genl_put_u32(&self->helper, BGTASK_A_CALL_COMMAND, BGTASK_CMD_INSTANCE_PROGRESS_NTF);
	genl_put(&self->helper, BGTASK_A_CALL_PAYLOAD, buffer,
		 make_u32(buffer, BGTASK_A_INSTANCE_PROGRESS, 42));
	EXPECT_EQ(0, genl_do(&self->helper));
	EXPECT_EQ(BGTASK_CMD_INSTANCE_PROGRESS_NTF, command_of(receive(&self->app)));
	EXPECT_EQ(0, self->app.answer->nlmsg_seq);
	EXPECT_EQ(42, genl_get_u32(&self->app, BGTASK_A_INSTANCE_PROGRESS));

	genl_close(&self->app);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));
	genl_begin(&self->helper, BGTASK_CMD_APP_EVENT);
	genl_put_u32(&self->helper, BGTASK_A_CALL_PEER, peer);
	genl_put_u32(&self->helper, BGTASK_A_CALL_COMMAND, BGTASK_CMD_INSTANCE_PROGRESS_NTF);
	EXPECT_EQ(-ENOENT, genl_do(&self->helper));
	EXPECT_STREQ("there is no such peer", self->helper.text);
}

/* One that does not read cannot make the helper wait. */
TEST_F(relay, deaf_peer)
{
	int size = 1, error = 0;
	uint32_t peer;

	ASSERT_EQ(0, setsockopt(self->app.socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	call(&self->app, "one", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	for (int i = 0; i < 1000 && !error; i++) {
		genl_begin(&self->helper, BGTASK_CMD_APP_EVENT);
		genl_put_u32(&self->helper, BGTASK_A_CALL_PEER, peer);
		genl_put_u32(&self->helper, BGTASK_A_CALL_COMMAND, BGTASK_CMD_INSTANCE_ENDED_NTF);
		error = genl_do(&self->helper);
	}
	EXPECT_EQ(-EBUSY, error);
	EXPECT_STREQ("the peer does not read what it is sent", self->helper.text);
}

TEST_F(relay, no_helper)
{
	genl_close(&self->helper);
	call(&self->app, "one", 0);
	EXPECT_EQ(-ENOTCONN, result(&self->app));
	EXPECT_STREQ("there is no helper (bgtaskd does not run)", self->app.text);
}

/* Those whose calls it had are told; they can call the next one. */
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
	EXPECT_EQ(BGTASK_CMD_HELPER_NTF, command_of(receive(&self->app)));
	EXPECT_EQ(BGTASK_CMD_HELPER_NTF, command_of(receive(&self->other)));
	call(&self->app, "three", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
}

/* Attaches, and ends; a child of its that does nothing still has the socket. */
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

	/* Nor does it keep another one from taking its place. */
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
	uint32_t id, peer;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	EXPECT_EQ(-EPERM, reply(&self->other, id, 0, NULL));
	EXPECT_STREQ("only the helper may do this", self->other.text);
	genl_begin(&self->other, BGTASK_CMD_APP_EVENT);
	genl_put_u32(&self->other, BGTASK_A_CALL_PEER, peer);
	genl_put_u32(&self->other, BGTASK_A_CALL_COMMAND, BGTASK_CMD_INSTANCE_ENDED_NTF);
	EXPECT_EQ(-EPERM, genl_do(&self->other));
	/* Nothing came of it. */
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	EXPECT_EQ(0, result(&self->app));

	genl_close(&self->helper);
	EXPECT_EQ(EPERM, task_wait(task_start("a", attach_as_user, NULL)));
}

/* What the helper itself gets wrong is refused, and the call can still be answered. */
TEST_F(relay, bad_replies)
{
	static const uint8_t broken[] = { 8, 0, 1, 0, 0 };
	uint32_t id;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	EXPECT_EQ(-EINVAL, reply(&self->helper, id, 1, NULL));
	EXPECT_EQ(-EINVAL, reply(&self->helper, id, -100000, NULL));
	EXPECT_EQ(-EINVAL, reply_with(&self->helper, id, broken, sizeof(broken)));
	EXPECT_STREQ("that is no answer", self->helper.text);
	EXPECT_EQ(-ENOENT, reply(&self->helper, id + 1, 0, NULL));
	EXPECT_STREQ("there is no such call", self->helper.text);
	genl_begin(&self->helper, BGTASK_CMD_CALL_REPLY);
	EXPECT_EQ(-EINVAL, genl_do(&self->helper));
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	/* But once. */
	EXPECT_EQ(-ENOENT, reply(&self->helper, id, 0, NULL));
}

/*
 * Without memory for an answer either the helper is told, and can try again, or the caller is: none
 * waits for ever. Only where the kernel can pretend that.
 */
TEST_F_TIMEOUT(relay, no_memory, 60)
{
	unsigned int nth = 0, told = 0;
	uint8_t payload[16];
	size_t size = make_u32(payload, BGTASK_A_TASK_ID, 5);
	int error, fd;
	bool failed;
	uint32_t id;

	do {
		call(&self->app, "one", NLM_F_ACK);
		id = take(&self->helper);
		fd = failslab_begin("thread-self", ++nth);
		error = reply_with(&self->helper, id, payload, size);
		failed = failslab_end(fd);
		EXPECT_TRUE(failed || !error);
		if (error) {
			error = reply_with(&self->helper, id, payload, size);
			EXPECT_TRUE(!error || error == -ENOENT);
		}
		error = result(&self->app);
		EXPECT_TRUE(!error || error == -ENOMEM);
		told += error == -ENOMEM;
	} while (failed && nth < 1000);
	EXPECT_LT(nth, 1000);
	EXPECT_GT(told, 0);
}

/* The caller has not waited for the answer. */
TEST_F(relay, caller_ends)
{
	uint32_t id, peer;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	genl_close(&self->app);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));
	EXPECT_EQ(peer, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
	EXPECT_EQ(-ENOENT, reply(&self->helper, id, 0, NULL));
}

/* One user, or one container, cannot have more than so many that wait. */
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
		/* Only refusals come. */
		if (genl_receive(&genl, 0))
			error = genl_result_of(&genl);
	}
	pause_for(3600 * SEC);
	return 0;
}

/* Somebody who floods the helper is in nobody's way but its own. */
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
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));
}

/* Calls until the helper's socket is full. Returns how often that was not so. */
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

/* A helper that does not read is told nothing; callers hear of it. Who is gone, it hears later. */
TEST_F_TIMEOUT(relay, deaf_helper, 60)
{
	unsigned int calls;
	uint32_t peer;

	call(&self->other, "one", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	calls = fill_helper(&self->app, &self->helper);
	EXPECT_STREQ("the helper does not keep up", self->app.text);
	genl_close(&self->other);

	/* The socket has overflown, and says so once. */
	while (calls) {
		if (!genl_receive(&self->helper, DEADLINE))
			fail("a call is missing");
		if (command_of(self->helper.answer) == BGTASK_CMD_CALL_NTF)
			calls--;
	}
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(receive(&self->helper)));
	EXPECT_EQ(peer, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
}

/* Those that come and go meanwhile are not remembered: the kernel's memory is not theirs. */
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

	/* It is told of the first one, of which it has never heard, a little later. */
	while (calls) {
		if (command_of(receive(&self->helper)) == BGTASK_CMD_CALL_NTF)
			calls--;
		else
			gone++;
	}
	while (genl_receive(&self->helper, gone ? SEC : DEADLINE)) {
		EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, command_of(self->helper.answer));
		gone++;
	}
	EXPECT_LE(gone, 1);

	/* And then everybody can call. */
	call(&self->other, "at last", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->other));
}

/* With the module, all that waits for it ends. */
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

/* The unit tests that ran when the module was loaded; only where the kernel has KUnit. */
TEST_F(relay, kunit)
{
	FILE *file = fopen(RESULTS, "r");
	unsigned int passed = 0;
	char line[256];

	ASSERT_NE(NULL, file);
	while (fgets(line, sizeof(line), file)) {
		EXPECT_EQ(NULL, strstr(line, "not ok"));
		if (!strncmp(line, "    ok ", 7))
			passed++;
	}
	fclose(file);
	EXPECT_EQ(5, passed);
}

int main(int argc, char **argv)
{
	char *reduced[] = { argv[0], (char *)"-T", (char *)"kunit",
			    (char *)"-T", (char *)"no_memory", NULL };
	const char *kernel = getenv("KERNEL");

	/* The debug kernel has both, so there their absence is a failure. */
	if (argc == 1 && access("/sys/kernel/debug/kunit", F_OK) &&
	    (!kernel || strcmp(kernel, "debug")))
		return test_harness_run(5, reduced);
	return test_harness_run(argc, argv);
}
