/* SPDX-License-Identifier: GPL-2.0 */
/* Answers, sent when a request was handled or later. */
#ifndef _BGTASK_ANSWER_H
#define _BGTASK_ANSWER_H

#include <linux/netlink.h>
#include <linux/types.h>

struct bgt_peer;
struct genl_info;
struct net;
struct sk_buff;

/**
 * struct bgt_answer - a promised answer
 * @skb: to be filled in; so that memory cannot be short when it is due
 * @header: of the answer in it
 * @peer: that asked, once the handler has returned; until then NULL
 * @net: network namespace of the socket that asked
 * @portid: address of that socket
 * @request: header of the request
 * @cmd: its command
 *
 * Whoever has it sends it once, or drops it, before that socket is gone.
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
