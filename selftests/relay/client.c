// SPDX-License-Identifier: GPL-2.0
/*
 * The library's side of what passes between apps and the helper. The helper is played here, by a
 * bare socket; as the library waits for its answers, the app is a thread.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "genl.h"
#include "kselftest_harness.h"
#include "mutex.h"
#include "scene.h"

/* Attributes one after the other: what the helper answers. */
struct payload {
	size_t size;
	uint8_t data[4096];
};

FIXTURE(client) {
	struct genl helper;
	struct bgt *bgt;
	uint32_t peer;
};

static int attach(struct genl *genl)
{
	genl_begin(genl, BGTASK_CMD_HELPER_ATTACH);
	return genl_do(genl);
}

FIXTURE_SETUP(client)
{
	scene_begin();
	ASSERT_EQ(0, bgt_open(&self->bgt));
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, attach(&self->helper));
}

FIXTURE_TEARDOWN_PARENT(client)
{
	scene_end();
}

static void put(struct payload *payload, uint16_t type, const void *data, size_t size)
{
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = type };

	memcpy(payload->data + payload->size, &attr, NLA_HDRLEN);
	memcpy(payload->data + payload->size + NLA_HDRLEN, data, size);
	payload->size += NLA_ALIGN(attr.nla_len);
}

static void put_u8(struct payload *payload, uint16_t type, uint8_t value)
{
	put(payload, type, &value, sizeof(value));
}

static void put_u32(struct payload *payload, uint16_t type, uint32_t value)
{
	put(payload, type, &value, sizeof(value));
}

static void put_u64(struct payload *payload, uint16_t type, uint64_t value)
{
	put(payload, type, &value, sizeof(value));
}

static void put_text(struct payload *payload, uint16_t type, const char *text)
{
	put(payload, type, text, strlen(text) + 1);
}

static uint8_t command_of(const struct nlmsghdr *message)
{
	return ((const struct genlmsghdr *)NLMSG_DATA(message))->cmd;
}

/* Takes a call of one kind, and returns its id. */
static uint32_t take(struct genl *helper, uint8_t command)
{
	if (!genl_receive(helper, DEADLINE))
		fail("no call comes");
	if (command_of(helper->answer) != BGTASK_CMD_CALL_NTF)
		fail("that is no call");
	if (genl_get_u32(helper, BGTASK_A_CALL_COMMAND) != command)
		fail("not call %u, but %u", command, genl_get_u32(helper, BGTASK_A_CALL_COMMAND));
	return genl_get_u32(helper, BGTASK_A_CALL_ID);
}

/* An attribute of the call that was taken, or NULL. */
static const struct nlattr *find(const struct genl *helper, uint16_t type)
{
	const struct nlattr *payload = genl_find(helper, BGTASK_A_CALL_PAYLOAD), *attr;
	int left = payload ? payload->nla_len - NLA_HDRLEN : 0;

	for (attr = payload + 1; left >= NLA_HDRLEN; left -= NLA_ALIGN(attr->nla_len),
	     attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len)))
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

static uint64_t number(const struct genl *helper, uint16_t type)
{
	const struct nlattr *attr = find(helper, type);
	uint64_t value = 0;

	if (!attr)
		fail("attribute %u is missing", type);
	memcpy(&value, attr + 1, (size_t)attr->nla_len - NLA_HDRLEN);
	return value;
}

static const char *text(const struct genl *helper, uint16_t type)
{
	const struct nlattr *attr = find(helper, type);

	return attr ? (const char *)(attr + 1) : "(none)";
}

static void reply(struct genl *helper, uint32_t id, const struct payload *payload)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	if (payload)
		genl_put(helper, BGTASK_A_CALL_PAYLOAD, payload->data, payload->size);
	if (genl_do(helper))
		fail("cannot answer: %s", helper->text);
}

static void refuse(struct genl *helper, uint32_t id, int error, const char *why)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	genl_put_u32(helper, BGTASK_A_CALL_ERROR, (uint32_t)error);
	genl_put_string(helper, BGTASK_A_CALL_TEXT, why);
	if (genl_do(helper))
		fail("cannot refuse: %s", helper->text);
}

static void event(struct genl *helper, uint32_t peer, uint8_t command,
		  const struct payload *payload)
{
	genl_begin(helper, BGTASK_CMD_APP_EVENT);
	genl_put_u32(helper, BGTASK_A_CALL_PEER, peer);
	genl_put_u32(helper, BGTASK_A_CALL_COMMAND, command);
	genl_put(helper, BGTASK_A_CALL_PAYLOAD, payload->data, payload->size);
	if (genl_do(helper))
		fail("cannot send an event: %s", helper->text);
}

/* A call of the library, in a thread of its own. */
struct app {
	pthread_t thread;
	int (*function)(struct bgt *bgt);
	struct bgt *bgt;
	int result;
};

static void *run(void *data)
{
	struct app *app = data;

	app->result = app->function(app->bgt);
	return NULL;
}

static struct app start_app;

static void start(struct bgt *bgt, int (*function)(struct bgt *bgt))
{
	start_app = (struct app){ .function = function, .bgt = bgt };
	if (pthread_create(&start_app.thread, NULL, run, &start_app))
		fail("cannot start a thread");
}

static int end(void)
{
	pthread_join(start_app.thread, NULL);
	return start_app.result;
}

/* The next event, or a negative errno; ends the test if none comes. */
static int wait_event(struct bgt *bgt, const struct bgt_event **result)
{
	struct pollfd fd = { .fd = bgt_fd(bgt), .events = POLLIN };
	int error;

	for (;;) {
		error = bgt_next_event(bgt, result);
		if (error)
			return error;
		if (poll(&fd, 1, (int)(DEADLINE / MSEC)) != 1)
			fail("no event comes");
	}
}

