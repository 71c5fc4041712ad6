/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What comes on the socket for requests and answers none that is waited for: events, and ends of
 * what was only started. It may come amidst an answer, and waits here until it is told.
 */
#ifndef BGT_PENDING_H
#define BGT_PENDING_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* An event that waits to be told; it is the first part of a larger structure, which @tell knows. */
struct bgt_pending {
	struct bgt_pending *next;
	/*
	 * Makes this the connection's event: 1, or a negative errno. It has left the queue before.
	 */
	int (*tell)(struct bgt *bgt, struct bgt_pending *pending);
	struct bgt_event event;
};

/* What is done with one kind of message; a table of them ends with an empty one. */
struct bgt_receiver {
	uint8_t command;
	enum bgt_event_type event;	/* that it becomes */
	void (*receive)(struct bgt *bgt, const struct nlmsghdr *message,
			enum bgt_event_type event);
};

struct bgt_receivers {
	const struct bgt_receiver *const *tables;	/* NULL ends them */
	/* Takes what is in no table: the end of something that was started. */
	void (*other)(struct bgt *bgt, const struct nlmsghdr *message);
};

/*
 * To be called before any event may come: bgt_fd() becomes readable with an event from then on.
 * Negative errno on failure.
 */
int bgt_pending_prepare(struct bgt *bgt);

void bgt_pending_add(struct bgt *bgt, struct bgt_pending *pending);
void bgt_pending_remove(struct bgt *bgt, struct bgt_pending *pending);

/*
 * There was no room or no memory for an event: bgt_next_event() says that events were lost, and the
 * helper is asked for the present state.
 */
void bgt_pending_lose(struct bgt *bgt);

/* Sorts what comes on that socket. */
extern const struct bgt_inbox bgt_pending_inbox;

/*
 * Reads what has come, without waiting, and tells the oldest event: 1, 0 if there is none now, or a
 * negative errno.
 */
int bgt_pending_next_event(struct bgt *bgt);

/* Frees all events that were not told, at the end of the connection. */
void bgt_pending_forget_all(struct bgt *bgt);

#endif
