// SPDX-License-Identifier: GPL-2.0
/*
 * Makes and sends the relay's notifications. The helper gets calls, with what only the kernel knows
 * of the caller, and learns which callers are gone. Callers get the helper's events, and learn that
 * there is a new helper.
 */
#include <linux/cred.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/family.h"
#include "budget/container.h"
#include "peer/peer.h"

#include "call.h"
#include "notify.h"

static struct sk_buff *start(const struct bgt_peer *to, u8 command, size_t size, void **header)
{
	struct sk_buff *skb = genlmsg_new(size, GFP_KERNEL_ACCOUNT);

	if (!skb)
		return NULL;
	*header = genlmsg_put(skb, to->portid, 0, &bgt_family, 0, command);
	if (*header)
		return skb;
	nlmsg_free(skb);
	return NULL;
}

static int finish(const struct bgt_peer *to, struct sk_buff *skb, void *header)
{
	genlmsg_end(skb, header);
	return bgt_peer_send(to, skb);
}

static int put_caller(struct sk_buff *msg, struct sk_buff *skb, struct genl_info *info,
		      const struct bgt_call *call)
{
	const struct bgt_container *container = call->charge.container;
	kuid_t uid = NETLINK_CB(skb).sk->sk_uid;
	int size = genlmsg_len(info->genlhdr);

	if (nla_put_u32(msg, BGTASK_A_CALL_ID, call->id) ||
	    nla_put_u32(msg, BGTASK_A_CALL_COMMAND, info->genlhdr->cmd) ||
	    nla_put_u32(msg, BGTASK_A_CALL_PID, task_tgid_nr(current)) ||
	    nla_put_u32(msg, BGTASK_A_CALL_UID, from_kuid_munged(&init_user_ns, uid)) ||
	    nla_put_u8(msg, BGTASK_A_CALL_ADMIN, netlink_capable(skb, CAP_SYS_ADMIN)) ||
	    (container && nla_put_u32(msg, BGTASK_A_CALL_CONTAINER, container->id)) ||
	    nla_put(msg, BGTASK_A_CALL_PAYLOAD, size, genlmsg_data(info->genlhdr)))
		return -EMSGSIZE;
	return 0;
}

/* Size of what put_caller() puts, and of BGTASK_A_CALL_PEER. */
static size_t call_size(const struct genl_info *info)
{
	return 6 * nla_total_size(sizeof(u32)) + nla_total_size(sizeof(u8)) +
	       nla_total_size(genlmsg_len(info->genlhdr));
}

/**
 * bgt_notify_call() - send a call to the helper
 * @to: the helper
 * @skb: the request, which is being handled
 * @info: the same request, parsed
 * @call: the call that the request has become
 * @caller: id of the caller
 *
 * Context: process.
 * Return: 0, -ECONNREFUSED if the socket is being closed, -EAGAIN if its buffer is full, -ENOMEM.
 */
int bgt_notify_call(const struct bgt_peer *to, struct sk_buff *skb, struct genl_info *info,
		    const struct bgt_call *call, u32 caller)
{
	struct sk_buff *msg;
	void *header;

	msg = start(to, BGTASK_CMD_CALL_NTF, call_size(info), &header);
	if (!msg)
		return -ENOMEM;
	if (WARN_ON_ONCE(nla_put_u32(msg, BGTASK_A_CALL_PEER, caller) ||
			 put_caller(msg, skb, info, call))) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return finish(to, msg, header);
}

/**
 * bgt_notify_gone() - tell the helper that a caller's socket was closed
 * @to: the helper
 * @caller: id of the caller
 *
 * Context: process.
 * Return: see bgt_notify_call().
 */
int bgt_notify_gone(const struct bgt_peer *to, u32 caller)
{
	struct sk_buff *skb;
	void *header;

	skb = start(to, BGTASK_CMD_PEER_GONE_NTF, nla_total_size(sizeof(u32)), &header);
	if (!skb)
		return -ENOMEM;
	if (WARN_ON_ONCE(nla_put_u32(skb, BGTASK_A_CALL_PEER, caller))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	return finish(to, skb, header);
}

/**
 * bgt_notify_helper() - tell a caller that there is a new helper
 * @to: a peer that has called before
 *
 * Context: process.
 * Return: see bgt_notify_call().
 */
int bgt_notify_helper(const struct bgt_peer *to)
{
	struct sk_buff *skb;
	void *header;

	skb = start(to, BGTASK_CMD_HELPER_NTF, 0, &header);
	return skb ? finish(to, skb, header) : -ENOMEM;
}

/**
 * bgt_notify_event() - send the helper's event to a caller
 * @to: a peer that has called before
 * @command: command of the event
 * @payload: attributes of the event, or NULL
 *
 * Context: process.
 * Return: see bgt_notify_call().
 */
int bgt_notify_event(const struct bgt_peer *to, u8 command, const struct nlattr *payload)
{
	struct sk_buff *skb;
	void *header;

	skb = start(to, command, payload ? nla_len(payload) : 0, &header);
	if (!skb)
		return -ENOMEM;
	if (payload)
		skb_put_data(skb, nla_data(payload), nla_len(payload));
	return finish(to, skb, header);
}
