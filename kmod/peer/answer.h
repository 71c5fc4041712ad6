/* SPDX-License-Identifier: GPL-2.0 */
/* Answers to requests, which are sent at the end of the handler or later. */
#ifndef _BGTASK_ANSWER_H
#define _BGTASK_ANSWER_H

#include <linux/netlink.h>
#include <linux/types.h>

struct bgt_peer;
struct genl_info;
struct net;
struct sk_buff;

/**
 * struct bgt_answer - an answer that was allocated and not yet sent
 * @skb: the message, whose payload is to be filled in; NULL once the answer is consumed
 * @header: header of the answer in @skb
 * @peer: the peer that has sent the request, if the answer is kept; else NULL
 * @net: network namespace of the socket that has sent the request
 * @portid: address of that socket
 * @request: header of the request
 * @cmd: command of the request
 *
 * The owner of an answer sends, keeps or drops it once, which consumes it, before the socket is
 * gone.
 */
struct bgt_answer {
	struct sk_buff *skb;
	void *header;
	const struct bgt_peer *peer;
	struct net *net;
	u32 portid;
	struct nlmsghdr request;
	u8 cmd;
};

/*
 * What a handler returns once its answer was sent, or is kept to be sent later. Netlink then sends
 * no acknowledgment of its own, see netlink_rcv_skb().
 */
#define BGT_HANDLER_ANSWERS (-EINTR)

int bgt_answer_promise(struct bgt_answer *answer, struct genl_info *info, size_t size);
void bgt_answer_keep(struct bgt_answer *answer, const struct bgt_peer *peer,
		     struct bgt_answer *kept);
int bgt_answer_grow(struct bgt_answer *answer, size_t size);
int bgt_answer_send(struct bgt_answer *answer);
int bgt_answer_finish(struct bgt_answer *answer, int err);
int bgt_answer_confirm(struct bgt_answer *answer, int err);
void bgt_answer_refuse(struct bgt_answer *answer, int err, const char *text);
void bgt_answer_drop(struct bgt_answer *answer);

#endif /* _BGTASK_ANSWER_H */
