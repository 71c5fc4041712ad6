// SPDX-License-Identifier: GPL-2.0
/*
 * Events of the helper: of instances, registrations, apps and conditions, in one queue with the
 * module's events of mutexes.
 */
#include <linux/bgtask.h>

#include "client.h"
#include "mutex.h"

TEST_F(client, events)
{
	struct payload first = { 0 }, second = { 0 }, ended = { 0 };
	const struct bgt_event *event_told;
	uint32_t id, peer;

	peer = play_associated(self->bgt, &self->helper);
	EXPECT_FALSE(app_readable(self->bgt));
	payload_progress(&first, 10);
	payload_progress(&second, 20);
	payload_u32(&ended, BGTASK_A_INSTANCE_ID, 9);
	payload_u32(&ended, BGTASK_A_INSTANCE_TASK, 3);
	payload_text(&ended, BGTASK_A_INSTANCE_NAME, "Sync");
	payload_u32(&ended, BGTASK_A_INSTANCE_STATE, BGTASK_INSTANCE_STATE_FAILED);
	payload_u32(&ended, BGTASK_A_INSTANCE_STATUS, (uint32_t)-1);
	payload_text(&ended, BGTASK_A_INSTANCE_MESSAGE, "no way");

	/* An event that comes during a call is kept, and read before later events. */
	app_start(self->bgt, app_unregister);
	id = play_take(&self->helper, BGTASK_CMD_TASK_UNREGISTER);
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
	EXPECT_TRUE(app_readable(self->bgt));
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &second);
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &ended);

	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_NE(NULL, event_told->instance);
	EXPECT_EQ(NULL, event_told->mutex);
	EXPECT_EQ(9, event_told->instance->id);
	EXPECT_EQ(3, event_told->instance->task);
	EXPECT_STREQ("Sync", event_told->instance->name);
	EXPECT_EQ(10, event_told->instance->progress);
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(20, event_told->instance->progress);
	EXPECT_TRUE(app_readable(self->bgt));
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_ENDED, event_told->type);
	EXPECT_EQ(BGT_INSTANCE_FAILED, event_told->instance->state);
	EXPECT_FALSE(event_told->instance->canceled);
	EXPECT_EQ(-1, event_told->instance->status);
	EXPECT_STREQ("no way", event_told->instance->message);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(app_readable(self->bgt));

	/* Closing the connection frees events that nobody has read. */
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_ENDED_NTF, &ended);
	app_start(self->bgt, app_unregister);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_UNREGISTER), NULL);
	EXPECT_EQ(0, app_end());
	bgt_close(self->bgt);
}

/* Events of mutexes and of instances share the queue. */
TEST_F(client, events_and_mutexes)
{
	struct party other = party_new("client");
	const struct bgt_event *event_told;
	struct payload first = { 0 };
	struct bgt_mutex *mutex;
	uint32_t peer;

	mutex = mutex_open(self->bgt, "client", BGT_SCOPE_USER);
	ASSERT_EQ(0, bgt_mutex_acquire(other.mutex, 0));
	peer = play_associated(self->bgt, &self->helper);
	ASSERT_EQ(0, bgt_mutex_acquire_start(mutex, BGT_TIMEOUT_INFINITE));
	payload_progress(&first, 10);
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	ASSERT_EQ(0, bgt_mutex_release(other.mutex));
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_MUTEX, event_told->type);
	EXPECT_EQ(mutex, event_told->mutex);
	EXPECT_EQ(NULL, event_told->instance);
	EXPECT_EQ(0, event_told->result);
	EXPECT_FALSE(app_readable(self->bgt));
	bgt_mutex_close(mutex);
}

static int associate_all(struct bgt *bgt)
{
	return bgt_task_associate(bgt, NULL);
}

static void put_watched_task(struct payload *payload, uint32_t id)
{
	payload_u32(payload, BGTASK_A_TASK_ID, id);
	payload_text(payload, BGTASK_A_TASK_APP, "app");
	payload_text(payload, BGTASK_A_TASK_NAME, "Sync");
	payload_text(payload, BGTASK_A_TASK_ENTRY_POINT, "/bin/sync");
	payload_u32(payload, BGTASK_A_TASK_TRIGGER, BGTASK_TRIGGER_TIME);
	payload_u64(payload, BGTASK_A_TASK_INTERVAL, 900 * SEC);
	payload_u8(payload, BGTASK_A_TASK_ONESHOT, 1);
	payload_u32(payload, BGTASK_A_TASK_CONDITIONS, 0x21);
	payload_u8(payload, BGTASK_A_TASK_CANCEL_ON_CONDITION_LOSS, 1);
	/* An attribute of a newer helper, which the library must ignore. */
	payload_u32(payload, 1000, 1);
}

