// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on mutexes: acquire, release, get and dump. Any process may use them; the kernel knows
 * from the socket and the calling task whose names it may use.
 */
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/compat.h"
#include "base/name.h"
#include "budget/container.h"
#include "mutex/acquisition.h"
#include "mutex/mutex.h"
#include "peer/answer.h"
#include "peer/peer.h"

#include "netlink_gen.h"
#include "netlink_message.h"

/* Size of the answer to an acquisition. */
#define ANSWER_SIZE (nla_total_size(sizeof(u8)) + nla_total_size(sizeof(u32)))

/* The user who created the socket, which need not be the calling user: sockets can be passed on. */
static kuid_t user_of(struct sk_buff *skb)
{
	return NETLINK_CB(skb).sk->sk_uid;
}

/*
 * Makes the full name of a mutex. Its user or container is that of the caller; no message can say
 * otherwise. The caller puts @container, which may be NULL, when it needs the name no more.
 */
static int get_name(struct sk_buff *skb, struct genl_info *info, struct bgt_mutex_name *name,
		    struct bgt_container **container)
{
	const struct nlattr *scope = info->attrs[BGTASK_A_MUTEX_SCOPE];
	const struct nlattr *text = info->attrs[BGTASK_A_MUTEX_NAME];
	int err;

	err = require_attr(info, BGTASK_A_MUTEX_NAME, "name of the mutex is missing");
	if (err)
		return err;
	err = bgt_name_check(nla_data(text), info->extack);
	if (err)
		return err;

	memset(name, 0, sizeof(*name));
	name->scope = scope ? nla_get_u32(scope) : BGTASK_SCOPE_CONTAINER;
	strscpy_pad(name->text, nla_data(text), sizeof(name->text));
	if (name->scope == BGTASK_SCOPE_USER)
		name->uid = __kuid_val(user_of(skb));
	*container = bgt_container_of_current();
	if (name->scope != BGTASK_SCOPE_CONTAINER)
		return 0;
	if (!*container) {
		NL_SET_ERR_MSG(info->extack, "the caller is in no container, try another scope");
		return -ENOENT;
	}
	name->container = *container;
	return 0;
}

int bgtask_nl_mutex_acquire_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[BGTASK_A_MUTEX_TIMEOUT];
	struct bgt_requester requester = { .uid = user_of(skb) };
	u32 timeout = attr ? nla_get_u32(attr) : 0;
	struct bgt_mutex_name name;
	struct bgt_answer answer;
	int result;
	int err;

	if (timeout > BGTASK_MUTEX_TIMEOUT_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "timeout is longer than 7 days");
		return -ERANGE;
	}
	err = get_name(skb, info, &name, &requester.container);
	if (err)
		return err;
	requester.peer = bgt_peer_of(skb, info->extack);
	if (IS_ERR(requester.peer)) {
		err = PTR_ERR(requester.peer);
		goto put_container;
	}
	err = bgt_answer_promise(&answer, info, ANSWER_SIZE);
	if (err)
		goto put_container;
	result = bgt_mutex_acquire(&requester, &name, attr ? &timeout : NULL, &answer,
				   info->extack);
	err = result < 0 ? bgt_answer_finish(&answer, result) : BGT_HANDLER_ANSWERS;
put_container:
	if (requester.container)
		bgt_container_put(requester.container);
	return err;
}

int bgtask_nl_mutex_release_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	struct bgt_mutex_name name;
	struct bgt_answer answer;
	struct bgt_peer *peer;
	u32 count;
	int err;

	err = get_name(skb, info, &name, &container);
	if (err)
		return err;
	peer = bgt_peer_of(skb, info->extack);
	if (IS_ERR(peer)) {
		err = PTR_ERR(peer);
		goto put_container;
	}
	err = bgt_answer_promise(&answer, info, nla_total_size(sizeof(count)));
	if (err)
		goto put_container;
	err = bgt_mutex_release(peer, &name, &count, info->extack);
	if (!err)
		err = nla_put_u32(answer.skb, BGTASK_A_MUTEX_COUNT, count);
	err = bgt_answer_finish(&answer, err);
put_container:
	if (container)
		bgt_container_put(container);
	return err;
}

