// SPDX-License-Identifier: GPL-2.0
/*
 * Relays requests that the kernel does not decide itself to the helper, a process that has attached
 * its socket. The helper gets the request, whose attributes the operation's policy has checked, and
 * what only the kernel knows: who calls. The helper's reply becomes an ordinary answer.
 *
 * There is one helper at most, as in net/handshake, and it may die. Then all calls that it has not
 * answered are refused, and the next helper learns of callers when they call again.
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

/* Protects all variables below, and the field @caller of peers. */
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
 * Detaches a helper that has died though its socket is still open: a process that it has just
 * forked has the socket open until it executes its program, and may be frozen before.
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

/* Tells all callers that there is a new helper, since it does not know them yet. */
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
 * bgt_relay_attach() - the calling process becomes the helper
 * @peer: peer of its socket
 * @extack: gets the reason of a failure
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

/* Turns the reason why the helper has not got a call into the caller's error. */
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
 * Makes a socket a caller. No socket becomes a caller while the helper still has to be told of
 * closed ones: otherwise an app that opens a socket, calls and closes it, again and again, could
 * make the list of closed callers as long as it likes.
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
 * bgt_relay_call() - handle a request that the helper decides
 * @skb: the request
 * @info: the same request, parsed
 *
 * Context: process.
 * Return: the value that the handler returns to netlink.
 */
int bgt_relay_call(struct sk_buff *skb, struct genl_info *info)
{
	struct bgt_container *container;
	struct bgt_answer answer;
	struct bgt_peer *peer;
	int err;

	/* The request becomes one attribute, whose length has 16 bits. */
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

/* Does @payload consist of whole attributes, with nothing behind them? */
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

/* Sends the helper's answer or, if there is no memory for it, an error: the caller still waits. */
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
 * bgt_relay_reply() - the helper replies to a call
 * @peer: peer that has sent the reply; refused if it is not the helper
 * @id: id of the call
 * @error: -errno, or 0
 * @text: text for people, if there is an error; or NULL
 * @payload: attributes of the answer, or NULL
 * @extack: gets the reason of a failure
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
 * bgt_relay_event() - the helper sends an event to a caller
 * @peer: peer that has sent the event; refused if it is not the helper
 * @to: id of the caller
 * @command: command of the event
 * @payload: attributes of the event, or NULL
 * @extack: gets the reason of a failure
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
 * bgt_relay_peer_gone() - end all calls of a socket that was closed, or of the helper if it was its
 * @peer: peer of the socket
 *
 * Context: process.
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
 * bgt_relay_stop() - detach the helper, and refuse all calls that it has not answered
 *
 * Context: process; the netlink family is unregistered, so nobody can call any more.
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
 * bgt_relay_exit() - free the table of calls
 *
 * Context: process; there are no peers any more.
 */
void bgt_relay_exit(void)
{
	cancel_delayed_work_sync(&gone_work);
	bgt_call_table_exit(&table);
}
