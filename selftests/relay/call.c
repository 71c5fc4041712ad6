// SPDX-License-Identifier: GPL-2.0
/* Calls, their answers, and events: who is told what about whom, and what is refused. */
#include <errno.h>
#include <linux/bgtask.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "exchange.h"
#include "failslab.h"
#include "genl.h"
#include "payload.h"
#include "relay.h"
#include "scene.h"
#include "task.h"

#define RESULTS	"/sys/kernel/debug/kunit/bgtask_call/results"

TEST_F(relay, call_and_reply)
{
	const struct nlattr *payload;
	struct payload answer = { 0 };
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
	/* The payload is the attribute with the name, as the app has sent it. */
	EXPECT_EQ(NLA_HDRLEN + NLA_ALIGN(NLA_HDRLEN + sizeof("one")), payload->nla_len);
	EXPECT_EQ(0, memcmp((const char *)payload + 2 * NLA_HDRLEN, "one", sizeof("one")));

	payload_u32(&answer, BGTASK_A_TASK_ID, 1234);
	EXPECT_EQ(0, reply_with(&self->helper, id, &answer));
	EXPECT_EQ(0, result(&self->app));
	EXPECT_EQ(1, self->app.answers);
	EXPECT_EQ(BGTASK_CMD_TASK_UNREGISTER, genl_command(&self->app));
	EXPECT_EQ(1234, genl_get_u32(&self->app, BGTASK_A_TASK_ID));
}

/* An answer that only acknowledges. */
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

	/* An error is sent even if no acknowledgment was asked for, and without a text. */
	call(&self->app, "two", 0);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), -EIO, NULL));
	EXPECT_EQ(-EIO, result(&self->app));
	EXPECT_STREQ("", self->app.text);

	/* A text that is too long is cut off. */
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	call(&self->app, "three", 0);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), -EIO, text));
	EXPECT_EQ(-EIO, result(&self->app));
	EXPECT_EQ(79, strlen(self->app.text));
}

/* Answers may come in another order than the calls. */
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

/* The module itself finds out the caller's process, user and container. */
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
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));

	call(&self->app, "outside", 0);
	take(&self->helper);
	admin = genl_find(&self->helper, BGTASK_A_CALL_ADMIN);
	ASSERT_NE(NULL, admin);
	EXPECT_EQ(1, ((const uint8_t *)admin)[NLA_HDRLEN]);
}

static void *call_as_thread(void *data)
{
	call(data, "thread", 0);
	return NULL;
}

/* The stamp has the process, even if a thread calls; and the user who has opened the socket. */
TEST_F(relay, stamps_of_threads_and_sockets)
{
	struct genl handed_on;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, call_as_thread, &self->app));
	take(&self->helper);
	EXPECT_EQ(getpid(), (pid_t)genl_get_u32(&self->helper, BGTASK_A_CALL_PID));
	ASSERT_EQ(0, pthread_join(thread, NULL));

	ASSERT_EQ(0, syscall(SYS_setresuid, -1, USER, -1));
	ASSERT_EQ(0, genl_open(&handed_on));
	ASSERT_EQ(0, syscall(SYS_setresuid, -1, 0, -1));
	call(&handed_on, "handed on", 0);
	take(&self->helper);
	EXPECT_EQ(USER, genl_get_u32(&self->helper, BGTASK_A_CALL_UID));
	genl_close(&handed_on);
}

/* A socket keeps its number, and no other socket gets it. */
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
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));
	EXPECT_EQ(other, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
}

/* Malformed calls do not reach the helper. */
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

/* Sends a call of this size, made of names that are as long as an attribute's header. */
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
 * The helper gets the call as an attribute, whose length has 16 bits: the rest of a longer call
 * would look like attributes of the kernel.
 */
TEST_F(relay, long_calls)
{
	static const size_t sizes[] = { BGTASK_CALL_MAX + 8, 32768, 65528, 65536, 65544, 131072 };
	const struct nlattr *payload;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
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
	struct payload progress = { 0 };
	uint32_t peer;

	call(&self->app, "one", NLM_F_ACK);
	EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	call(&self->app, "two", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);

	payload_u32(&progress, BGTASK_A_INSTANCE_PROGRESS, 42);
	EXPECT_EQ(0, tell(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &progress));
	EXPECT_EQ(BGTASK_CMD_INSTANCE_PROGRESS_NTF, receive(&self->app));
	EXPECT_EQ(0, self->app.answer->nlmsg_seq);
	EXPECT_EQ(42, genl_get_u32(&self->app, BGTASK_A_INSTANCE_PROGRESS));

	genl_close(&self->app);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));
	EXPECT_EQ(-ENOENT, tell(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &progress));
	EXPECT_STREQ("there is no such peer", self->helper.text);
}

/* Invalid answers of the helper are refused, and the call can still be answered. */
TEST_F(relay, bad_replies)
{
	static const struct payload broken = { .size = 5, .data = { 8, 0, 1, 0, 0 } };
	uint32_t id;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	EXPECT_EQ(-EINVAL, reply(&self->helper, id, 1, NULL));
	EXPECT_EQ(-EINVAL, reply(&self->helper, id, -100000, NULL));
	EXPECT_EQ(-EINVAL, reply_with(&self->helper, id, &broken));
	EXPECT_STREQ("that is no answer", self->helper.text);
	EXPECT_EQ(-ENOENT, reply(&self->helper, id + 1, 0, NULL));
	EXPECT_STREQ("there is no such call", self->helper.text);
	genl_begin(&self->helper, BGTASK_CMD_CALL_REPLY);
	EXPECT_EQ(-EINVAL, genl_do(&self->helper));
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, reply(&self->helper, id, 0, NULL));
	EXPECT_EQ(0, result(&self->app));
	/* A call can be answered only once. */
	EXPECT_EQ(-ENOENT, reply(&self->helper, id, 0, NULL));
}

