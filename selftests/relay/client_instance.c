// SPDX-License-Identifier: GPL-2.0
/*
 * The library's calls for instances: listing and cancelling them, and the calls of an instance
 * itself, which attaches, defers its end, and is told of its cancellation.
 */
#include <errno.h>
#include <linux/bgtask.h>

#include "client.h"

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

	app_start(self->bgt, list_instances);
	id = play_take(&self->helper, BGTASK_CMD_INSTANCE_GET);
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_INSTANCE_APP));
	payload_u32(&entry, BGTASK_A_INSTANCE_ID, 9);
	payload_text(&entry, BGTASK_A_INSTANCE_APP, "app");
	payload_u32(&entry, BGTASK_A_INSTANCE_TASK, 3);
	payload_text(&entry, BGTASK_A_INSTANCE_NAME, "Sync");
	payload_u32(&entry, BGTASK_A_INSTANCE_TRIGGER, BGTASK_TRIGGER_PUSH);
	payload_text(&entry, BGTASK_A_INSTANCE_ARGUMENT, "argument");
	payload_u32(&entry, BGTASK_A_INSTANCE_STATE, BGTASK_INSTANCE_STATE_TERMINATED);
	payload_u32(&entry, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_ABORT);
	payload_u32(&entry, BGTASK_A_INSTANCE_PROGRESS, 50);
	payload_u32(&entry, BGTASK_A_INSTANCE_STATUS, (uint32_t)-3);
	payload_text(&entry, BGTASK_A_INSTANCE_MESSAGE, "message");
	payload_u64(&entry, BGTASK_A_INSTANCE_FIRED, 1);
	payload_u64(&entry, BGTASK_A_INSTANCE_STARTED, 2);
	payload_u64(&entry, BGTASK_A_INSTANCE_ENDED, 3);
	payload_u32(&entry, BGTASK_A_INSTANCE_PID, 4);
	payload_put(&answer, BGTASK_A_INSTANCE_ENTRY | NLA_F_NESTED, entry.data, entry.size);
	entry.size = 0;
	payload_u32(&entry, BGTASK_A_INSTANCE_ID, 10);
	payload_put(&answer, BGTASK_A_INSTANCE_ENTRY, entry.data, entry.size);
	play_reply(&self->helper, id, &answer);
	EXPECT_EQ(0, app_end());
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

	app_start(self->bgt, cancel);
	id = play_take(&self->helper, BGTASK_CMD_INSTANCE_CANCEL);
	EXPECT_EQ(9, call_number(&self->helper, BGTASK_A_INSTANCE_ID));
	EXPECT_EQ(BGTASK_CANCEL_REASON_SYSTEM_POLICY,
		  call_number(&self->helper, BGTASK_A_INSTANCE_REASON));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
}

static int complete(struct bgt *bgt)
{
	return bgt_instance_complete(bgt, -5, "broken");
}

static int undefer(struct bgt *bgt)
{
	return bgt_instance_undefer(bgt);
}

static void expect_completion(struct __test_metadata *_metadata, struct genl *helper)
{
	uint32_t id = play_take(helper, BGTASK_CMD_INSTANCE_COMPLETE);

	EXPECT_EQ((uint32_t)-5, call_number(helper, BGTASK_A_INSTANCE_STATUS));
	EXPECT_STREQ("broken", call_text(helper, BGTASK_A_INSTANCE_MESSAGE));
	play_reply(helper, id, NULL);
	EXPECT_EQ(0, app_end());
}

TEST_F(client, instance)
{
	struct payload answer = { 0 };
	uint32_t id;

	EXPECT_EQ(-ENOTCONN, bgt_fd(self->bgt));
	app_start(self->bgt, app_attach);
	id = play_take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	payload_attached(&answer);
	play_reply(&self->helper, id, &answer);
	EXPECT_EQ(0, app_end());
	ASSERT_NE(NULL, app_instance);
	EXPECT_EQ(9, app_instance->id);
	EXPECT_STREQ("app", app_instance->app);
	EXPECT_EQ(3, app_instance->task);
	EXPECT_STREQ("Sync", app_instance->name);
	EXPECT_EQ(BGT_TRIGGER_APPLICATION, app_instance->trigger);
	EXPECT_STREQ("all of it", app_instance->argument);
	EXPECT_FALSE(app_instance->canceled);
	bgt_instance_free(app_instance);
	EXPECT_FALSE(app_readable(self->bgt));

	app_start(self->bgt, app_progress);
	id = play_take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	EXPECT_EQ(42, call_number(&self->helper, BGTASK_A_INSTANCE_PROGRESS));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, complete);
	expect_completion(_metadata, &self->helper);

	app_start(self->bgt, app_attach);
	play_refuse(&self->helper, play_take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH), -ENOENT,
		    "this process runs no instance");
	EXPECT_EQ(-ENOENT, app_end());
	EXPECT_EQ(NULL, app_instance);
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
	app_start(self->bgt, undefer);
	expect_completion(_metadata, &self->helper);

	/* The completion is sent at once, as all deferrals have ended before. */
	bgt_instance_defer(self->bgt);
	EXPECT_EQ(0, undefer(self->bgt));
	EXPECT_FALSE(genl_receive(&self->helper, 0));
	app_start(self->bgt, complete);
	expect_completion(_metadata, &self->helper);

	/* Closing the connection frees a completion that was never sent. */
	bgt_instance_defer(self->bgt);
	EXPECT_EQ(0, complete(self->bgt));
	bgt_close(self->bgt);
}

TEST_F(client, canceled)
{
	struct payload answer = { 0 }, event_data = { 0 };
	const struct bgt_event *event_told;
	uint32_t peer;

	app_start(self->bgt, app_attach);
	play_take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	payload_attached(&answer);
	play_reply(&self->helper, genl_get_u32(&self->helper, BGTASK_A_CALL_ID), &answer);
	EXPECT_EQ(0, app_end());
	bgt_instance_free(app_instance);

	payload_u32(&event_data, BGTASK_A_INSTANCE_ID, 9);
	payload_u32(&event_data, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_CONDITION_LOSS);
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_CANCELED_NTF, &event_data);
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	ASSERT_NE(NULL, event_told->instance);
	EXPECT_EQ(9, event_told->instance->id);
	EXPECT_TRUE(event_told->instance->canceled);
	EXPECT_EQ(BGT_CANCEL_CONDITION_LOSS, event_told->instance->reason);

	/* A second cancellation makes no second event. */
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_CANCELED_NTF, &event_data);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(app_readable(self->bgt));
}

/* The instance was cancelled before it attached. */
TEST_F(client, canceled_before)
{
	const struct bgt_event *event_told;
	struct payload answer = { 0 };

	app_start(self->bgt, app_attach);
	play_take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH);
	payload_attached(&answer);
	payload_u32(&answer, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_UNINSTALL);
	play_reply(&self->helper, genl_get_u32(&self->helper, BGTASK_A_CALL_ID), &answer);
	EXPECT_EQ(0, app_end());
	EXPECT_TRUE(app_instance->canceled);
	EXPECT_EQ(BGT_CANCEL_UNINSTALL, app_instance->reason);
	bgt_instance_free(app_instance);
	EXPECT_TRUE(app_readable(self->bgt));
	ASSERT_EQ(1, bgt_next_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	EXPECT_EQ(BGT_CANCEL_UNINSTALL, event_told->instance->reason);
	EXPECT_FALSE(app_readable(self->bgt));
}

TEST_HARNESS_MAIN