static bool readable(struct bgt *bgt)
{
	struct pollfd fd = { .fd = bgt_fd(bgt), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

/*
 * Tasks
 */

static uint32_t given_id;

static int register_all(struct bgt *bgt)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	bgt_task_builder_set_app(builder, "org.example.Mail");
	bgt_task_builder_set_name(builder, "Sync");
	bgt_task_builder_set_entry_point(builder, "/bin/sync --once");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_TIME);
	bgt_task_builder_set_interval(builder, UINT64_C(3600000000000));
	bgt_task_builder_set_oneshot(builder, true);
	bgt_task_builder_add_condition(builder, BGT_CONDITION_INTERNET_AVAILABLE);
	bgt_task_builder_add_condition(builder, BGT_CONDITION_USER_NOT_PRESENT);
	bgt_task_builder_set_cancel_on_condition_loss(builder, true);
	bgt_task_builder_set_socket(builder, 7);
	error = bgt_task_register(builder, &given_id);
	bgt_task_builder_free(builder);
	return error;
}

static int register_little(struct bgt *bgt)
{
	struct bgt_task_builder *builder = bgt_task_builder_new(bgt);
	int error;

	bgt_task_builder_set_name(builder, "Sync");
	bgt_task_builder_set_trigger(builder, BGT_TRIGGER_APPLICATION);
	error = bgt_task_register(builder, NULL);
	bgt_task_builder_free(builder);
	return error;
}

TEST_F(client, task_register)
{
	struct payload answer = { 0 };
	uint32_t id;

	start(self->bgt, register_all);
	id = take(&self->helper, BGTASK_CMD_TASK_REGISTER);
	EXPECT_STREQ("org.example.Mail", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_STREQ("/bin/sync --once", text(&self->helper, BGTASK_A_TASK_ENTRY_POINT));
	EXPECT_EQ(BGTASK_TRIGGER_TIME, number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(3600 * SEC, number(&self->helper, BGTASK_A_TASK_INTERVAL));
	EXPECT_EQ(1, number(&self->helper, BGTASK_A_TASK_ONESHOT));
	EXPECT_EQ(0x21, number(&self->helper, BGTASK_A_TASK_CONDITIONS));
	EXPECT_EQ(1, number(&self->helper, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS));
	EXPECT_EQ(7, number(&self->helper, BGTASK_A_TASK_FD));
	put_u32(&answer, BGTASK_A_TASK_ID, 1234);
	reply(&self->helper, id, &answer);
	EXPECT_EQ(0, end());
	EXPECT_EQ(1234, given_id);

	/* What was not set is not said. */
	start(self->bgt, register_little);
	id = take(&self->helper, BGTASK_CMD_TASK_REGISTER);
	EXPECT_EQ(BGTASK_TRIGGER_APPLICATION, number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_ENTRY_POINT));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_INTERVAL));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_FD));
	refuse(&self->helper, id, -EEXIST, "the app has a task of this name");
	EXPECT_EQ(-EEXIST, end());
	EXPECT_STREQ("the app has a task of this name", bgt_error(self->bgt));

	/* An answer without an id is none. */
	start(self->bgt, register_little);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_REGISTER), NULL);
	EXPECT_EQ(-EPROTO, end());
}

static int unregister(struct bgt *bgt)
{
	return bgt_task_unregister(bgt, 12, true);
}

static int unregister_by_name(struct bgt *bgt)
{
	return bgt_task_unregister_by_name(bgt, "app", "Sync", false);
}

static int fire_all(struct bgt *bgt)
{
	return bgt_trigger_fire(bgt, NULL, NULL, BGT_TRIGGER_TIME_ZONE_CHANGE, NULL);
}

static int fire_one(struct bgt *bgt)
{
	char argument[1025];

	memset(argument, 'x', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	return bgt_trigger_fire(bgt, "app", "Sync", BGT_TRIGGER_APPLICATION, argument);
}

TEST_F(client, task_calls)
{
	uint32_t id;

	start(self->bgt, unregister);
	id = take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	EXPECT_EQ(12, number(&self->helper, BGTASK_A_TASK_ID));
	EXPECT_EQ(1, number(&self->helper, BGTASK_A_TASK_CANCEL));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_NAME));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, unregister_by_name);
	id = take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(0, number(&self->helper, BGTASK_A_TASK_CANCEL));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_ID));
	refuse(&self->helper, id, -ENOENT, "there is no such task");
	EXPECT_EQ(-ENOENT, end());
	EXPECT_STREQ("there is no such task", bgt_error(self->bgt));

	start(self->bgt, fire_all);
	id = take(&self->helper, BGTASK_CMD_TRIGGER_FIRE);
	EXPECT_EQ(BGTASK_TRIGGER_TIME_ZONE_CHANGE, number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_ARGUMENT));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, fire_one);
	id = take(&self->helper, BGTASK_CMD_TRIGGER_FIRE);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(1024, strlen(text(&self->helper, BGTASK_A_TASK_ARGUMENT)));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
}

static struct bgt_task *tasks;

static int list_tasks(struct bgt *bgt)
{
	return bgt_task_list(bgt, "app", &tasks);
}

static void put_task(struct payload *payload, uint32_t id)
{
	struct payload entry = { 0 };
	char name[32];

	snprintf(name, sizeof(name), "task %u", id);
	put_u32(&entry, BGTASK_A_TASK_ID, id);
	put_text(&entry, BGTASK_A_TASK_APP, "app");
	put_text(&entry, BGTASK_A_TASK_NAME, name);
	put_text(&entry, BGTASK_A_TASK_ENTRY_POINT, "/bin/true");
	put_u32(&entry, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_MAINTENANCE);
	put_u64(&entry, BGTASK_A_TASK_INTERVAL, 900 * SEC);
	put_u8(&entry, BGTASK_A_TASK_ONESHOT, 1);
	put_u32(&entry, BGTASK_A_TASK_CONDITIONS, 0x30);
	/* Of a newer helper. */
	put_u32(&entry, 1000, 1);
	put(payload, BGTASK_A_TASK_ENTRY | NLA_F_NESTED, entry.data, entry.size);
}