/* The module accepts each valid error number, and each command of an event. */
TEST_F(relay, bounds)
{
	static const struct payload nothing;
	uint32_t id, peer;

	for (int error = -4095; error <= 0; error += 4095) {
		call(&self->app, "one", NLM_F_ACK);
		id = take(&self->helper);
		EXPECT_EQ(-EINVAL, reply(&self->helper, id, -4096, NULL));
		EXPECT_EQ(-EINVAL, reply(&self->helper, id, 1, NULL));
		EXPECT_EQ(0, reply(&self->helper, id, error, NULL));
		EXPECT_EQ(error, result(&self->app));
	}

	call(&self->app, "two", 0);
	take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	EXPECT_EQ(-ERANGE, tell(&self->helper, peer, 0, &nothing));
	EXPECT_STREQ("there is no such event", self->helper.text);
	EXPECT_EQ(-ERANGE, tell(&self->helper, peer, BGTASK_CMD_MAX + 1, &nothing));
	EXPECT_FALSE(genl_receive(&self->app, 0));
	EXPECT_EQ(0, tell(&self->helper, peer, 1, &nothing));
	EXPECT_EQ(1, receive(&self->app));
	EXPECT_EQ(0, tell(&self->helper, peer, BGTASK_CMD_MAX, &nothing));
	EXPECT_EQ(BGTASK_CMD_MAX, receive(&self->app));
}

/*
 * If memory for an answer is lacking, the helper is told and can try again, or the caller is told:
 * nobody waits for ever. Only where the kernel can pretend a lack of memory.
 */
TEST_F_TIMEOUT(relay, no_memory, 60)
{
	unsigned int nth = 0, told = 0;
	struct payload payload = { 0 };
	int error, fd;
	bool failed;
	uint32_t id;

	payload_u32(&payload, BGTASK_A_TASK_ID, 5);
	do {
		call(&self->app, "one", NLM_F_ACK);
		id = take(&self->helper);
		fd = failslab_begin("thread-self", ++nth);
		error = reply_with(&self->helper, id, &payload);
		failed = failslab_end(fd);
		EXPECT_TRUE(failed || !error);
		if (error) {
			error = reply_with(&self->helper, id, &payload);
			EXPECT_TRUE(!error || error == -ENOENT);
		}
		error = result(&self->app);
		EXPECT_TRUE(!error || error == -ENOMEM);
		told += error == -ENOMEM;
	} while (failed && nth < 1000);
	EXPECT_LT(nth, 1000);
	EXPECT_GT(told, 0);
}

/* Sends a call while the @nth allocation for it fails, and stores whether one has failed. */
static int call_without_memory(struct genl *app, unsigned int nth, bool *failed)
{
	int error, fd;

	genl_begin(app, BGTASK_CMD_TASK_UNREGISTER);
	genl_put_string(app, BGTASK_A_TASK_NAME, "one");
	fd = failslab_begin("thread-self", nth);
	error = genl_send(app, NLM_F_ACK);
	*failed = failslab_end(fd);
	return error;
}

/* If memory for a call is lacking, the caller is told, or the helper gets the call all the same. */
TEST_F_TIMEOUT(relay, no_memory_for_calls, 60)
{
	unsigned int nth = 0, refused = 0;
	bool failed;
	int error;

	do {
		error = call_without_memory(&self->app, ++nth, &failed);
		EXPECT_TRUE(!error || error == -ENOBUFS);
		/* The refusal is there when the send returns. */
		if (!error && genl_receive(&self->app, 0))
			error = genl_result_of(&self->app);
		if (!error) {
			EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
			EXPECT_EQ(0, result(&self->app));
		}
		refused += error == -ENOMEM;
		call(&self->app, "two", NLM_F_ACK);
		EXPECT_EQ(0, reply(&self->helper, take(&self->helper), 0, NULL));
		EXPECT_EQ(0, result(&self->app));
	} while (failed && nth < 1000);
	EXPECT_LT(nth, 1000);
	EXPECT_GT(refused, 0);
}

/* The caller closes its socket before the answer. */
TEST_F(relay, caller_ends)
{
	uint32_t id, peer;

	call(&self->app, "one", NLM_F_ACK);
	id = take(&self->helper);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	genl_close(&self->app);
	EXPECT_EQ(BGTASK_CMD_PEER_GONE_NTF, receive(&self->helper));
	EXPECT_EQ(peer, genl_get_u32(&self->helper, BGTASK_A_CALL_PEER));
	EXPECT_EQ(-ENOENT, reply(&self->helper, id, 0, NULL));
}

/*
 * Reads the results of the unit tests that ran when the module was loaded; only where the kernel
 * has KUnit.
 */
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
			    (char *)"-T", (char *)"no_memory",
			    (char *)"-T", (char *)"no_memory_for_calls", NULL };
	const char *kernel = getenv("KERNEL");

	/* The debug kernel has both KUnit and faults, so their absence is a failure there. */
	if (argc == 1 && access("/sys/kernel/debug/kunit", F_OK) &&
	    (!kernel || strcmp(kernel, "debug")))
		return test_harness_run(7, reduced);
	return test_harness_run(argc, argv);
}
