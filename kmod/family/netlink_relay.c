// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of the helper, which attaches, replies to calls and sends events; and the operations
 * that are relayed to the helper.
 */
#include <net/genetlink.h>

#include "peer/answer.h"
#include "peer/peer.h"
#include "relay/relay.h"

#include "netlink_gen.h"
#include "netlink_message.h"

int bgtask_nl_helper_attach_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_answer answer;
	struct bgt_peer *peer;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	peer = bgt_peer_of(skb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	return bgt_answer_confirm(&answer, bgt_relay_attach(peer, info->extack));
}

int bgtask_nl_call_reply_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *error = info->attrs[BGTASK_A_CALL_ERROR];
	const struct nlattr *text = info->attrs[BGTASK_A_CALL_TEXT];
	struct bgt_peer *peer = bgt_peer_of(skb, info->extack);
	int err;

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	err = require_attr(info, BGTASK_A_CALL_ID, "id of the call is missing");
	if (err)
		return err;
	return bgt_relay_reply(peer, nla_get_u32(info->attrs[BGTASK_A_CALL_ID]),
			       error ? nla_get_s32(error) : 0, text ? nla_data(text) : NULL,
			       info->attrs[BGTASK_A_CALL_PAYLOAD], info->extack);
}

int bgtask_nl_app_event_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_peer *peer = bgt_peer_of(skb, info->extack);
	u32 command;
	int err;

	if (IS_ERR(peer))
		return PTR_ERR(peer);
	err = require_attr(info, BGTASK_A_CALL_PEER, "peer is missing");
	if (err)
		return err;
	err = require_attr(info, BGTASK_A_CALL_COMMAND, "command is missing");
	if (err)
		return err;
	command = nla_get_u32(info->attrs[BGTASK_A_CALL_COMMAND]);
	if (!command || command > BGTASK_CMD_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[BGTASK_A_CALL_COMMAND],
				    "there is no such event");
		return -ERANGE;
	}
	return bgt_relay_event(peer, nla_get_u32(info->attrs[BGTASK_A_CALL_PEER]), command,
			       info->attrs[BGTASK_A_CALL_PAYLOAD], info->extack);
}

/*
 * The kernel only checks the attributes of these, as the netlink spec says; the helper does the
 * rest.
 */
#define RELAYED(operation)								\
int bgtask_nl_##operation##_doit(struct sk_buff *skb, struct genl_info *info)		\
{											\
	return bgt_relay_call(skb, info);						\
}

RELAYED(task_register)
RELAYED(task_unregister)
RELAYED(task_get)
RELAYED(task_associate)
RELAYED(trigger_fire)
RELAYED(instance_get)
RELAYED(instance_attach)
RELAYED(instance_progress)
RELAYED(instance_complete)
RELAYED(instance_cancel)
RELAYED(app_install)
RELAYED(app_remove)
RELAYED(app_get)
RELAYED(app_set)
RELAYED(app_upgraded)
RELAYED(condition_get)
RELAYED(condition_set)
RELAYED(channel_set)
RELAYED(app_move)
RELAYED(app_attach)
RELAYED(app_saved)
RELAYED(extension_request)
RELAYED(extension_close)
