// SPDX-License-Identifier: GPL-2.0
/* Operations on members: add, set, del, get and dump. Also the events that tell of members. */
#include <linux/cgroup.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "base/compat.h"
#include "budget/container.h"
#include "budget/member.h"
#include "peer/answer.h"

#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_message.h"

/* Finds a member by its id. On success bgt_registry_lock is held, so the member stays. */
static int lock_member(struct genl_info *info, struct bgt_member **member)
{
	int err = require_attr(info, BGTASK_A_MEMBER_ID, "id of the member is missing");

	if (err)
		return err;
	mutex_lock(&bgt_registry_lock);
	*member = bgt_member_find(nla_get_u32(info->attrs[BGTASK_A_MEMBER_ID]));
	if (*member)
		return 0;
	mutex_unlock(&bgt_registry_lock);
	NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[BGTASK_A_MEMBER_ID],
			    "there is no such member");
	return -ENOENT;
}

/* The path that is sent is relative to the root of @viewer's cgroup namespace. */
static int fill_member(struct sk_buff *skb, struct bgt_member *member, struct task_struct *viewer)
{
	char *path;
	int err;

	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!path)
		return -ENOMEM;
	err = cgroup_path_ns(member->cgroup, path, PATH_MAX, viewer->nsproxy->cgroup_ns);
	if (err < 0 || err >= PATH_MAX)
		*path = '\0';

	err = -EMSGSIZE;
	if (!nla_put_u32(skb, BGTASK_A_MEMBER_ID, member->id) &&
	    !nla_put_u32(skb, BGTASK_A_MEMBER_CONTAINER, member->container->id) &&
	    !nla_put_u32(skb, BGTASK_A_MEMBER_ROLE, member->role) &&
	    !nla_put_u8(skb, BGTASK_A_MEMBER_HELD, member->held) &&
	    !nla_put_u8(skb, BGTASK_A_MEMBER_FROZEN, READ_ONCE(member->frozen)) &&
	    !nla_put_u64_64bit(skb, BGTASK_A_MEMBER_CGROUP_ID, cgroup_id(member->cgroup),
			       BGTASK_A_MEMBER_PAD) &&
	    !nla_put_string(skb, BGTASK_A_MEMBER_PATH, path))
		err = 0;
	kfree(path);
	return err;
}

int bgtask_nl_member_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	enum bgtask_role role = BGTASK_ROLE_APP;
	struct bgt_container *container;
	struct bgt_answer answer;
	bool held = false;
	int err;
	u32 id;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = require_attr(info, BGTASK_A_MEMBER_FD, "descriptor of the cgroup is missing");
	if (err)
		return err;
	if (attrs[BGTASK_A_MEMBER_ROLE])
		role = nla_get_u32(attrs[BGTASK_A_MEMBER_ROLE]);
	if (attrs[BGTASK_A_MEMBER_HELD])
		held = nla_get_u8(attrs[BGTASK_A_MEMBER_HELD]);
	/* The answer is allocated first: without it nobody would learn the new member's id. */
	err = bgt_answer_promise(&answer, info, nla_total_size(sizeof(id)));
	if (err)
		return err;
	err = bgt_netlink_lock_container(info, BGTASK_A_MEMBER_CONTAINER, &container);
	if (!err) {
		err = bgt_member_add(container, nla_get_s32(attrs[BGTASK_A_MEMBER_FD]), role, held,
				     &id, info->extack);
		if (!err)
			err = nla_put_u32(answer.skb, BGTASK_A_MEMBER_ID, id);
		bgt_netlink_unlock_container(container);
	}
	return bgt_answer_finish(&answer, err);
}

int bgtask_nl_member_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_answer answer;
	struct bgt_member *member;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = require_attr(info, BGTASK_A_MEMBER_HELD, "nothing to set: held is missing");
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	err = lock_member(info, &member);
	if (!err) {
		err = bgt_member_set_held(member, nla_get_u8(info->attrs[BGTASK_A_MEMBER_HELD]));
		mutex_unlock(&bgt_registry_lock);
	}
	return bgt_answer_confirm(&answer, err);
}

int bgtask_nl_member_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_answer answer;
	struct bgt_member *member;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	err = lock_member(info, &member);
	if (!err) {
		bgt_member_remove(member);
		mutex_unlock(&bgt_registry_lock);
	}
	return bgt_answer_confirm(&answer, err);
}

int bgtask_nl_member_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_member *member;
	struct bgt_answer answer;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, NLMSG_GOODSIZE + PATH_MAX);
	if (err)
		return err;
	err = lock_member(info, &member);
	if (!err) {
		err = fill_member(answer.skb, member, current);
		mutex_unlock(&bgt_registry_lock);
	}
	return bgt_answer_finish(&answer, err);
}

static int require_container(u32 id, struct netlink_ext_ack *extack)
{
	struct bgt_container *container = bgt_container_find(id);

	if (!container) {
		NL_SET_ERR_MSG(extack, "there is no such container");
		return -ENOENT;
	}
	bgt_container_put(container);
	return 0;
}

/* cb->args[0] is the id to continue with, 0 at the start. */
int bgtask_nl_member_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *container = bgt_dump_attrs(cb)[BGTASK_A_MEMBER_CONTAINER];
	unsigned long id = cb->args[0];
	struct bgt_member *member;
	void *header;
	int err;

	err = bgt_netlink_require_admin(cb->skb, cb->extack);
	if (!err && container && !id)
		err = require_container(nla_get_u32(container), cb->extack);
	if (err)
		return err;
	mutex_lock(&bgt_registry_lock);
	for (; !err && (member = bgt_member_next(&id)); id += !err) {
		if (container && nla_get_u32(container) != member->container->id)
			continue;
		err = -EMSGSIZE;
		header = bgt_netlink_put_header(skb, cb, BGTASK_CMD_MEMBER_GET);
		if (!header)
			continue;
		err = fill_member(skb, member, current);
		if (err)
			genlmsg_cancel(skb, header);
		else
			genlmsg_end(skb, header);
	}
	mutex_unlock(&bgt_registry_lock);
	cb->args[0] = id;
	return skb->len ?: err;
}

/**
 * bgt_netlink_member_event() - send an event of a member to all who listen
 * @member: any
 * @cmd: BGTASK_CMD_MEMBER_*_NTF
 *
 * Context: process.
 */
void bgt_netlink_member_event(struct bgt_member *member, u8 cmd)
{
	struct sk_buff *msg;
	void *header = bgt_netlink_start_event(cmd, NLMSG_GOODSIZE + PATH_MAX, &msg);

	if (!header)
		return;
	/* The current task may be in another cgroup namespace than those who listen. */
	if (fill_member(msg, member, &init_task))
		nlmsg_free(msg);
	else
		bgt_netlink_multicast(msg, header);
}