TEST_F(client, task_list)
{
	struct payload first = { 0 }, second = { 0 };
	unsigned int count = 0;
	uint32_t id;

	start(self->bgt, list_tasks);
	id = take(&self->helper, BGTASK_CMD_TASK_GET);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_AFTER));
	put_task(&first, 1);
	put_task(&first, 2);
	put_u32(&first, BGTASK_A_TASK_AFTER, 2);
	reply(&self->helper, id, &first);
	id = take(&self->helper, BGTASK_CMD_TASK_GET);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(2, number(&self->helper, BGTASK_A_TASK_AFTER));
	put_task(&second, 5);
	reply(&self->helper, id, &second);
	EXPECT_EQ(0, end());
	for (struct bgt_task *task = tasks; task; task = task->next) {
		count++;
		EXPECT_EQ(count == 3 ? 5 : count, task->id);
	}
	ASSERT_EQ(3, count);
	EXPECT_STREQ("app", tasks->app);
	EXPECT_STREQ("task 1", tasks->name);
	EXPECT_STREQ("/bin/true", tasks->entry_point);
	EXPECT_EQ(BGT_TRIGGER_MAINTENANCE, tasks->trigger);
	EXPECT_EQ(900 * SEC, tasks->interval);
	EXPECT_TRUE(tasks->oneshot);
	EXPECT_FALSE(tasks->cancel_on_condition_loss);
	EXPECT_EQ(0x30, tasks->conditions);
	bgt_task_free(tasks);

	/* None at all. */
	start(self->bgt, list_tasks);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_GET), NULL);
	EXPECT_EQ(0, end());
	EXPECT_EQ(NULL, tasks);

	/* A list that does not go on would never end. */
	start(self->bgt, list_tasks);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	EXPECT_EQ(-EPROTO, end());
	EXPECT_EQ(NULL, tasks);

	/* What was read before it went wrong is not handed out. */
	start(self->bgt, list_tasks);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	refuse(&self->helper, take(&self->helper, BGTASK_CMD_TASK_GET), -EIO, "broken");
	EXPECT_EQ(-EIO, end());
	EXPECT_EQ(NULL, tasks);
}

/*
 * Instances
 */

static struct bgt_instance *instances;

static int list_instances(struct bgt *bgt)
{
	return bgt_instance_list(bgt, NULL, &instances);
}

static int cancel(struct bgt *bgt)
{
	return bgt_instance_cancel(bgt, 9, BGT_CANCEL_SYSTEM_POLICY);
}

TEST_F(client, instance_list_and_cancel)
{
	struct payload answer = { 0 }, entry = { 0 };
	uint32_t id;

	start(self->bgt, list_instances);
	id = take(&self->helper, BGTASK_CMD_INSTANCE_GET);
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_INSTANCE_APP));
	put_u32(&entry, BGTASK_A_INSTANCE_ID, 9);
	put_text(&entry, BGTASK_A_INSTANCE_APP, "app");
	put_u32(&entry, BGTASK_A_INSTANCE_TASK, 3);
	put_text(&entry, BGTASK_A_INSTANCE_NAME, "Sync");
	put_u32(&entry, BGTASK_A_INSTANCE_TRIGGER, BGTASK_TRIGGER_PUSH);
	put_text(&entry, BGTASK_A_INSTANCE_ARGUMENT, "argument");
	put_u32(&entry, BGTASK_A_INSTANCE_STATE, BGTASK_INSTANCE_STATE_TERMINATED);
	put_u32(&entry, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_ABORT);
	put_u32(&entry, BGTASK_A_INSTANCE_PROGRESS, 50);
	put_u32(&entry, BGTASK_A_INSTANCE_STATUS, (uint32_t)-3);
	put_text(&entry, BGTASK_A_INSTANCE_MESSAGE, "message");
	put_u64(&entry, BGTASK_A_INSTANCE_FIRED, 1);
	put_u64(&entry, BGTASK_A_INSTANCE_STARTED, 2);
	put_u64(&entry, BGTASK_A_INSTANCE_ENDED, 3);
	put_u32(&entry, BGTASK_A_INSTANCE_PID, 4);
	put(&answer, BGTASK_A_INSTANCE_ENTRY | NLA_F_NESTED, entry.data, entry.size);
	entry.size = 0;
	put_u32(&entry, BGTASK_A_INSTANCE_ID, 10);
	put(&answer, BGTASK_A_INSTANCE_ENTRY, entry.data, entry.size);
	reply(&self->helper, id, &answer);
	EXPECT_EQ(0, end());
	ASSERT_NE(NULL, instances);
	EXPECT_EQ(9, instances->id);
	EXPECT_STREQ("app", instances->app);
	EXPECT_EQ(3, instances->task);
	EXPECT_STREQ("Sync", instances->name);
	EXPECT_EQ(BGT_TRIGGER_PUSH, instances->trigger);
	EXPECT_STREQ("argument", instances->argument);
	EXPECT_EQ(BGT_INSTANCE_TERMINATED, instances->state);
	EXPECT_TRUE(instances->canceled);
	EXPECT_EQ(BGT_CANCEL_ABORT, instances->reason);
	EXPECT_EQ(50, instances->progress);
	EXPECT_EQ(-3, instances->status);
	EXPECT_STREQ("message", instances->message);
	EXPECT_EQ(1, instances->fired);
	EXPECT_EQ(2, instances->started);
	EXPECT_EQ(3, instances->ended);
	EXPECT_EQ(4, instances->pid);
	ASSERT_NE(NULL, instances->next);
	EXPECT_EQ(10, instances->next->id);
	EXPECT_FALSE(instances->next->canceled);
	EXPECT_STREQ("", instances->next->message);
	EXPECT_EQ(NULL, instances->next->next);
	bgt_instance_free(instances);

	start(self->bgt, cancel);
	id = take(&self->helper, BGTASK_CMD_INSTANCE_CANCEL);
	EXPECT_EQ(9, number(&self->helper, BGTASK_A_INSTANCE_ID));
	EXPECT_EQ(BGTASK_CANCEL_REASON_SYSTEM_POLICY,
		  number(&self->helper, BGTASK_A_INSTANCE_REASON));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
}

