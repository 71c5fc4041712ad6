// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on containers: new, set, del, get, dump and kill, and self-get, which any process may
 * ask for its own container. Also the events that tell of changes of containers.
 */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "budget/container.h"
#include "budget/freezer.h"
#include "budget/member.h"
#include "budget/quota.h"
#include "charge/account.h"
#include "peer/answer.h"

#include "netlink.h"
#include "netlink_gen.h"
#include "netlink_message.h"

static int put_number(struct sk_buff *skb, int attr, u64 number)
{
	return nla_put_u64_64bit(skb, attr, number, BGTASK_A_CONTAINER_PAD);
}

static int fill_container(struct sk_buff *skb, struct bgt_container *container)
{
	struct bgt_generation generation;
	u64 usage, spent, left, times_throttled, times_lent, overrun, lead, detected, stopped;
	u64 traffic[BGT_TRAFFIC_KINDS];
	struct bgt_policy policy;
	u32 nr_members;
	u64 now, reprieve, foreign_thaws;

	raw_spin_lock_irq(&container->lock);
	bgt_account_collect(container);
	bgt_quota_update(container);
	usage = bgt_account_charged(container);
	spent = bgt_quota_spent(container);
	policy = container->budget.policy;
	generation = container->budget.generation;
	times_throttled = container->budget.times_throttled;
	overrun = container->budget.overrun;
	lead = container->budget.lead;
	detected = container->budget.detected;
	stopped = container->budget.stopped;
	nr_members = container->nr_members;
	times_lent = container->loan.times;
	foreign_thaws = container->foreign_thaws;
	raw_spin_unlock_irq(&container->lock);

	bgt_traffic_sum(container, traffic);
	now = ktime_get_boottime_ns();
	reprieve = policy.reprieve_end > now ? policy.reprieve_end - now : 0;

	if (policy.quota == BGTASK_QUOTA_UNLIMITED)
		left = BGTASK_QUOTA_UNLIMITED;
	else if (generation.throttled)
		left = 0;
	else
		left = policy.quota - min(spent, policy.quota);

	if (nla_put_u32(skb, BGTASK_A_CONTAINER_ID, container->id) ||
	    nla_put_string(skb, BGTASK_A_CONTAINER_NAME, container->name) ||
	    put_number(skb, BGTASK_A_CONTAINER_QUOTA, policy.quota) ||
	    put_number(skb, BGTASK_A_CONTAINER_PERIOD, policy.period) ||
	    nla_put_u8(skb, BGTASK_A_CONTAINER_EXEMPT, policy.exempt) ||
	    nla_put_u8(skb, BGTASK_A_CONTAINER_THROTTLED, generation.throttled) ||
	    put_number(skb, BGTASK_A_CONTAINER_USAGE, usage) ||
	    put_number(skb, BGTASK_A_CONTAINER_SPENT, spent) ||
	    put_number(skb, BGTASK_A_CONTAINER_LEFT, left) ||
	    put_number(skb, BGTASK_A_CONTAINER_GENERATION, generation.number) ||
	    put_number(skb, BGTASK_A_CONTAINER_GENERATION_START, generation.start) ||
	    put_number(skb, BGTASK_A_CONTAINER_GENERATION_END, generation.end) ||
	    put_number(skb, BGTASK_A_CONTAINER_TIMES_THROTTLED, times_throttled) ||
	    put_number(skb, BGTASK_A_CONTAINER_OVERRUN, overrun) ||
	    put_number(skb, BGTASK_A_CONTAINER_LEAD, lead) ||
	    put_number(skb, BGTASK_A_CONTAINER_DETECTED, detected) ||
	    put_number(skb, BGTASK_A_CONTAINER_STOPPED, stopped) ||
	    nla_put_u32(skb, BGTASK_A_CONTAINER_MEMBERS, nr_members) ||
	    put_number(skb, BGTASK_A_CONTAINER_TIMES_LENT, times_lent) ||
	    nla_put_u8(skb, BGTASK_A_CONTAINER_COUNT_TRAFFIC, policy.count_traffic) ||
	    put_number(skb, BGTASK_A_CONTAINER_RECEIVED, traffic[BGT_TRAFFIC_RECEIVED]) ||
	    put_number(skb, BGTASK_A_CONTAINER_SENT, traffic[BGT_TRAFFIC_SENT]) ||
	    put_number(skb, BGTASK_A_CONTAINER_LOCAL, traffic[BGT_TRAFFIC_LOCAL]) ||
	    put_number(skb, BGTASK_A_CONTAINER_REPRIEVE, reprieve) ||
	    put_number(skb, BGTASK_A_CONTAINER_FOREIGN_THAWS, foreign_thaws))
		return -EMSGSIZE;
	return 0;
}

