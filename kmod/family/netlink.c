// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: its registration, and what its operations have in common, such as
 * permissions and events. The operations are in the netlink_*.c files beside this one. The netlink
 * spec, include/bgtask.yaml, says what messages may contain; the policies are made from it.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "base/family.h"
#include "budget/container.h"

#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_message.h"

/**
 * bgt_netlink_require_admin() - refuse callers that are no administrators
 * @skb: the request
 * @extack: gets the reason of a refusal
 *
 * Return: 0 or -EPERM.
 */
int bgt_netlink_require_admin(struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	NL_SET_ERR_MSG(extack, "this takes CAP_SYS_ADMIN in the initial user namespace");
	return -EPERM;
}

/**
 * bgt_netlink_lock_container() - find the container that a request names by its id
 * @info: the request
 * @attr: the attribute that has the id
 * @container: result, with a reference; is not deleted until bgt_netlink_unlock_container()
 *
 * Context: process; returns with bgt_registry_lock held on success.
 * Return: 0, -EINVAL if the attribute is missing, -ENOENT if there is no such container.
 */
int bgt_netlink_lock_container(struct genl_info *info, int attr, struct bgt_container **container)
{
	int err = require_attr(info, attr, "id of the container is missing");

	if (err)
		return err;
	mutex_lock(&bgt_registry_lock);
	*container = bgt_container_find(nla_get_u32(info->attrs[attr]));
	if (*container)
		return 0;
	mutex_unlock(&bgt_registry_lock);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr], "there is no such container");
	return -ENOENT;
}

/**
 * bgt_netlink_unlock_container() - unlock a container
 * @container: from bgt_netlink_lock_container()
 */
void bgt_netlink_unlock_container(struct bgt_container *container)
{
	mutex_unlock(&bgt_registry_lock);
	bgt_container_put(container);
}

/**
 * bgt_netlink_put_header() - begin one message of a dump
 * @skb: the part of the dump that is being filled
 * @cb: the dump
 * @cmd: command of the message
 *
 * Return: header of the message, or NULL if @skb has no room for it.
 */
void *bgt_netlink_put_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &bgt_family,
			   NLM_F_MULTI, cmd);
}

/*
 * The family is being unregistered, so its multicast group may be another family's by now.
 * Protected by bgt_registry_lock.
 */
static bool unregistered;

/**
 * bgt_netlink_start_event() - begin an event
 * @cmd: command of the event
 * @size: size of the payload at most
 * @msg: result: the message
 *
 * Context: process, bgt_registry_lock held until bgt_netlink_multicast().
 * Return: header of the message; or NULL if nobody listens, or if there is no memory, and then the
 *	   event is lost as it is for a socket that is full.
 */
void *bgt_netlink_start_event(u8 cmd, size_t size, struct sk_buff **msg)
{
	void *header;

	lockdep_assert_held(&bgt_registry_lock);

	if (unregistered ||
	    !genl_has_listeners(&bgt_family, &init_net, BGTASK_NLGRP_CONTAINER))
		return NULL;
	*msg = genlmsg_new(size, GFP_KERNEL);
	if (!*msg)
		return NULL;
	header = genlmsg_put(*msg, 0, 0, &bgt_family, 0, cmd);
	if (!header)
		nlmsg_free(*msg);
	return header;
}

/**
 * bgt_netlink_multicast() - send an event
 * @msg: from bgt_netlink_start_event(); is consumed
 * @header: header that bgt_netlink_start_event() has returned
 *
 * Events go to the initial network namespace only: in another one, the user who has created it
 * could listen without being an administrator of the machine.
 *
 * Context: process, bgt_registry_lock held.
 */
void bgt_netlink_multicast(struct sk_buff *msg, void *header)
{
	genlmsg_end(msg, header);
	genlmsg_multicast(&bgt_family, msg, 0, BGTASK_NLGRP_CONTAINER, GFP_KERNEL);
}

static const struct genl_multicast_group groups[] = {
	[BGTASK_NLGRP_CONTAINER] = {
		.name = BGTASK_MCGRP_CONTAINER,
		.flags = GENL_MCAST_CAP_SYS_ADMIN,
	},
};

int __init bgt_netlink_init(void)
{
	bgt_family.ops = bgtask_nl_ops;
	bgt_family.n_ops = ARRAY_SIZE(bgtask_nl_ops);
	bgt_family.mcgrps = groups;
	bgt_family.n_mcgrps = ARRAY_SIZE(groups);
	return genl_register_family(&bgt_family);
}

/**
 * bgt_netlink_exit() - unregister the family
 *
 * From now on there are no requests, and changes of containers send no events.
 *
 * Context: process.
 */
void bgt_netlink_exit(void)
{
	mutex_lock(&bgt_registry_lock);
	unregistered = true;
	mutex_unlock(&bgt_registry_lock);
	genl_unregister_family(&bgt_family);
}