static int attach_instance(struct bgt *bgt)
{
	return bgt_instance_attach(bgt, &instances);
}

static int progress(struct bgt *bgt)
{
	return bgt_instance_progress(bgt, 42);
}

static int complete(struct bgt *bgt)
{
	return bgt_instance_complete(bgt, -5, "broken");
}

static int undefer(struct bgt *bgt)
{
	return bgt_instance_undefer(bgt);
}

static void put_attached(struct payload *payload)
{
	put_u32(payload, BGTASK_A_INSTANCE_ID, 9);
	put_text(payload, BGTASK_A_INSTANCE_APP, "app");
	put_u32(payload, BGTASK_A_INSTANCE_TASK, 3);
	put_text(payload, BGTASK_A_INSTANCE_NAME, "Sync");
	put_u32(payload, BGTASK_A_INSTANCE_TRIGGER, BGTASK_TRIGGER_APPLICATION);
	put_text(payload, BGTASK_A_INSTANCE_ARGUMENT, "all of it");
}

static void expect_completion(struct __test_metadata *_metadata, struct genl *helper)
{
	uint32_t id = take(helper, BGTASK_CMD_INSTANCE_COMPLETE);

	EXPECT_EQ((uint32_t)-5, number(helper, BGTASK_A_INSTANCE_STATUS));
	EXPECT_STREQ("broken", text(helper, BGTASK_A_INSTANCE_MESSAGE));
	reply(helper, id, NULL);
	EXPECT_EQ(0, end());
}

TEST_F(client, instance)
{
	struct payload answer = { 0 };
	uint32_t id;

	EXPECT_EQ(-ENOTCONN, bgt_fd(self->bgt));
	start(self->bgt, attach_instance);
	id = take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	put_attached(&answer);
	reply(&self->helper, id, &answer);
	EXPECT_EQ(0, end());
	ASSERT_NE(NULL, instances);
	EXPECT_EQ(9, instances->id);
	EXPECT_STREQ("app", instances->app);
	EXPECT_EQ(3, instances->task);
	EXPECT_STREQ("Sync", instances->name);
	EXPECT_EQ(BGT_TRIGGER_APPLICATION, instances->trigger);
	EXPECT_STREQ("all of it", instances->argument);
	EXPECT_FALSE(instances->canceled);
	bgt_instance_free(instances);
	EXPECT_FALSE(readable(self->bgt));

	start(self->bgt, progress);
	id = take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	EXPECT_EQ(42, number(&self->helper, BGTASK_A_INSTANCE_PROGRESS));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, complete);
	expect_completion(_metadata, &self->helper);

	start(self->bgt, attach_instance);
	refuse(&self->helper, take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH), -ENOENT,
	       "this process runs no instance");
	EXPECT_EQ(-ENOENT, end());
	EXPECT_EQ(NULL, instances);
	EXPECT_STREQ("this process runs no instance", bgt_error(self->bgt));
}

TEST_F(client, deferral)
{
	EXPECT_EQ(-EINVAL, bgt_instance_undefer(self->bgt));
	bgt_instance_defer(self->bgt);
	bgt_instance_defer(self->bgt);
	EXPECT_EQ(0, complete(self->bgt));
	EXPECT_EQ(-EALREADY, complete(self->bgt));
	EXPECT_EQ(0, undefer(self->bgt));
	EXPECT_FALSE(genl_receive(&self->helper, 0));
	start(self->bgt, undefer);
	expect_completion(_metadata, &self->helper);

	/* All deferrals were done before the end. */
	bgt_instance_defer(self->bgt);
	EXPECT_EQ(0, undefer(self->bgt));
	EXPECT_FALSE(genl_receive(&self->helper, 0));
	start(self->bgt, complete);
	expect_completion(_metadata, &self->helper);

	/* What is never sent is freed. */
	bgt_instance_defer(self->bgt);
	EXPECT_EQ(0, complete(self->bgt));
	bgt_close(self->bgt);
}

TEST_F(client, canceled)
{
	struct payload answer = { 0 }, event_data = { 0 };
	const struct bgt_event *event_told;
	uint32_t peer;

	start(self->bgt, attach_instance);
	take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	put_attached(&answer);
	reply(&self->helper, genl_get_u32(&self->helper, BGTASK_A_CALL_ID), &answer);
	EXPECT_EQ(0, end());
	bgt_instance_free(instances);

	put_u32(&event_data, BGTASK_A_INSTANCE_ID, 9);
	put_u32(&event_data, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_CONDITION_LOSS);
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_CANCELED_NTF, &event_data);
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	ASSERT_NE(NULL, event_told->instance);
	EXPECT_EQ(9, event_told->instance->id);
	EXPECT_TRUE(event_told->instance->canceled);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, event_told->instance->reason);

	/* Once. */
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_CANCELED_NTF, &event_data);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(readable(self->bgt));
}

