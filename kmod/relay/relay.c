// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel does not decide is relayed to the helper, a process that has attached
 * its socket: the request, whose attributes were checked by the operation's policy, and
 * what only the kernel knows, who calls. The helper's reply becomes an ordinary answer.
 *
 * As in net/handshake, there is one such process, and it may fail: then all calls that
 * wait are refused, and it is told anew who there is when they call again.
 */
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "budget/container.h"
#include "peer/answer.h"
#include "peer/limit.h"
#include "peer/peer.h"

#include "call.h"
#include "notify.h"
#include "relay.h"

/* How long to wait, when the helper's socket is full, before it is told again who is gone. */
#define TELL_GONE_AGAIN_DELAY (HZ / 20)

static void tell_gone(struct work_struct *work);

/* Protects the following, and the callers of peers. Nests inside peers_lock. */
static DEFINE_MUTEX(relay_lock);
static struct bgt_peer *helper;
static struct pid *helper_process;
static struct bgt_call_table table;

static DECLARE_DELAYED_WORK(gone_work, tell_gone);

static void tell_all_gone(void)
{
	struct bgt_caller *caller;

	lockdep_assert_held(&relay_lock);

	while ((caller = bgt_call_first_gone(&table))) {
		if (helper && bgt_notify_gone(helper, caller->id)) {
			schedule_delayed_work(&gone_work, TELL_GONE_AGAIN_DELAY);
			return;
		}
		bgt_call_free_caller(&table, caller);
	}
}

static void tell_gone(struct work_struct *work)
{
	mutex_lock(&relay_lock);
	tell_all_gone();
	mutex_unlock(&relay_lock);
}

static void end_call(struct bgt_call *call)
{
	bgt_answer_drop(&call->answer);
	bgt_limit_uncharge(&call->charge);
	bgt_call_remove(&table, call);
}

static void detach(void)
{
	struct bgt_call *call;
	unsigned long id;

	lockdep_assert_held(&relay_lock);

	helper = NULL;
	put_pid(helper_process);
	helper_process = NULL;
	xa_for_each(&table.calls, id, call) {
		bgt_answer_refuse(&call->answer, -ECONNRESET, "the helper has ended");
		end_call(call);
	}
	tell_all_gone();
}

/*
 * A process that the helper has just started may keep its socket open until it executes its
 * program, which can take long: it may be frozen before it gets there.
 */
static void detach_if_dead(void)
{
	struct task_struct *task;
	bool dead;

	lockdep_assert_held(&relay_lock);

	if (!helper)
		return;
	rcu_read_lock();
	task = pid_task(helper_process, PIDTYPE_TGID);
	dead = !task || (READ_ONCE(task->exit_state) && thread_group_empty(task));
	rcu_read_unlock();
	if (dead)
		detach();
}

/* Whoever has called before is unknown to a new helper. */
static void introduce(void)
{
	struct bgt_caller *caller;
	unsigned long id;

	xa_for_each(&table.callers, id, caller) {
		if (caller->peer)
			bgt_notify_helper(caller->peer);
	}
}

/**
 * bgt_relay_attach() - become the helper
 * @peer: the helper's socket
 * @extack: told why not
 *
 * Context: process.
 * Return: 0 or -EBUSY.
 */
int bgt_relay_attach(struct bgt_peer *peer, struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&relay_lock);
	detach_if_dead();
	if (helper) {
		NL_SET_ERR_MSG(extack, "there is a helper already");
		err = -EBUSY;
	} else {
		helper = peer;
		helper_process = get_pid(task_tgid(current));
		introduce();
	}
	mutex_unlock(&relay_lock);
	return err;
}

/* Why the helper does not get a call; also while its socket is being closed. */
static int refuse_call(int err, struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ECONNREFUSED:
		NL_SET_ERR_MSG(extack, "there is no helper (bgtaskd does not run)");
		return -ENOTCONN;
	case -EAGAIN:
		NL_SET_ERR_MSG(extack, "the helper does not keep up");
		return -EBUSY;
	default:
		return err;
	}
}