static int reply_container(struct genl_info *info, struct bgt_container *container)
{
	struct bgt_answer answer;
	int err;

	err = bgt_answer_promise(&answer, info, GENLMSG_DEFAULT_SIZE);
	if (err)
		return err;
	return bgt_answer_finish(&answer, fill_container(answer.skb, container));
}

/* If the request wants traffic counted, registers the hooks, which needs bgt_registry_lock free. */
static int begin_traffic(struct genl_info *info, bool *begun)
{
	const struct nlattr *attr = info->attrs[BGTASK_A_CONTAINER_COUNT_TRAFFIC];
	int err = 0;

	*begun = false;
	if (attr && nla_get_u8(attr)) {
		err = bgt_traffic_get();
		*begun = !err;
	}
	if (err)
		NL_SET_ERR_MSG(info->extack, "cannot listen to the network");
	return err;
}

/* Changes those fields of @policy that the request names. */
static void read_policy(struct genl_info *info, struct bgt_policy *policy)
{
	struct nlattr **attrs = info->attrs;

	if (attrs[BGTASK_A_CONTAINER_QUOTA])
		policy->quota = nla_get_u64(attrs[BGTASK_A_CONTAINER_QUOTA]);
	if (attrs[BGTASK_A_CONTAINER_PERIOD])
		policy->period = nla_get_u64(attrs[BGTASK_A_CONTAINER_PERIOD]);
	if (attrs[BGTASK_A_CONTAINER_EXEMPT])
		policy->exempt = nla_get_u8(attrs[BGTASK_A_CONTAINER_EXEMPT]);
	if (attrs[BGTASK_A_CONTAINER_COUNT_TRAFFIC])
		policy->count_traffic = nla_get_u8(attrs[BGTASK_A_CONTAINER_COUNT_TRAFFIC]);
}

/* Not for container-new: its policy ends before this attribute, and so does its info->attrs. */
static int read_reprieve(struct genl_info *info, struct bgt_policy *policy)
{
	const struct nlattr *attr = info->attrs[BGTASK_A_CONTAINER_REPRIEVE];
	u64 reprieve;

	if (!attr)
		return 0;
	reprieve = nla_get_u64(attr);
	if (reprieve > BGTASK_REPRIEVE_MAX) {
		NL_SET_ERR_MSG(info->extack, "reprieve must be at most 1 h");
		return -ERANGE;
	}
	policy->reprieve_end = reprieve ? ktime_get_boottime_ns() + reprieve : 0;
	return 0;
}

int bgtask_nl_container_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_policy policy = {
		.quota = BGTASK_QUOTA_DEFAULT,
		.period = BGTASK_PERIOD_DEFAULT,
	};
	struct bgt_container *container;
	struct bgt_answer answer;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = require_attr(info, BGTASK_A_CONTAINER_NAME, "name of the container is missing");
	if (err)
		return err;
	read_policy(info, &policy);

	/* The answer is allocated first: without it nobody would learn the new container's id. */
	err = bgt_answer_promise(&answer, info, nla_total_size(sizeof(u32)));
	if (err)
		return err;
	err = begin_traffic(info, &policy.count_traffic);
	if (err)
		return bgt_answer_finish(&answer, err);
	mutex_lock(&bgt_registry_lock);
	err = bgt_container_create(nla_data(info->attrs[BGTASK_A_CONTAINER_NAME]), &policy,
				   &container, info->extack);
	if (!err)
		err = nla_put_u32(answer.skb, BGTASK_A_CONTAINER_ID, container->id);
	mutex_unlock(&bgt_registry_lock);
	if (err && policy.count_traffic)
		bgt_traffic_put();
	return bgt_answer_finish(&answer, err);
}

static int set_container(struct bgt_container *container, struct genl_info *info)
{
	struct bgt_policy policy = container->budget.policy;
	int err;

	lockdep_assert_held(&bgt_registry_lock);

	read_policy(info, &policy);
	err = read_reprieve(info, &policy);
	return err ?: bgt_container_set(container, &policy, info->extack);
}

int bgtask_nl_container_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	struct bgt_answer answer;
	int users = 0;
	bool begun;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	err = begin_traffic(info, &begun);
	if (err)
		return bgt_answer_confirm(&answer, err);
	err = bgt_netlink_lock_container(info, BGTASK_A_CONTAINER_ID, &container);
	if (!err) {
		/* The container itself counts as one user while it counts traffic. */
		users += container->budget.policy.count_traffic;
		err = set_container(container, info);
		users -= container->budget.policy.count_traffic;
		bgt_netlink_unlock_container(container);
	}
	for (users += begun; users > 0; users--)
		bgt_traffic_put();
	return bgt_answer_confirm(&answer, err);
}

