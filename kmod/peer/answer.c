// SPDX-License-Identifier: GPL-2.0
/*
 * Answers to requests. A handler allocates its answer before it changes anything, so that it cannot
 * run out of memory afterwards; the answer is then "promised". It is sent under the request's
 * sequence number. An acknowledgment, if the request asks for it, is in the same datagram: the
 * socket gets both or, when its buffer is full, neither. The handler returns BGT_HANDLER_ANSWERS,
 * so that netlink does not acknowledge the request as well.
 *
 * Netlink holds a lock while a handler runs. So a handler never waits for other processes: it
 * returns, and whoever ends the waiting sends the answer.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "base/family.h"

#include "answer.h"
#include "peer.h"

/* Size of the longest text of a refusal, with its NUL. */
#define TEXT_MAX 80

/**
 * bgt_answer_promise() - allocate the answer to a request
 * @answer: result
 * @info: the request
 * @size: size of the answer's payload at most
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
 * bgt_answer_keep() - keep an answer, so that it can be sent after the handler has returned
 * @answer: promised; is consumed
 * @peer: the peer that has sent the request; its socket may be closed before the answer is sent
 * @kept: result, which the caller sends or drops before @peer is freed
 */
void bgt_answer_keep(struct bgt_answer *answer, const struct bgt_peer *peer,
		     struct bgt_answer *kept)
{
	*kept = *answer;
	kept->peer = peer;
	answer->skb = NULL;
}

/**
 * bgt_answer_grow() - allocate an answer anew, with another size
 * @answer: promised; what was filled in before is lost
 * @size: size of the answer's payload at most
 *
 * Context: process.
 * Return: 0; or -ENOMEM, and then @answer is unchanged.
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
 * Return: 0, or -errno if the socket did not get the answer; @answer is consumed in any case.
 */
int bgt_answer_send(struct bgt_answer *answer)
{
	genlmsg_end(answer->skb, answer->header);
	if (answer->request.nlmsg_flags & NLM_F_ACK)
		put_acknowledgment(answer, 0, NULL);
	return send(answer);
}

/**
 * bgt_answer_finish() - send the answer at the end of a handler, or let netlink send the error
 * @answer: filled in, or promised if there is an error; is consumed
 * @err: -errno, or 0
 *
 * Context: process.
 * Return: the value that the handler returns to netlink.
 */
int bgt_answer_finish(struct bgt_answer *answer, int err)
{
	if (err) {
		bgt_answer_drop(answer);
		return err;
	}
	/* If this fails, the socket is full, and its owner gets ENOBUFS at the next read. */
	bgt_answer_send(answer);
	return BGT_HANDLER_ANSWERS;
}

/**
 * bgt_answer_confirm() - send only the acknowledgment, for an operation without an answer
 * @answer: promised; is consumed
 * @err: -errno, which netlink then sends, or 0
 *
 * Context: process.
 * Return: the value that the handler returns to netlink.
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
 * bgt_answer_refuse() - send an error instead of an answer
 * @answer: promised; what was filled in before is lost; is consumed
 * @err: -errno
 * @text: text for people, or NULL; is cut to 79 bytes
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
 * bgt_answer_drop() - free an answer without sending it
 * @answer: promised; nothing is done if it was consumed before
 */
void bgt_answer_drop(struct bgt_answer *answer)
{
	nlmsg_free(answer->skb);
	answer->skb = NULL;
}
