// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the helper by a bare socket, which answers what and when the test says. The library's
 * calls, which wait for these answers, are made in a thread.
 */
#include <linux/bgtask.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "exchange.h"
#include "payload.h"
#include "player.h"
#include "scene.h"

/*
 * What it answers
 */

void payload_attached(struct payload *payload)
{
	payload_u32(payload, BGTASK_A_INSTANCE_ID, 9);
	payload_text(payload, BGTASK_A_INSTANCE_APP, "app");
	payload_u32(payload, BGTASK_A_INSTANCE_TASK, 3);
	payload_text(payload, BGTASK_A_INSTANCE_NAME, "Sync");
	payload_u32(payload, BGTASK_A_INSTANCE_TRIGGER, BGTASK_TRIGGER_APPLICATION);
	payload_text(payload, BGTASK_A_INSTANCE_ARGUMENT, "all of it");
}

void payload_progress(struct payload *payload, uint32_t value)
{
	payload_u32(payload, BGTASK_A_INSTANCE_ID, 9);
	payload_u32(payload, BGTASK_A_INSTANCE_TASK, 3);
	payload_text(payload, BGTASK_A_INSTANCE_NAME, "Sync");
	payload_u32(payload, BGTASK_A_INSTANCE_PROGRESS, value);
}

/*
 * The helper
 */

int play_attach(struct genl *genl)
{
	genl_begin(genl, BGTASK_CMD_HELPER_ATTACH);
	return genl_do(genl);
}

uint32_t play_take(struct genl *helper, uint8_t command)
{
	uint32_t id = take(helper);

	if (genl_get_u32(helper, BGTASK_A_CALL_COMMAND) != command)
		fail("not call %u, but %u", command, genl_get_u32(helper, BGTASK_A_CALL_COMMAND));
	return id;
}

const struct nlattr *call_find(const struct genl *helper, uint16_t type)
{
	const struct nlattr *payload = genl_find(helper, BGTASK_A_CALL_PAYLOAD), *attr;
	int left = payload ? payload->nla_len - NLA_HDRLEN : 0;

	for (attr = payload + 1; left >= NLA_HDRLEN; left -= NLA_ALIGN(attr->nla_len),
	     attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len)))
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

uint64_t call_number(const struct genl *helper, uint16_t type)
{
	const struct nlattr *attr = call_find(helper, type);
	uint64_t value = 0;

	if (!attr)
		fail("attribute %u is missing", type);
	memcpy(&value, attr + 1, (size_t)attr->nla_len - NLA_HDRLEN);
	return value;
}

const char *call_text(const struct genl *helper, uint16_t type)
{
	const struct nlattr *attr = call_find(helper, type);

	return attr ? (const char *)(attr + 1) : "(none)";
}

void play_reply(struct genl *helper, uint32_t id, const struct payload *payload)
{
	if (payload ? reply_with(helper, id, payload) : reply(helper, id, 0, NULL))
		fail("cannot answer: %s", helper->text);
}

void play_refuse(struct genl *helper, uint32_t id, int error, const char *why)
{
	if (reply(helper, id, error, why))
		fail("cannot refuse: %s", helper->text);
}

void play_event(struct genl *helper, uint32_t peer, uint8_t command,
		const struct payload *payload)
{
	if (tell(helper, peer, command, payload))
		fail("cannot send an event: %s", helper->text);
}

/*
 * The app
 */

/* A call of the library, in a thread of its own. */
static struct {
	pthread_t thread;
	int (*function)(struct bgt *bgt);
	struct bgt *bgt;
	int result;
} app;

static void *run(void *data)
{
	(void)data;
	app.result = app.function(app.bgt);
	return NULL;
}

void app_start(struct bgt *bgt, int (*function)(struct bgt *bgt))
{
	app.function = function;
	app.bgt = bgt;
	if (pthread_create(&app.thread, NULL, run, NULL))
		fail("cannot start a thread");
}

int app_end(void)
{
	pthread_join(app.thread, NULL);
	return app.result;
}

int app_event(struct bgt *bgt, const struct bgt_event **result)
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

bool app_readable(struct bgt *bgt)
{
	struct pollfd fd = { .fd = bgt_fd(bgt), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

struct bgt_instance *app_instance;

int app_attach(struct bgt *bgt)
{
	return bgt_instance_attach(bgt, &app_instance);
}

int app_progress(struct bgt *bgt)
{
	return bgt_instance_progress(bgt, 42);
}

int app_associate(struct bgt *bgt)
{
	return bgt_task_associate(bgt, "app");
}

int app_unregister(struct bgt *bgt)
{
	return bgt_task_unregister(bgt, 12, true);
}

uint32_t play_associated(struct bgt *bgt, struct genl *helper)
{
	uint32_t id, peer;

	app_start(bgt, app_associate);
	id = play_take(helper, BGTASK_CMD_TASK_ASSOCIATE);
	peer = genl_get_u32(helper, BGTASK_A_CALL_PEER);
	if (strcmp(call_text(helper, BGTASK_A_TASK_APP), "app"))
		fail("the association is with another app");
	play_reply(helper, id, NULL);
	if (app_end())
		fail("cannot associate: %s", bgt_error(bgt));
	return peer;
}