/*
 * Nobody is met while the helper cannot be told of all who are gone. So these are not more
 * than there were sockets at one time, however often somebody opens one, calls and closes it.
 */
static int meet(struct bgt_peer *peer)
{
	if (peer->caller)
		return 0;
	tell_all_gone();
	if (bgt_call_first_gone(&table))
		return -EAGAIN;
	peer->caller = bgt_call_add_caller(&table, peer);
	return peer->caller ? 0 : -ENOMEM;
}

/* Returns 0 when the call has taken @answer, or -errno, and then @answer is still the caller's. */
static int relay_and_keep_answer(struct bgt_peer *peer, struct sk_buff *skb,
				 struct genl_info *info, struct bgt_answer *answer,
				 struct bgt_container *container)
{
	struct bgt_charge charge;
	struct bgt_call *call;
	int err;

	detach_if_dead();
	if (!helper)
		return refuse_call(-ECONNREFUSED, info->extack);
	err = meet(peer);
	if (err)
		return refuse_call(err, info->extack);
	err = bgt_limit_charge(&charge, BGT_CALLS, NETLINK_CB(skb).sk->sk_uid, container, NULL,
			       info->extack);
	if (err)
		return err;
	call = bgt_call_add(&table, peer->caller);
	if (!call) {
		bgt_limit_uncharge(&charge);
		return -ENOMEM;
	}
	call->charge = charge;
	err = bgt_notify_call(helper, skb, info, call, peer->caller->id);
	if (err) {
		end_call(call);
		return refuse_call(err, info->extack);
	}
	bgt_answer_keep(answer, peer, &call->answer);
	return 0;
}

/**
 * bgt_relay_call() - the handler of all operations that are relayed
 * @skb: the request
 * @info: likewise
 *
 * Context: process.
 * Return: what a handler returns.
 */
int bgt_relay_call(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	struct bgt_answer answer;
	struct bgt_peer *peer;
	int err;

	/* As an attribute its length has 16 bits: the rest would be read as our own. */
	BUILD_BUG_ON(nla_attr_size(BGTASK_CALL_MAX) > U16_MAX);
	if (genlmsg_len(info->genlhdr) > BGTASK_CALL_MAX) {
		NL_SET_ERR_MSG(info->extack, "the call is too long");
		return -EMSGSIZE;
	}
	peer = bgt_peer_of(skb, info->extack);
	if (IS_ERR(peer))
		return PTR_ERR(peer);
	err = bgt_answer_promise(&answer, info, 0);
	if (err)
		return err;
	container = bgt_container_of_current();
	mutex_lock(&relay_lock);
	err = relay_and_keep_answer(peer, skb, info, &answer, container);
	mutex_unlock(&relay_lock);
	if (container)
		bgt_container_put(container);
	return err ? bgt_answer_finish(&answer, err) : BGT_HANDLER_ANSWERS;
}

/* Attributes one after the other, with nothing behind. */
static bool is_payload(const struct nlattr *payload)
{
	const struct nlattr *attr;
	int left;

	if (!payload)
		return true;
	nla_for_each_attr(attr, nla_data(payload), nla_len(payload), left)
		;
	return !left;
}

static int check_helper(const struct bgt_peer *peer, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&relay_lock);

	if (peer == helper)
		return 0;
	NL_SET_ERR_MSG(extack, "only the helper may do this");
	return -EPERM;
}

/* Whoever has called is not left to wait, even where there is no memory for what it asked for. */
static void give(struct bgt_answer *answer, const struct nlattr *payload)
{
	int err = bgt_answer_grow(answer, nla_len(payload));

	if (err) {
		bgt_answer_refuse(answer, err, "no memory for the helper's answer");
		return;
	}
	skb_put_data(answer->skb, nla_data(payload), nla_len(payload));
	bgt_answer_send(answer);
}

static int reply(u32 id, int error, const char *text, const struct nlattr *payload,
		 struct netlink_ext_ack *extack)
{
	struct bgt_call *call = bgt_call_find(&table, id);