/* It was cancelled before it attached. */
TEST_F(client, canceled_before)
{
	const struct bgt_event *event_told;
	struct payload answer = { 0 };

	start(self->bgt, attach_instance);
	take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	put_attached(&answer);
	put_u32(&answer, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_UNINSTALL);
	reply(&self->helper, genl_get_u32(&self->helper, BGTASK_A_CALL_ID), &answer);
	EXPECT_EQ(0, end());
	EXPECT_TRUE(instances->canceled);
	EXPECT_EQ(BGT_CANCEL_UNINSTALL, instances->reason);
	bgt_instance_free(instances);
	EXPECT_TRUE(readable(self->bgt));
	ASSERT_EQ(1, bgt_next_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	EXPECT_EQ(BGT_CANCEL_UNINSTALL, event_told->instance->reason);
	EXPECT_FALSE(readable(self->bgt));
}

/*
 * Events
 */

static int associate(struct bgt *bgt)
{
	return bgt_task_associate(bgt, "app");
}

static void put_progress(struct payload *payload, uint32_t value)
{
	put_u32(payload, BGTASK_A_INSTANCE_ID, 9);
	put_u32(payload, BGTASK_A_INSTANCE_TASK, 3);
	put_text(payload, BGTASK_A_INSTANCE_NAME, "Sync");
	put_u32(payload, BGTASK_A_INSTANCE_PROGRESS, value);
}

/* Lets the library associate, and returns by which name the helper knows it. */
static uint32_t associated(struct bgt *bgt, struct genl *helper)
{
	uint32_t id, peer;

	start(bgt, associate);
	id = take(helper, BGTASK_CMD_TASK_ASSOCIATE);
	peer = genl_get_u32(helper, BGTASK_A_CALL_PEER);
	if (strcmp(text(helper, BGTASK_A_TASK_APP), "app"))
		fail("the association is with another app");
	reply(helper, id, NULL);
	if (end())
		fail("cannot associate: %s", bgt_error(bgt));
	return peer;
}

TEST_F(client, events)
{
	struct payload first = { 0 }, second = { 0 }, ended = { 0 };
	const struct bgt_event *event_told;
	uint32_t id, peer;

	peer = associated(self->bgt, &self->helper);
	EXPECT_FALSE(readable(self->bgt));
	put_progress(&first, 10);
	put_progress(&second, 20);
	put_u32(&ended, BGTASK_A_INSTANCE_ID, 9);
	put_u32(&ended, BGTASK_A_INSTANCE_TASK, 3);
	put_text(&ended, BGTASK_A_INSTANCE_NAME, "Sync");
	put_u32(&ended, BGTASK_A_INSTANCE_STATE, BGTASK_INSTANCE_STATE_FAILED);
	put_u32(&ended, BGTASK_A_INSTANCE_STATUS, (uint32_t)-1);
	put_text(&ended, BGTASK_A_INSTANCE_MESSAGE, "no way");

	/* One comes amidst a call and is told before those that come later. */
	start(self->bgt, unregister);
	id = take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
	EXPECT_TRUE(readable(self->bgt));
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &second);
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &ended);

	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_NE(NULL, event_told->instance);
	EXPECT_EQ(NULL, event_told->mutex);
	EXPECT_EQ(9, event_told->instance->id);
	EXPECT_EQ(3, event_told->instance->task);
	EXPECT_STREQ("Sync", event_told->instance->name);
	EXPECT_EQ(10, event_told->instance->progress);
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(20, event_told->instance->progress);
	EXPECT_TRUE(readable(self->bgt));
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_ENDED, event_told->type);
	EXPECT_EQ(BGT_INSTANCE_FAILED, event_told->instance->state);
	EXPECT_FALSE(event_told->instance->canceled);
	EXPECT_EQ(-1, event_told->instance->status);
	EXPECT_STREQ("no way", event_told->instance->message);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(readable(self->bgt));

	/* What nobody takes is freed. */
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &ended);
	start(self->bgt, unregister);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_UNREGISTER), NULL);
	EXPECT_EQ(0, end());
	bgt_close(self->bgt);
}

/* Mutexes and instances share the queue. */
TEST_F(client, events_and_mutexes)
{
	struct party other = party_new("client");
	const struct bgt_event *event_told;
	struct payload first = { 0 };
	struct bgt_mutex *mutex;
	uint32_t peer;

	mutex = mutex_open(self->bgt, "client", BGT_SCOPE_USER);
	ASSERT_EQ(0, bgt_mutex_acquire(other.mutex, 0));
	peer = associated(self->bgt, &self->helper);
	ASSERT_EQ(0, bgt_mutex_acquire_start(mutex, BGT_TIMEOUT_INFINITE));
	put_progress(&first, 10);
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	ASSERT_EQ(0, bgt_mutex_release(other.mutex));
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_MUTEX, event_told->type);
	EXPECT_EQ(mutex, event_told->mutex);
	EXPECT_EQ(NULL, event_told->instance);
	EXPECT_EQ(0, event_told->result);
	EXPECT_FALSE(readable(self->bgt));
	bgt_mutex_close(mutex);
}