int bgtask_nl_container_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	struct bgt_answer answer;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	err = bgt_netlink_lock_container(info, BGTASK_A_CONTAINER_ID, &container);
	if (!err) {
		bgt_container_delete(container);
		bgt_netlink_unlock_container(container);
	}
	return bgt_answer_confirm(&answer, err);
}

/* Callers that are no administrators may only read the container that they are in. */
static int may_read(struct sk_buff *skb, struct genl_info *info, struct bgt_container *container)
{
	struct bgt_container *own;

	if (netlink_capable(skb, CAP_SYS_ADMIN))
		return 0;
	own = bgt_container_of_current();
	if (own)
		bgt_container_put(own);
	if (own && own == container)
		return 0;
	NL_SET_ERR_MSG(info->extack, "other containers than one's own take CAP_SYS_ADMIN");
	return -EPERM;
}

int bgtask_nl_container_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[BGTASK_A_CONTAINER_ID];
	const struct nlattr *name = info->attrs[BGTASK_A_CONTAINER_NAME];
	struct bgt_container *container;
	int err;

	if (!id == !name) {
		NL_SET_ERR_MSG(info->extack, "either the container's id or its name is needed");
		return -EINVAL;
	}
	if (id)
		container = bgt_container_find(nla_get_u32(id));
	else
		container = bgt_container_find_name(nla_data(name));
	err = may_read(skb, info, container);
	if (!err && !container) {
		NL_SET_ERR_MSG_ATTR(info->extack, id ?: name, "there is no such container");
		err = -ENOENT;
	}
	if (!err)
		err = reply_container(info, container);
	if (container)
		bgt_container_put(container);
	return err;
}

/* cb->args[0] is the id to continue with. */
int bgtask_nl_container_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	unsigned long id = cb->args[0];
	struct bgt_container *container;
	void *header;
	int err;

	err = bgt_netlink_require_admin(cb->skb, cb->extack);
	if (err)
		return err;
	while (!err && (container = bgt_container_next(&id))) {
		err = -EMSGSIZE;
		header = bgt_netlink_put_header(skb, cb, BGTASK_CMD_CONTAINER_GET);
		if (header) {
			err = fill_container(skb, container);
			if (err)
				genlmsg_cancel(skb, header);
			else
				genlmsg_end(skb, header);
		}
		bgt_container_put(container);
		if (!err)
			id++;
	}
	cb->args[0] = id;
	return skb->len ?: err;
}

int bgtask_nl_container_kill_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *role = info->attrs[BGTASK_A_MEMBER_ROLE];
	struct bgt_container *container;
	struct bgt_member *member;
	int err;

	err = bgt_netlink_require_admin(skb, info->extack);
	if (err)
		return err;
	err = bgt_netlink_lock_container(info, BGTASK_A_MEMBER_CONTAINER, &container);
	if (err)
		return err;
	list_for_each_entry(member, &container->members.list, entry) {
		int result;

		if (role && nla_get_u32(role) != member->role)
			continue;
		result = bgt_freezer_kill(member);
		/* Threads of the UI are killed with their process, which is in the app's member. */
		if (result == -EOPNOTSUPP && !role)
			continue;
		if (result == -EOPNOTSUPP)
			NL_SET_ERR_MSG(info->extack, "threads of a process are not killed alone");
		else if (result && result != -ENODEV)
			NL_SET_ERR_MSG(info->extack, "cannot write cgroup.kill");
		if (result != -ENODEV)
			err = err ?: result;
	}
	bgt_netlink_unlock_container(container);
	return err;
}

int bgtask_nl_self_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container = bgt_container_of_current();
	int err;

	if (!container) {
		NL_SET_ERR_MSG(info->extack, "the caller is in no container");
		return -ENOENT;
	}
	err = reply_container(info, container);
	bgt_container_put(container);
	return err;
}

/**
 * bgt_netlink_container_event() - send an event of a container to all who listen
 * @container: any
 * @cmd: BGTASK_CMD_CONTAINER_*_NTF
 *
 * Context: process.
 */
void bgt_netlink_container_event(struct bgt_container *container, u8 cmd)
{
	struct sk_buff *msg;
	void *header = bgt_netlink_start_event(cmd, GENLMSG_DEFAULT_SIZE, &msg);

	if (!header)
		return;
	if (fill_container(msg, container))
		nlmsg_free(msg);
	else
		bgt_netlink_multicast(msg, header);
}