	if (!call) {
		NL_SET_ERR_MSG(extack, "there is no such call");
		return -ENOENT;
	}
	if (error)
		bgt_answer_refuse(&call->answer, error, text);
	else if (!payload || !nla_len(payload))
		bgt_answer_confirm(&call->answer, 0);
	else
		give(&call->answer, payload);
	end_call(call);
	return 0;
}

/**
 * bgt_relay_reply() - answer a call
 * @peer: should be the helper
 * @id: of the call
 * @error: -errno, or 0
 * @text: for people, if there is an error
 * @payload: the answer's attributes, or NULL
 * @extack: told why not
 *
 * Context: process.
 * Return: 0 or -errno, see the netlink spec.
 */
int bgt_relay_reply(const struct bgt_peer *peer, u32 id, int error, const char *text,
		    const struct nlattr *payload, struct netlink_ext_ack *extack)
{
	int err;

	if (!is_payload(payload) || error > 0 || error < -MAX_ERRNO) {
		NL_SET_ERR_MSG(extack, "that is no answer");
		return -EINVAL;
	}
	mutex_lock(&relay_lock);
	err = check_helper(peer, extack);
	if (!err)
		err = reply(id, error, text, payload, extack);
	mutex_unlock(&relay_lock);
	return err;
}

static int event(u32 to, u8 command, const struct nlattr *payload, struct netlink_ext_ack *extack)
{
	struct bgt_caller *caller = bgt_call_find_caller(&table, to);
	int err;

	if (!caller) {
		NL_SET_ERR_MSG(extack, "there is no such peer");
		return -ENOENT;
	}
	err = bgt_notify_event(caller->peer, command, payload);
	switch (err) {
	case -ECONNREFUSED:
		NL_SET_ERR_MSG(extack, "the peer is being closed");
		return -ENOENT;
	case -EAGAIN:
		NL_SET_ERR_MSG(extack, "the peer does not read what it is sent");
		return -EBUSY;
	default:
		return err;
	}
}

/**
 * bgt_relay_event() - tell a socket that has called something
 * @peer: should be the helper
 * @to: caller's id
 * @command: the event
 * @payload: its attributes, or NULL
 * @extack: told why not
 *
 * Context: process.
 * Return: 0 or -errno, see the netlink spec.
 */
int bgt_relay_event(const struct bgt_peer *peer, u32 to, u8 command, const struct nlattr *payload,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (!is_payload(payload)) {
		NL_SET_ERR_MSG(extack, "that is no event");
		return -EINVAL;
	}
	mutex_lock(&relay_lock);
	err = check_helper(peer, extack);
	if (!err)
		err = event(to, command, payload, extack);
	mutex_unlock(&relay_lock);
	return err;
}

/**
 * bgt_relay_peer_gone() - a socket was closed
 * @peer: which
 *
 * Context: process, peers_lock held.
 */
void bgt_relay_peer_gone(struct bgt_peer *peer)
{
	struct bgt_caller *caller;
	struct bgt_call *call, *next;

	mutex_lock(&relay_lock);
	if (peer == helper)
		detach();
	caller = peer->caller;
	if (caller) {
		list_for_each_entry_safe(call, next, &caller->calls, by_caller)
			end_call(call);
		bgt_call_remove_caller(&table, caller, helper);
		tell_all_gone();
	}
	mutex_unlock(&relay_lock);
}

/**
 * bgt_relay_stop() - refuse all calls that wait
 *
 * Context: process; nobody can call any more.
 */
void bgt_relay_stop(void)
{
	mutex_lock(&relay_lock);
	detach();
	mutex_unlock(&relay_lock);
}

void __init bgt_relay_init(void)
{
	bgt_call_table_init(&table);
}

/**
 * bgt_relay_exit() - forget who is gone
 *
 * Context: process; there are no peers any more.
 */
void bgt_relay_exit(void)
{
	cancel_delayed_work_sync(&gone_work);
	bgt_call_table_exit(&table);
}