/* A new helper is told what the old one knew. */
TEST_F(client, new_helper)
{
	struct payload answer = { 0 }, first = { 0 };
	const struct bgt_event *event_told;
	uint32_t associate_id = 0, attach_id = 0, peer;

	associated(self->bgt, &self->helper);
	start(self->bgt, attach_instance);
	put_attached(&answer);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH), &answer);
	EXPECT_EQ(0, end());
	bgt_instance_free(instances);
	genl_close(&self->helper);
	EXPECT_EQ(-ENOTCONN, progress(self->bgt));

	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, attach(&self->helper));
	EXPECT_TRUE(readable(self->bgt));
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	for (int i = 0; i < 2; i++) {
		ASSERT_TRUE(genl_receive(&self->helper, DEADLINE));
		switch (genl_get_u32(&self->helper, BGTASK_A_CALL_COMMAND)) {
		case BGTASK_CMD_TASK_ASSOCIATE:
			associate_id = genl_get_u32(&self->helper, BGTASK_A_CALL_ID);
			EXPECT_STREQ("app", text(&self->helper, BGTASK_A_TASK_APP));
			break;
		case BGTASK_CMD_INSTANCE_ATTACH:
			attach_id = genl_get_u32(&self->helper, BGTASK_A_CALL_ID);
			break;
		}
	}
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	ASSERT_NE(0, associate_id);
	ASSERT_NE(0, attach_id);
	reply(&self->helper, associate_id, NULL);
	put_progress(&first, 10);
	event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	/* Meanwhile it was cancelled. */
	put_u32(&answer, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_IDLE_TASK);
	reply(&self->helper, attach_id, &answer);
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_EQ(1, wait_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, event_told->instance->reason);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(readable(self->bgt));
}

/* It may come to know of it amidst a call, and does not hide that it failed. */
TEST_F(client, new_helper_refuses)
{
	const struct bgt_event *event_told;
	uint32_t id;

	associated(self->bgt, &self->helper);
	genl_close(&self->helper);
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, attach(&self->helper));
	start(self->bgt, progress);
	refuse(&self->helper, take(&self->helper, BGTASK_CMD_TASK_ASSOCIATE), -EACCES,
	       "there is no such app");
	id = take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
	EXPECT_TRUE(readable(self->bgt));
	EXPECT_EQ(-EACCES, bgt_next_event(self->bgt, &event_told));
	EXPECT_STREQ("the new helper refused: there is no such app", bgt_error(self->bgt));
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(readable(self->bgt));
}

/*
 * Apps and conditions
 */

static char app_id[BGT_NAME_MAX + 1];
static struct bgt_app *apps;

static int install(struct bgt *bgt)
{
	return bgt_app_install(bgt, "/etc/app.bgtask", app_id);
}

static int app_remove(struct bgt *bgt)
{
	return bgt_app_remove(bgt, "app");
}

static int upgraded(struct bgt *bgt)
{
	return bgt_app_upgraded(bgt, "app");
}

static int set_access(struct bgt *bgt)
{
	return bgt_app_set_access(bgt, "app", BGT_ACCESS_LOCK_SCREEN);
}

static int list_apps(struct bgt *bgt)
{
	return bgt_app_list(bgt, &apps);
}

static void put_app(struct payload *payload, const char *id)
{
	struct payload entry = { 0 };

	put_text(&entry, BGTASK_A_APP_ID, id);
	put_text(&entry, BGTASK_A_APP_MANIFEST, "/etc/app.bgtask");
	put_u32(&entry, BGTASK_A_APP_UID, 1001);
	put_text(&entry, BGTASK_A_APP_CLASS, "standard");
	put_u32(&entry, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_DENIED_BY_USER);
	put_u32(&entry, BGTASK_A_APP_CONTAINER, 77);
	put_u32(&entry, BGTASK_A_APP_TASKS, 2);
	put(payload, BGTASK_A_APP_ENTRY | NLA_F_NESTED, entry.data, entry.size);
}

TEST_F(client, apps)
{
	struct payload installed = { 0 }, first = { 0 }, second = { 0 };
	uint32_t id;

	start(self->bgt, install);
	id = take(&self->helper, BGTASK_CMD_APP_INSTALL);
	EXPECT_STREQ("/etc/app.bgtask", text(&self->helper, BGTASK_A_APP_MANIFEST));
	put_text(&installed, BGTASK_A_APP_ID, "app");
	reply(&self->helper, id, &installed);
	EXPECT_EQ(0, end());
	EXPECT_STREQ("app", app_id);

	start(self->bgt, app_remove);
	id = take(&self->helper, BGTASK_CMD_APP_REMOVE);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_APP_ID));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, upgraded);
	id = take(&self->helper, BGTASK_CMD_APP_UPGRADED);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_APP_ID));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, set_access);
	id = take(&self->helper, BGTASK_CMD_APP_SET);
	EXPECT_STREQ("app", text(&self->helper, BGTASK_A_APP_ID));
	EXPECT_EQ(BGTASK_ACCESS_LOCK_SCREEN, number(&self->helper, BGTASK_A_APP_ACCESS));
	refuse(&self->helper, id, -EBUSY, "all lock-screen slots are taken");
	EXPECT_EQ(-EBUSY, end());
	EXPECT_STREQ("all lock-screen slots are taken", bgt_error(self->bgt));

	start(self->bgt, list_apps);
	id = take(&self->helper, BGTASK_CMD_APP_GET);
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_APP_AFTER));
	put_app(&first, "a");
	put_text(&first, BGTASK_A_APP_AFTER, "a");
	reply(&self->helper, id, &first);
	id = take(&self->helper, BGTASK_CMD_APP_GET);
	EXPECT_STREQ("a", text(&self->helper, BGTASK_A_APP_AFTER));
	put_app(&second, "b");
	reply(&self->helper, id, &second);
	EXPECT_EQ(0, end());
	ASSERT_NE(NULL, apps);
	EXPECT_STREQ("a", apps->id);
	EXPECT_STREQ("/etc/app.bgtask", apps->manifest);
	EXPECT_EQ(1001, apps->uid);
	EXPECT_STREQ("standard", apps->quota_class);
	EXPECT_EQ(BGT_ACCESS_DENIED_BY_USER, apps->access);
	EXPECT_EQ(77, apps->container);
	EXPECT_EQ(2, apps->tasks);
	ASSERT_NE(NULL, apps->next);
	EXPECT_STREQ("b", apps->next->id);
	EXPECT_EQ(NULL, apps->next->next);
	bgt_app_free(apps);
}

