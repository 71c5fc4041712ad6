// SPDX-License-Identifier: GPL-2.0
/*
 * The library's calls for tasks: what the helper gets, and what the caller gets of the helper's
 * answer.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <stdio.h>
#include <string.h>

#include "client.h"

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

	app_start(self->bgt, register_all);
	id = play_take(&self->helper, BGTASK_CMD_TASK_REGISTER);
	EXPECT_STREQ("org.example.Mail", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", call_text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_STREQ("/bin/sync --once", call_text(&self->helper, BGTASK_A_TASK_ENTRY_POINT));
	EXPECT_EQ(BGTASK_TRIGGER_TIME, call_number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(3600 * SEC, call_number(&self->helper, BGTASK_A_TASK_INTERVAL));
	EXPECT_EQ(1, call_number(&self->helper, BGTASK_A_TASK_ONESHOT));
	EXPECT_EQ(0x21, call_number(&self->helper, BGTASK_A_TASK_CONDITIONS));
	EXPECT_EQ(1, call_number(&self->helper, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS));
	EXPECT_EQ(7, call_number(&self->helper, BGTASK_A_TASK_FD));
	payload_u32(&answer, BGTASK_A_TASK_ID, 1234);
	play_reply(&self->helper, id, &answer);
	EXPECT_EQ(0, app_end());
	EXPECT_EQ(1234, given_id);

	/* Options that were not set are not sent. */
	app_start(self->bgt, register_little);
	id = play_take(&self->helper, BGTASK_CMD_TASK_REGISTER);
	EXPECT_EQ(BGTASK_TRIGGER_APPLICATION, call_number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_ENTRY_POINT));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_INTERVAL));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_FD));
	play_refuse(&self->helper, id, -EEXIST, "the app has a task of this name");
	EXPECT_EQ(-EEXIST, app_end());
	EXPECT_STREQ("the app has a task of this name", bgt_error(self->bgt));

	/* An answer without an id is invalid. */
	app_start(self->bgt, register_little);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_REGISTER), NULL);
	EXPECT_EQ(-EPROTO, app_end());
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

	app_start(self->bgt, app_unregister);
	id = play_take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	EXPECT_EQ(12, call_number(&self->helper, BGTASK_A_TASK_ID));
	EXPECT_EQ(1, call_number(&self->helper, BGTASK_A_TASK_CANCEL));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_NAME));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, unregister_by_name);
	id = play_take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", call_text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(0, call_number(&self->helper, BGTASK_A_TASK_CANCEL));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_ID));
	play_refuse(&self->helper, id, -ENOENT, "there is no such task");
	EXPECT_EQ(-ENOENT, app_end());
	EXPECT_STREQ("there is no such task", bgt_error(self->bgt));

	app_start(self->bgt, fire_all);
	id = play_take(&self->helper, BGTASK_CMD_TRIGGER_FIRE);
	EXPECT_EQ(BGTASK_TRIGGER_TIME_ZONE_CHANGE,
		  call_number(&self->helper, BGTASK_A_TASK_TRIGGER));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_ARGUMENT));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, fire_one);
	id = play_take(&self->helper, BGTASK_CMD_TRIGGER_FIRE);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Sync", call_text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(1024, strlen(call_text(&self->helper, BGTASK_A_TASK_ARGUMENT)));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
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
	payload_u32(&entry, BGTASK_A_TASK_ID, id);
	payload_text(&entry, BGTASK_A_TASK_APP, "app");
	payload_text(&entry, BGTASK_A_TASK_NAME, name);
	payload_text(&entry, BGTASK_A_TASK_ENTRY_POINT, "/bin/true");
	payload_u32(&entry, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_MAINTENANCE);
	payload_u64(&entry, BGTASK_A_TASK_INTERVAL, 900 * SEC);
	payload_u8(&entry, BGTASK_A_TASK_ONESHOT, 1);
	payload_u32(&entry, BGTASK_A_TASK_CONDITIONS, 0x30);
	/* An attribute of a newer helper, which the library must ignore. */
	payload_u32(&entry, 1000, 1);
	payload_put(payload, BGTASK_A_TASK_ENTRY | NLA_F_NESTED, entry.data, entry.size);
}

TEST_F(client, task_list)
{
	struct payload first = { 0 }, second = { 0 };
	unsigned int count = 0;
	uint32_t id;

	app_start(self->bgt, list_tasks);
	id = play_take(&self->helper, BGTASK_CMD_TASK_GET);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_AFTER));
	put_task(&first, 1);
	put_task(&first, 2);
	payload_u32(&first, BGTASK_A_TASK_AFTER, 2);
	play_reply(&self->helper, id, &first);
	id = play_take(&self->helper, BGTASK_CMD_TASK_GET);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(2, call_number(&self->helper, BGTASK_A_TASK_AFTER));
	put_task(&second, 5);
	play_reply(&self->helper, id, &second);
	EXPECT_EQ(0, app_end());
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

	/* An empty list. */
	app_start(self->bgt, list_tasks);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_GET), NULL);
	EXPECT_EQ(0, app_end());
	EXPECT_EQ(NULL, tasks);

	/*
	 * A part of a list without progress would make the library ask for ever, so it is an error.
	 */
	app_start(self->bgt, list_tasks);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	EXPECT_EQ(-EPROTO, app_end());
	EXPECT_EQ(NULL, tasks);

	/* After an error, the caller does not get the part of the list that was read before. */
	app_start(self->bgt, list_tasks);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_GET), &first);
	play_refuse(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_GET), -EIO, "broken");
	EXPECT_EQ(-EIO, app_end());
	EXPECT_EQ(NULL, tasks);
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

	app_start(self->bgt, set_channel);
	id = play_take(&self->helper, BGTASK_CMD_CHANNEL_SET);
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_STREQ("Push", call_text(&self->helper, BGTASK_A_TASK_NAME));
	EXPECT_EQ(5, call_number(&self->helper, BGTASK_A_TASK_FD));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, drop_channel);
	id = play_take(&self->helper, BGTASK_CMD_CHANNEL_SET);
	EXPECT_STREQ("org.example.App", call_text(&self->helper, BGTASK_A_TASK_APP));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_FD));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
}

TEST_HARNESS_MAIN
