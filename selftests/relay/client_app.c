// SPDX-License-Identifier: GPL-2.0
/*
 * The library's calls for apps and conditions, and the names of all its enumerations.
 */
#include <errno.h>
#include <linux/bgtask.h>

#include "client.h"

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

	payload_text(&entry, BGTASK_A_APP_ID, id);
	payload_text(&entry, BGTASK_A_APP_MANIFEST, "/etc/app.bgtask");
	payload_u32(&entry, BGTASK_A_APP_UID, 1001);
	payload_text(&entry, BGTASK_A_APP_CLASS, "standard");
	payload_u32(&entry, BGTASK_A_APP_ACCESS, BGTASK_ACCESS_DENIED_BY_USER);
	payload_u32(&entry, BGTASK_A_APP_CONTAINER, 77);
	payload_u32(&entry, BGTASK_A_APP_TASKS, 2);
	payload_put(payload, BGTASK_A_APP_ENTRY | NLA_F_NESTED, entry.data, entry.size);
}

TEST_F(client, apps)
{
	struct payload installed = { 0 }, first = { 0 }, second = { 0 };
	uint32_t id;

	app_start(self->bgt, install);
	id = play_take(&self->helper, BGTASK_CMD_APP_INSTALL);
	EXPECT_STREQ("/etc/app.bgtask", call_text(&self->helper, BGTASK_A_APP_MANIFEST));
	payload_text(&installed, BGTASK_A_APP_ID, "app");
	play_reply(&self->helper, id, &installed);
	EXPECT_EQ(0, app_end());
	EXPECT_STREQ("app", app_id);

	app_start(self->bgt, app_remove);
	id = play_take(&self->helper, BGTASK_CMD_APP_REMOVE);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_APP_ID));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, upgraded);
	id = play_take(&self->helper, BGTASK_CMD_APP_UPGRADED);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_APP_ID));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, set_access);
	id = play_take(&self->helper, BGTASK_CMD_APP_SET);
	EXPECT_STREQ("app", call_text(&self->helper, BGTASK_A_APP_ID));
	EXPECT_EQ(BGTASK_ACCESS_LOCK_SCREEN, call_number(&self->helper, BGTASK_A_APP_ACCESS));
	play_refuse(&self->helper, id, -EBUSY, "all lock-screen slots are taken");
	EXPECT_EQ(-EBUSY, app_end());
	EXPECT_STREQ("all lock-screen slots are taken", bgt_error(self->bgt));

	app_start(self->bgt, list_apps);
	id = play_take(&self->helper, BGTASK_CMD_APP_GET);
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_APP_AFTER));
	put_app(&first, "a");
	payload_text(&first, BGTASK_A_APP_AFTER, "a");
	play_reply(&self->helper, id, &first);
	id = play_take(&self->helper, BGTASK_CMD_APP_GET);
	EXPECT_STREQ("a", call_text(&self->helper, BGTASK_A_APP_AFTER));
	put_app(&second, "b");
	play_reply(&self->helper, id, &second);
	EXPECT_EQ(0, app_end());
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

	app_start(self->bgt, get_conditions);
	id = play_take(&self->helper, BGTASK_CMD_CONDITION_GET);
	payload_u32(&answer, BGTASK_A_CONDITION_CONDITIONS, 0x15);
	payload_u32(&answer, BGTASK_A_CONDITION_WHICH, 0x30);
	payload_u32(&answer, BGTASK_A_CONDITION_WORK_COST, BGTASK_WORK_COST_HIGH);
	play_reply(&self->helper, id, &answer);
	EXPECT_EQ(0, app_end());
	EXPECT_EQ(0x15, holding);
	EXPECT_EQ(0x30, conditions_set);
	EXPECT_EQ(BGT_WORK_COST_HIGH, cost);

	app_start(self->bgt, set_conditions);
	id = play_take(&self->helper, BGTASK_CMD_CONDITION_SET);
	EXPECT_EQ(0x10, call_number(&self->helper, BGTASK_A_CONDITION_WHICH));
	EXPECT_EQ(0, call_number(&self->helper, BGTASK_A_CONDITION_CONDITIONS));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());

	app_start(self->bgt, leave_conditions);
	id = play_take(&self->helper, BGTASK_CMD_CONDITION_SET);
	EXPECT_EQ(0x10, call_number(&self->helper, BGTASK_A_CONDITION_WHICH));
	EXPECT_EQ(NULL, call_find(&self->helper, BGTASK_A_CONDITION_CONDITIONS));
	play_reply(&self->helper, id, NULL);
	EXPECT_EQ(0, app_end());
}

TEST(names)
{
	enum bgt_condition condition;
	enum bgt_cancel_reason reason;
	enum bgt_trigger trigger;
	const char *name;

	for (unsigned int i = 0; i <= BGTASK_TRIGGER_MAX; i++) {
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