static uint32_t holding, conditions_set;
static enum bgt_work_cost cost;

static int get_conditions(struct bgt *bgt)
{
	return bgt_condition_get(bgt, &holding, &conditions_set, &cost);
}

static int set_conditions(struct bgt *bgt)
{
	return bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT, 0, false);
}

static int leave_conditions(struct bgt *bgt)
{
	return bgt_condition_set(bgt, BGT_CONDITION_USER_PRESENT, 0, true);
}

TEST_F(client, conditions)
{
	struct payload answer = { 0 };
	uint32_t id;

	start(self->bgt, get_conditions);
	id = take(&self->helper, BGTASK_CMD_CONDITION_GET);
	put_u32(&answer, BGTASK_A_CONDITION_CONDITIONS, 0x15);
	put_u32(&answer, BGTASK_A_CONDITION_WHICH, 0x30);
	put_u32(&answer, BGTASK_A_CONDITION_WORK_COST, BGTASK_WORK_COST_HIGH);
	reply(&self->helper, id, &answer);
	EXPECT_EQ(0, end());
	EXPECT_EQ(0x15, holding);
	EXPECT_EQ(0x30, conditions_set);
	EXPECT_EQ(BGT_WORK_COST_HIGH, cost);

	start(self->bgt, set_conditions);
	id = take(&self->helper, BGTASK_CMD_CONDITION_SET);
	EXPECT_EQ(0x10, number(&self->helper, BGTASK_A_CONDITION_WHICH));
	EXPECT_EQ(0, number(&self->helper, BGTASK_A_CONDITION_CONDITIONS));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, leave_conditions);
	id = take(&self->helper, BGTASK_CMD_CONDITION_SET);
	EXPECT_EQ(0x10, number(&self->helper, BGTASK_A_CONDITION_WHICH));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_CONDITION_CONDITIONS));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
}

static int associate_all(struct bgt *bgt)
{
	return bgt_task_associate(bgt, NULL);
}

static void put_watched_task(struct payload *payload, uint32_t id)
{
	put_u32(payload, BGTASK_A_TASK_ID, id);
	put_text(payload, BGTASK_A_TASK_APP, "app");
	put_text(payload, BGTASK_A_TASK_NAME, "Sync");
	put_text(payload, BGTASK_A_TASK_ENTRY_POINT, "/bin/sync");
	put_u32(payload, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_TIME);
	put_u64(payload, BGTASK_A_TASK_INTERVAL, 900 * SEC);
	put_u8(payload, BGTASK_A_TASK_ONESHOT, 1);
	put_u32(payload, BGTASK_A_TASK_CONDITIONS, 0x21);
	put_u8(payload, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS, 1);
	/* Of a newer helper. */
	put_u32(payload, 1000, 1);
}

static void put_installed_app(struct payload *payload)
{
	put_text(payload, BGTASK_A_APP_ID, "app");
	put_text(payload, BGTASK_A_APP_MANIFEST, "/etc/app.bgtask");
	put_u32(payload, BGTASK_A_APP_UID, 1001);
	put_text(payload, BGTASK_A_APP_CLASS, "standard");
	put_u32(payload, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_ALWAYS_ALLOWED);
	put_u32(payload, BGTASK_A_APP_CONTAINER, 77);
	put_u32(payload, BGTASK_A_APP_TASKS, 2);
	put_u32(payload, BGTASK_A_APP_EXTENSION, BGTASK_EXTENSION_REASON_SAVING_DATA);
}

/* What becomes of registrations, apps and conditions. */
TEST_F(client, watched)
{
	struct payload registered = { 0 }, unregistered = { 0 }, installed = { 0 }, access_ = { 0 };
	struct payload removed = { 0 }, conditions = { 0 }, none = { 0 }, bad = { 0 };
	const struct bgt_event *told;
	uint32_t id, peer;

	start(self->bgt, associate_all);
	id = take(&self->helper, BGTASK_CMD_TASK_ASSOCIATE);
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_APP));
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
	put_watched_task(&registered, 7);
	put_watched_task(&unregistered, 8);
	put_installed_app(&installed);
	put_text(&access_, BGTASK_A_APP_ID, "app");
	put_u32(&access_, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_DENIED_BY_USER);
	put_text(&removed, BGTASK_A_APP_ID, "app");
	put_u32(&conditions, BGTASK_A_CONDITION_CONDITIONS, 0x25);
	put_u8(&bad, BGTASK_A_CONDITION_CONDITIONS, 1);

	/* What cannot be understood is left out. */
	event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &none);
	event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &none);
	event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &bad);
	event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &registered);
	event(&self->helper, peer, BGTASK_CMD_TASK_UNREGISTERED_NTF, &unregistered);
	event(&self->helper, peer, BGTASK_CMD_APP_INSTALLED_NTF, &installed);
	event(&self->helper, peer, BGTASK_CMD_APP_ACCESS_CHANGED_NTF, &access_);
	event(&self->helper, peer, BGTASK_CMD_APP_REMOVED_NTF, &removed);
	event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &conditions);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_TASK_REGISTERED, told->type);
	EXPECT_EQ(NULL, told->app);
	EXPECT_EQ(NULL, told->instance);
	ASSERT_NE(NULL, told->task);
	EXPECT_EQ(NULL, told->task->next);
	EXPECT_EQ(7, told->task->id);
	EXPECT_STREQ("app", told->task->app);
	EXPECT_STREQ("Sync", told->task->name);
	EXPECT_STREQ("/bin/sync", told->task->entry_point);
	EXPECT_EQ(BGT_TRIGGER_TIME, told->task->trigger);
	EXPECT_EQ(900 * SEC, told->task->interval);
	EXPECT_TRUE(told->task->oneshot);
	EXPECT_EQ(0x21, told->task->conditions);
	EXPECT_TRUE(told->task->cancel_on_condition_loss);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_TASK_UNREGISTERED, told->type);
	ASSERT_NE(NULL, told->task);
	EXPECT_EQ(8, told->task->id);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_APP_INSTALLED, told->type);
	EXPECT_EQ(NULL, told->task);
	ASSERT_NE(NULL, told->app);
	EXPECT_STREQ("app", told->app->id);
	EXPECT_STREQ("/etc/app.bgtask", told->app->manifest);
	EXPECT_EQ(1001, told->app->uid);
	EXPECT_STREQ("standard", told->app->quota_class);
	EXPECT_EQ(BGT_ACCESS_ALWAYS_ALLOWED, told->app->access);
	EXPECT_EQ(77, told->app->container);
	EXPECT_EQ(2, told->app->tasks);
	EXPECT_TRUE(told->app->extended);
	EXPECT_EQ(BGT_EXTENSION_SAVING_DATA, told->app->extension);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_APP_ACCESS_CHANGED, told->type);
	EXPECT_STREQ("app", told->app->id);
	EXPECT_EQ(BGT_ACCESS_DENIED_BY_USER, told->app->access);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_APP_REMOVED, told->type);
	EXPECT_STREQ("app", told->app->id);

	ASSERT_EQ(1, wait_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_CONDITION_CHANGED, told->type);
	EXPECT_EQ(NULL, told->app);
	EXPECT_EQ(0x25, told->conditions);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &told));
	EXPECT_FALSE(readable(self->bgt));

	/* What nobody takes is freed. */
	event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &registered);
	event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &conditions);
	EXPECT_TRUE(readable(self->bgt));
	start(self->bgt, unregister);
	reply(&self->helper, take(&self->helper, BGTASK_CMD_TASK_UNREGISTER), NULL);
	EXPECT_EQ(0, end());
	bgt_close(self->bgt);
}