/* Called with bgt_mutex_lock held. */
static int fill_mutex(struct sk_buff *skb, struct sk_buff *request, const struct bgt_mutex *mutex)
{
	const struct bgt_acquisition *owner = mutex->owner;
	const struct bgt_mutex_name *name = &mutex->name;
	kuid_t uid = KUIDT_INIT(name->uid);

	if (nla_put_string(skb, BGTASK_A_MUTEX_NAME, name->text) ||
	    nla_put_u32(skb, BGTASK_A_MUTEX_SCOPE, name->scope) ||
	    nla_put_u8(skb, BGTASK_A_MUTEX_ABANDONED, !owner->peer) ||
	    nla_put_u32(skb, BGTASK_A_MUTEX_COUNT, owner->count) ||
	    nla_put_u32(skb, BGTASK_A_MUTEX_WAITERS, mutex->nr_waiters))
		return -EMSGSIZE;
	if (name->scope == BGTASK_SCOPE_CONTAINER &&
	    nla_put_u32(skb, BGTASK_A_MUTEX_CONTAINER, name->container->id))
		return -EMSGSIZE;
	if (name->scope == BGTASK_SCOPE_USER &&
	    nla_put_u32(skb, BGTASK_A_MUTEX_UID,
			from_kuid_munged(sk_user_ns(NETLINK_CB(request).sk), uid)))
		return -EMSGSIZE;
	if (owner->peer &&
	    nla_put_u32(skb, BGTASK_A_MUTEX_OWNER, pid_vnr(owner->borrower.process)))
		return -EMSGSIZE;
	if (owner->charge.container &&
	    nla_put_u32(skb, BGTASK_A_MUTEX_OWNER_CONTAINER, owner->charge.container->id))
		return -EMSGSIZE;
	return 0;
}

int bgtask_nl_mutex_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	const struct bgt_mutex *mutex;
	struct bgt_mutex_name name;
	struct bgt_answer answer;
	int err;

	err = get_name(skb, info, &name, &container);
	if (err)
		return err;
	err = bgt_answer_promise(&answer, info, GENLMSG_DEFAULT_SIZE);
	if (err)
		goto put_container;
	mutex_lock(&bgt_mutex_lock);
	mutex = bgt_mutex_find(&name);
	if (mutex) {
		err = fill_mutex(answer.skb, skb, mutex);
	} else {
		NL_SET_ERR_MSG(info->extack, "nobody owns this mutex");
		err = -ENOENT;
	}
	mutex_unlock(&bgt_mutex_lock);
	err = bgt_answer_finish(&answer, err);
put_container:
	if (container)
		bgt_container_put(container);
	return err;
}

static bool may_read(const struct bgt_mutex *mutex, struct sk_buff *skb, bool admin,
		     const struct bgt_container *container)
{
	switch (mutex->name.scope) {
	case BGTASK_SCOPE_CONTAINER:
		return admin || mutex->name.container == container;
	case BGTASK_SCOPE_USER:
		return admin || mutex->name.uid == __kuid_val(user_of(skb));
	default:
		return true;
	}
}

/* cb->args[0] is the id to continue with. */
int bgtask_nl_mutex_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	bool admin = netlink_capable(cb->skb, CAP_SYS_ADMIN);
	struct bgt_container *container = bgt_container_of_current();
	unsigned long id = cb->args[0];
	const struct bgt_mutex *mutex;
	void *header;
	int err = 0;

	mutex_lock(&bgt_mutex_lock);
	for (; (mutex = bgt_mutex_next(&id)); id++) {
		if (!may_read(mutex, cb->skb, admin, container))
			continue;
		err = -EMSGSIZE;
		header = bgt_netlink_put_header(skb, cb, BGTASK_CMD_MUTEX_GET);
		if (!header)
			break;
		err = fill_mutex(skb, cb->skb, mutex);
		if (err) {
			genlmsg_cancel(skb, header);
			break;
		}
		genlmsg_end(skb, header);
	}
	mutex_unlock(&bgt_mutex_lock);
	if (container)
		bgt_container_put(container);
	cb->args[0] = id;
	return skb->len ?: err;
}
