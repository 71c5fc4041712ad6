/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection: two sockets, the numbers that the module has here, and the last error.
 */
#ifndef BGT_CONNECTION_H
#define BGT_CONNECTION_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* The kernel sends messages of a dump of up to this size to a reader with such a buffer. */
#define BGT_BUFFER_SIZE		32768

struct bgt_completion;
struct bgt_pending;
struct bgt_receivers;
struct bgt_renewal;

/* Takes the messages on the socket for requests that answer no request; see events/pending.c. */
struct bgt_inbox {
	void (*receive)(struct bgt *bgt, const struct nlmsghdr *message);
	/* Reads the messages that have come, without waiting. Negative errno on failure. */
	int (*read)(struct bgt *bgt);
	/* Notes that a message was lost, as there was no room for it. */
	void (*lose)(struct bgt *bgt);
};

struct bgt {
	struct mnl_socket *requests;
	const struct bgt_inbox *inbox;
	/* The functions that take each kind of message; see events/pending.h. */
	const struct bgt_receivers *receivers;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;

	/*
	 * A socket for multicast events, so that they do not come between a request and its reply.
	 */
	struct mnl_socket *events;
	/* An epoll descriptor of all descriptors that bgt_next_event() reads, or -1. */
	int poll;

	/*
	 * Mutexes whose acquisition is under way, or whose event is still to be taken; see mutex.c.
	 */
	struct bgt_mutex *acquisitions;

	/* Events that came on the socket for requests, oldest first; see pending.c. */
	struct bgt_pending *pending;
	/*
	 * An eventfd that is readable while @pending is not empty; -1 until events are asked for.
	 */
	int raised;

	/* The requests that a new helper must get; see renewal.c. */
	struct bgt_renewal *renewal;
	/* How often these requests were sent to a new helper. */
	unsigned int renewals;
	/* Events were lost, so the present helper must get these requests again, too. */
	bool lost;
	/* The instance whose cancellation the user has got an event of, or 0. */
	uint32_t canceled;
	/*
	 * How many deferrals delay the end of this process's instance, and how it ends, once that
	 * is known.
	 */
	uint32_t deferrals;
	struct bgt_completion *completion;
	/* This process is an app, and was told to save its state. */
	bool suspending;
	/* The app was told to save its state, and was not told since that it runs again. */
	bool suspended;
	/* The app has an extension. */
	bool extended;
	/* This connection, and not another one of the app, has asked for an extension. */
	bool asked;
	/* How many jobs share the extension, or have shared one that was revoked. */
	uint32_t jobs;
	/* Ids of the instances that run in this process, which is an app. */
	uint32_t *activations;
	size_t nr_activations;

	struct bgt_event event;
	struct bgt_container *event_container;
	struct bgt_member *event_member;
	struct bgt_instance *event_instance;
	struct bgt_app *event_app;
	struct bgt_task *event_task;

	char error[256];
	_Alignas(struct nlmsghdr) char buffer[BGT_BUFFER_SIZE];
};

/* Opens a generic netlink socket with extended acknowledgements. Negative errno on failure. */
int bgt_socket_open(struct mnl_socket **socket, int flags);

/*
 * Receives a message of the kernel, as recv() does. Returns -1 with ENOSPC if the message is larger
 * than the buffer. Messages of processes, which CAP_NET_ADMIN allows to send, are ignored.
 */
ssize_t bgt_socket_receive(const struct mnl_socket *socket, void *buffer, size_t size, int flags);

/* Lets bgt_fd() be readable when @fd is. Negative errno on failure. */
int bgt_poll(struct bgt *bgt, int fd);

/*
 * Sets the text of the last error, and returns @error. Without a format, bgt_strerror() has the
 * text.
 */
int bgt_fail(struct bgt *bgt, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
