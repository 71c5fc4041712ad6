// SPDX-License-Identifier: GPL-2.0
/*
 * A handler promises an answer before it changes anything, and returns -EINTR, at
 * which netlink does not acknowledge the request. When the answer is known, it is sent
 * under the request's sequence number, with the acknowledgment, if that was asked for,
 * in the same datagram: the socket gets both or, when its buffer is full, neither.
 *
 * As netlink holds a lock across a handler, one that must wait for others returns, and
 * somebody else sends the answer.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/family.h"

#include "answer.h"
#include "peer.h"

/* Longest text of a refusal, with its NUL. */
#define TEXT_MAX 80

/**
 * bgt_answer_promise() - get ready for an answer to a request
 * @answer: result
 * @info: the request
 * @size: of the payload at most
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int bgt_answer_promise(struct bgt_answer *answer, struct genl_info *info, size_t size)
{
	answer->skb = NULL;
	answer->peer = NULL;
	answer->net = genl_info_net(info);
	answer->portid = info->snd_portid;
	answer->request = *info->nlhdr;
	answer->cmd = info->genlhdr->cmd;
	return bgt_answer_grow(answer, size);
}

/**
 * bgt_answer_keep() - have an answer sent when the handler has returned
 * @answer: promised; nothing is left to be done with it
 * @peer: that has asked, and may be closed by then
 * @kept: result
 */
void bgt_answer_keep(struct bgt_answer *answer, const struct bgt_peer *peer,
		     struct bgt_answer *kept)
{
	*kept = *answer;
	kept->peer = peer;
	answer->skb = NULL;
}

/**
 * bgt_answer_grow() - make room for more than was promised
 * @answer: promised; what was filled in is dropped
 * @size: of the payload at most
 *
 * Context: process.
 * Return: 0 or -ENOMEM, and then the room is what it was.
 */
int bgt_answer_grow(struct bgt_answer *answer, size_t size)
{
	size_t acknowledgment = nlmsg_total_size(sizeof(struct nlmsgerr)) +
				nla_total_size(TEXT_MAX);
	struct sk_buff *skb;
	void *header;

	skb = genlmsg_new(size + acknowledgment, GFP_KERNEL_ACCOUNT);
	if (!skb)
		return -ENOMEM;
	header = genlmsg_put(skb, answer->portid, answer->request.nlmsg_seq, &bgt_family,
			     0, answer->cmd);
	if (WARN_ON_ONCE(!header)) {
		nlmsg_free(skb);
		return -ENOMEM;
	}
	bgt_answer_drop(answer);
	answer->skb = skb;
	answer->header = header;
	return 0;
}

static void put_acknowledgment(struct bgt_answer *answer, int err, const char *text)
{
	struct nlmsghdr *header;
	struct nlmsgerr *payload;
	char short_text[TEXT_MAX];

	header = nlmsg_put(answer->skb, answer->portid, answer->request.nlmsg_seq, NLMSG_ERROR,
			   sizeof(*payload), NLM_F_CAPPED | (text ? NLM_F_ACK_TLVS : 0));
	if (WARN_ON_ONCE(!header))
		return;
	payload = nlmsg_data(header);
	payload->error = err;
	payload->msg = answer->request;
	if (text) {
		strscpy(short_text, text, sizeof(short_text));
		WARN_ON_ONCE(nla_put_string(answer->skb, NLMSGERR_ATTR_MSG, short_text));
	}
	nlmsg_end(answer->skb, header);
}

static int send(struct bgt_answer *answer)
{
	struct sk_buff *skb = answer->skb;

	answer->skb = NULL;
	if (answer->peer)
		return bgt_peer_send(answer->peer, skb);
	return genlmsg_unicast(answer->net, skb, answer->portid);
}

/**
 * bgt_answer_send() - send an answer
 * @answer: filled in
 *
 * Context: process.
 * Return: 0, or -errno if the socket did not get it.
 */
int bgt_answer_send(struct bgt_answer *answer)
{
	genlmsg_end(answer->skb, answer->header);
	if (answer->request.nlmsg_flags & NLM_F_ACK)
		put_acknowledgment(answer, 0, NULL);
	return send(answer);
}

/**
 * bgt_answer_finish() - send an answer at the end of a handler, or let netlink refuse
 * @answer: filled in, unless there is an error
 * @err: what went wrong, or 0
 *
 * Context: process.
 * Return: what the handler is to return.
 */
int bgt_answer_finish(struct bgt_answer *answer, int err)
{
	if (err) {
		bgt_answer_drop(answer);
		return err;
	}
	/* If it cannot be sent the socket is full, and says so to whoever reads from it. */
	bgt_answer_send(answer);
	return BGT_HANDLER_ANSWERS;
}

/**
 * bgt_answer_confirm() - the same for what has no answer but the acknowledgment
 * @answer: promised
 * @err: what went wrong, or 0
 *
 * Context: process.
 * Return: what the handler is to return.
 */
int bgt_answer_confirm(struct bgt_answer *answer, int err)
{
	if (err || !(answer->request.nlmsg_flags & NLM_F_ACK)) {
		bgt_answer_drop(answer);
		return err;
	}
	genlmsg_cancel(answer->skb, answer->header);
	put_acknowledgment(answer, 0, NULL);
	send(answer);
	return BGT_HANDLER_ANSWERS;
}

/**
 * bgt_answer_refuse() - send an error
 * @answer: promised; what was filled in is dropped
 * @err: -errno
 * @text: for people, or NULL; what is longer than 79 bytes is cut off
 *
 * Context: process.
 */
void bgt_answer_refuse(struct bgt_answer *answer, int err, const char *text)
{
	genlmsg_cancel(answer->skb, answer->header);
	put_acknowledgment(answer, err, text);
	send(answer);
}

/**
 * bgt_answer_drop() - break the promise, as nobody waits for it any more
 * @answer: promised; nothing is done if it has been sent
 */
void bgt_answer_drop(struct bgt_answer *answer)
{
	nlmsg_free(answer->skb);
	answer->skb = NULL;
}
