// SPDX-License-Identifier: GPL-2.0
/*
 * Sends and receives single messages between bare sockets that play an app and the helper, so that
 * the test decides what happens between two messages.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <string.h>

#include "exchange.h"
#include "scene.h"

void call(struct genl *app, const char *name, uint16_t flags)
{
	genl_begin(app, BGTASK_CMD_TASK_UNREGISTER);
	genl_put_string(app, BGTASK_A_TASK_NAME, name);
	if (genl_send(app, flags))
		fail("cannot call: %s", strerror(errno));
}

int result(struct genl *app)
{
	return genl_result(app, DEADLINE);
}

uint8_t receive(struct genl *genl)
{
	if (!genl_receive(genl, DEADLINE))
		fail("nothing comes");
	return genl_command(genl);
}

uint32_t take(struct genl *helper)
{
	if (receive(helper) != BGTASK_CMD_CALL_NTF)
		fail("that is no call");
	return genl_get_u32(helper, BGTASK_A_CALL_ID);
}

int reply(struct genl *helper, uint32_t id, int error, const char *text)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	if (error)
		genl_put_u32(helper, BGTASK_A_CALL_ERROR, (uint32_t)error);
	if (text)
		genl_put_string(helper, BGTASK_A_CALL_TEXT, text);
	return genl_do(helper);
}

int reply_with(struct genl *helper, uint32_t id, const struct payload *payload)
{
	genl_begin(helper, BGTASK_CMD_CALL_REPLY);
	genl_put_u32(helper, BGTASK_A_CALL_ID, id);
	genl_put(helper, BGTASK_A_CALL_PAYLOAD, payload->data, payload->size);
	return genl_do(helper);
}

int tell(struct genl *helper, uint32_t peer, uint8_t command, const struct payload *payload)
{
	genl_begin(helper, BGTASK_CMD_APP_EVENT);
	genl_put_u32(helper, BGTASK_A_CALL_PEER, peer);
	genl_put_u32(helper, BGTASK_A_CALL_COMMAND, command);
	genl_put(helper, BGTASK_A_CALL_PAYLOAD, payload->data, payload->size);
	return genl_do(helper);
}
