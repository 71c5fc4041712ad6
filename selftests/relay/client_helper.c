// SPDX-License-Identifier: GPL-2.0
/*
 * The library when the helper ends, and when the next one comes.
 */
#include <errno.h>
#include <linux/bgtask.h>

#include "client.h"

/* The library tells the new helper about its app and its instance. */
TEST_F(client, new_helper)
{
	struct payload answer = { 0 }, first = { 0 };
	const struct bgt_event *event_told;
	uint32_t associate_id = 0, attach_id = 0, peer;

	play_associated(self->bgt, &self->helper);
	app_start(self->bgt, app_attach);
	payload_attached(&answer);
	play_reply(&self->helper, play_take(&self->helper, BGTASK_CMD_INSTANCE_ATTACH), &answer);
	EXPECT_EQ(0, app_end());
	bgt_instance_free(app_instance);
	genl_close(&self->helper);
	EXPECT_EQ(-ENOTCONN, app_progress(self->bgt));

	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, play_attach(&self->helper));
	EXPECT_TRUE(app_readable(self->bgt));
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	for (int i = 0; i < 2; i++) {
		ASSERT_TRUE(genl_receive(&self->helper, DEADLINE));
		switch (genl_get_u32(&self->helper, BGTASK_A_CALL_COMMAND)) {
		case BGTASK_CMD_TASK_ASSOCIATE:
			associate_id = genl_get_u32(&self->helper, BGTASK_A_CALL_ID);
			EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_TASK_APP));
			break;
		case BGTASK_CMD_INSTANCE_ATTACH:
			attach_id = genl_get_u32(&self->helper, BGTASK_A_CALL_ID);
			break;
		}
	}
	peer = genl_get_u32(&self->helper, BGTASK_A_CALL_PEER);
	ASSERT_NE(0, associate_id);
	ASSERT_NE(0, attach_id);
	play_reply(&self->helper, associate_id, NULL);
	payload_progress(&first, 10);
	play_event(&self->helper, peer, BGTASK_CMD_INSTANCE_PROGRESS_NTF, &first);
	/* The instance was cancelled while there was no helper. */
	payload_u32(&answer, BGTASK_A_INSTANCE_REASON, BGTASK_CANCEL_REASON_IDLE_TASK);
	play_reply(&self->helper, attach_id, &answer);
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_PROGRESS, event_told->type);
	ASSERT_EQ(1, app_event(self->bgt, &event_told));
	EXPECT_EQ(BGT_EVENT_INSTANCE_CANCELED, event_told->type);
	EXPECT_EQ(BGT_CANCEL_IDLE_TASK, event_told->instance->reason);
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(app_readable(self->bgt));
}

/*
 * The library learns of the new helper during a call, and reports that the new helper has refused
 * it.
 */
TEST_F(client, new_helper_refuses)
{
	const struct bgt_event *event_told;
	uint32_t id;

	play_associated(self->bgt, &self->helper);
	genl_close(&self->helper);
	ASSERT_EQ(0, genl_open(&self->helper));
	ASSERT_EQ(0, play_attach(&self->helper));
	app_start(self->bgt, app_progress);
	play_refuse(&self->helper, play_take(&self->helper, BGTASK_CMD_TASK_ASSOCIATE), -EACCES,
		    "there is no such app");
	id = play_take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
	EXPECT_TRUE(app_readable(self->bgt));
	EXPECT_EQ(-EACCES, bgt_next_event(self->bgt, &event_told));
	EXPECT_STREQ("the new helper refused: there is no such app", bgt_error(self->bgt));
	EXPECT_EQ(0, bgt_next_event(self->bgt, &event_told));
	EXPECT_FALSE(app_readable(self->bgt));
}

/* Calls without a helper, and calls whose helper ends. */
TEST_F(client, no_helper)
{
	app_start(self->bgt, app_progress);
	play_take(&self->helper, BGTASK_CMD_INSTANCE_PROGRESS);
	genl_close(&self->helper);
	EXPECT_EQ(-ECONNRESET, app_end());
	EXPECT_STREQ("the helper has ended", bgt_error(self->bgt));
	EXPECT_EQ(-ENOTCONN, app_progress(self->bgt));
	EXPECT_STREQ("there is no helper (bgtaskd does not run)", bgt_error(self->bgt));
	EXPECT_EQ(-ENOTCONN, app_associate(self->bgt));
	EXPECT_EQ(-ENOTCONN, app_attach(self->bgt));
}

TEST_HARNESS_MAIN
