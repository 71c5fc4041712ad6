/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes on the socket for requests and answers none that is waited for: events, and ends of
 * what was only started. It may come amidst an answer, and waits here until it is told.
 */
#ifndef BGT_PENDING_H
#define BGT_PENDING_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* An event in the queue. It is the first field of a larger structure, which @tell knows. */
struct bgt_pending {
	struct bgt_pending *next;
	/*
	 * Makes this the connection's event, after it has left the queue. Returns 1 or a negative
	 * errno.
	 */
	int (*tell)(struct bgt *bgt, struct bgt_pending *pending);
	struct bgt_event event;
};

/* A function that takes one kind of message. A table of these ends with an empty entry. */
struct bgt_receiver {
	uint8_t command;
	enum bgt_event_type event;	/* the event that the message becomes */
	void (*receive)(struct bgt *bgt, const struct nlmsghdr *message,
			enum bgt_event_type event);
};

struct bgt_receivers {
	const struct bgt_receiver *const *tables;	/* ends with NULL */
	/* Takes a message that is in no table: the late answer to an earlier request. */
	void (*other)(struct bgt *bgt, const struct nlmsghdr *message);
};

/*
 * Has bgt_fd() become readable when there is an event. A call that asks for events calls this
 * before it sends its request. Negative errno on failure.
 */
int bgt_pending_prepare(struct bgt *bgt);

void bgt_pending_add(struct bgt *bgt, struct bgt_pending *pending);
void bgt_pending_remove(struct bgt *bgt, struct bgt_pending *pending);

/*
 * Notes that an event was lost, as there was no room or no memory: bgt_next_event() will return
 * -ENOBUFS, and the helper is asked for the present state.
 */
void bgt_pending_lose(struct bgt *bgt);

/* The inbox of the socket for requests. */
extern const struct bgt_inbox bgt_pending_inbox;

/*
 * Reads the messages that have come, without waiting, and makes the oldest event the connection's.
 * Returns 1, 0 if there is no event now, or a negative errno.
 */
int bgt_pending_next_event(struct bgt *bgt);

/* Frees all events in the queue, at the end of the connection. */
void bgt_pending_forget_all(struct bgt *bgt);

#endif