static void put_installed_app(struct payload *payload)
{
	payload_text(payload, BGTASK_A_APP_ID, "app");
	payload_text(payload, BGTASK_A_APP_MANIFEST, "/etc/app.bgtask");
	payload_u32(payload, BGTASK_A_APP_UID, 1001);
	payload_text(payload, BGTASK_A_APP_CLASS, "standard");
	payload_u32(payload, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_ALWAYS_ALLOWED);
	payload_u32(payload, BGTASK_A_APP_CONTAINER, 77);
	payload_u32(payload, BGTASK_A_APP_TASKS, 2);
	payload_u32(payload, BGTASK_A_APP_EXTENSION, BGTASK_EXTENSION_REASON_SAVING_DATA);
}

/* Events of registrations, apps and conditions. */
TEST_F(client, watched)
{
	struct payload registered = { 0 }, unregistered = { 0 }, installed = { 0 }, access_ = { 0 };
	struct payload removed = { 0 }, conditions = { 0 }, none = { 0 }, bad = { 0 };
	const struct bgt_event *told;
	uint32_t id, peer;

	app_start(self->bgt, associate_all);
	id = play_take(&self->helper, BGTASK_CMD_TASK_ASSOCIATE);
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_TASK_APP));
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
	put_watched_task(&registered, 7);
	put_watched_task(&unregistered, 8);
	put_installed_app(&installed);
	payload_text(&access_, BGTASK_A_APP_ID, "app");
	payload_u32(&access_, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_DENIED_BY_USER);
	payload_text(&removed, BGTASK_A_APP_ID, "app");
	payload_u32(&conditions, BGTASK_A_CONDITION_CONDITIONS, 0x25);
	payload_u8(&bad, BGTASK_A_CONDITION_CONDITIONS, 1);

	/* Events that lack required attributes are left out. */
	play_event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &none);
	play_event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &none);
	play_event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &bad);
	play_event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &registered);
	play_event(&self->helper, peer, BGTASK_CMD_TASK_UNREGISTERED_NTF, &unregistered);
	play_event(&self->helper, peer, BGTASK_CMD_APP_INSTALLED_NTF, &installed);
	play_event(&self->helper, peer, BGTASK_CMD_APP_ACCESS_CHANGED_NTF, &access_);
	play_event(&self->helper, peer, BGTASK_CMD_APP_REMOVED_NTF, &removed);
	play_event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &conditions);

	ASSERT_EQ(1, app_event(self->bgt, &told));
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

	ASSERT_EQ(1, app_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_TASK_UNREGISTERED, told->type);
	ASSERT_NE(NULL, told->task);
	EXPECT_EQ(8, told->task->id);

	ASSERT_EQ(1, app_event(self->bgt, &told));
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

	ASSERT_EQ(1, app_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_APP_ACCESS_CHANGED, told->type);
	EXPECT_STREQ("app", told->app->id);
	EXPECT_EQ(BGT_ACCESS_DENIED_BY_USER, told->app->access);

	ASSERT_EQ(1, app_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_APP_REMOVED, told->type);
	EXPECT_STREQ("app", told->app->id);

	ASSERT_EQ(1, app_event(self->bgt, &told));
	EXPECT_EQ(BGT_EVENT_CONDITION_CHANGED, told->type);
	EXPECT_EQ(NULL, told->app);
	EXPECT_EQ(0x25, told->conditions);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &told));
	EXPECT_FALSE(app_readable(self->bgt));

	/* Closing the connection frees events that nobody has read. */
	play_event(&self->helper, peer, BGTASK_CMD_TASK_REGISTERED_NTF, &registered);
	play_event(&self->helper, peer, BGTASK_CMD_CONDITION_CHANGED_NTF, &conditions);
	EXPECT_TRUE(app_readable(self->bgt));
	app_start(self->bgt, app_unregister);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_UNREGISTER), NULL);
	EXPECT_EQ(0, app_end());
	bgt_close(self->bgt);
}

TEST_HARNESS_MAIN