static int set_channel(struct bgt *bgt)
{
	return bgt_channel_set(bgt, NULL, "Push", 5);
}

static int drop_channel(struct bgt *bgt)
{
	return bgt_channel_set(bgt, "org.example.App", "Push", -1);
}

TEST_F(client, channel)
{
	uint32_t id;

	start(self->bgt, set_channel);
	id = take(&self->helper, BGTASK_CMD_CHANNEL_SET);
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Push", text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(5, number(&self->helper, BGTASK_A_TASK_FD));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());

	start(self->bgt, drop_channel);
	id = take(&self->helper, BGTASK_CMD_CHANNEL_SET);
	EXPECT_STREQ("org.example.App", text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, find(&self->helper, BGTASK_A_TASK_FD));
	reply(&self->helper, id, NULL);
	EXPECT_EQ(0, end());
}

/* Without a helper, and when it ends. */
TEST_F(client, no_helper)
{
	start(self->bgt, progress);
	take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	genl_close(&self->helper);
	EXPECT_EQ(-ECONNRESET, end());
	EXPECT_STREQ("the helper has ended", bgt_error(self->bgt));
	EXPECT_EQ(-ENOTCONN, progress(self->bgt));
	EXPECT_STREQ("there is no helper (bgtaskd does not run)", bgt_error(self->bgt));
	EXPECT_EQ(-ENOTCONN, associate(self->bgt));
	EXPECT_EQ(-ENOTCONN, attach_instance(self->bgt));
}

TEST(names)
{
	enum bgt_condition condition;
	enum bgt_cancel_reason reason;
	enum bgt_trigger trigger;
	const char *name;

	for (unsigned int i = 0; i <= BGT_TRIGGER_USER_PRESENT; i++) {
		name = bgt_trigger_name((enum bgt_trigger)i);
		EXPECT_EQ(0, bgt_trigger_from_name(name, &trigger));
		EXPECT_EQ(i, trigger);
	}
	for (unsigned int i = 0; i < 6; i++) {
		name = bgt_condition_name((enum bgt_condition)(1 << i));
		EXPECT_EQ(0, bgt_condition_from_name(name, &condition));
		EXPECT_EQ(1 << i, condition);
	}
	for (unsigned int i = 0; i <= BGT_CANCEL_ENERGY_SAVER; i++) {
		name = bgt_cancel_reason_name((enum bgt_cancel_reason)i);
		EXPECT_EQ(0, bgt_cancel_reason_from_name(name, &reason));
		EXPECT_EQ(i, reason);
	}
	EXPECT_STREQ("unknown", bgt_trigger_name((enum bgt_trigger)1000));
	EXPECT_STREQ("unknown", bgt_condition_name((enum bgt_condition)3));
	EXPECT_EQ(-EINVAL, bgt_trigger_from_name("unknown", &trigger));
	EXPECT_STREQ("time-zone-change", bgt_trigger_name(BGT_TRIGGER_TIME_ZONE_CHANGE));
	EXPECT_STREQ("user-not-present", bgt_condition_name(BGT_CONDITION_USER_NOT_PRESENT));
	EXPECT_STREQ("denied-by-policy", bgt_access_name(BGT_ACCESS_DENIED_BY_POLICY));
	EXPECT_STREQ("instance-ended", bgt_event_name(BGT_EVENT_INSTANCE_ENDED));
	for (unsigned int i = 1; i <= BGT_EVENT_CONDITION_CHANGED; i++)
		EXPECT_STRNE("unknown", bgt_event_name((enum bgt_event_type)i));
	EXPECT_STREQ("unknown", bgt_event_name(BGT_EVENT_CONDITION_CHANGED + 1));
}

TEST_HARNESS_MAIN
