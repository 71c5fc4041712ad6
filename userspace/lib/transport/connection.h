/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The connection: two sockets, the numbers that the module has here, and the last error.
 */
#ifndef BGT_CONNECTION_H
#define BGT_CONNECTION_H

#include <libmnl/libmnl.h>

#include "bgtask.h"

/* The kernel fills messages of a dump up to this size, if the reader has as much room. */
#define BGT_BUFFER_SIZE		32768

struct bgt_completion;
struct bgt_pending;
struct bgt_receivers;
struct bgt_renewal;

/* Who takes what comes on the socket for requests and answers none; events/ does. */
struct bgt_inbox {
	void (*receive)(struct bgt *bgt, const struct nlmsghdr *message);
	/* Reads what has come, without waiting. Negative errno on failure. */
	int (*read)(struct bgt *bgt);
	/* Something has come that there was no room for. */
	void (*lose)(struct bgt *bgt);
};

struct bgt {
	struct mnl_socket *requests;
	const struct bgt_inbox *inbox;
	/* What is done with each kind of message; see events/pending.h. */
	const struct bgt_receivers *receivers;
	uint16_t family;
	uint32_t group;
	uint32_t sequence;

	/* The second socket, so that no event comes between a request and its reply. */
	struct mnl_socket *events;
	/* An epoll of what bgt_next_event() reads, or -1. */
	int poll;

	/* Acquisitions that are under way, or whose end was not told yet; see mutex.c. */
	struct bgt_mutex *acquisitions;

	/* Events that came on the socket for requests, oldest first; see pending.c. */
	struct bgt_pending *pending;
	/* Readable while there are some; -1 before the first may come. */
	int raised;

	/* What a new helper has to be told; see renewal.c. */
	struct bgt_renewal *renewal;
	/* How often a new helper was told. */
	unsigned int renewals;
	/* Events were lost, so that the present helper has to be told again, too. */
	bool lost;
	/* The instance whose cancellation was told, or 0. */
	uint32_t canceled;
	/*
	 * How many deferrals hold back the end of this process's instance; and the end, once it is
	 * known.
	 */
	uint32_t deferrals;
	struct bgt_completion *completion;
	/* This process is an app, and was told to save its state. */
	bool suspending;
	/* The app was told so, and since then not that it goes on. */
	bool suspended;
	/* The app has an extension. */
	bool extended;
	/* This connection, and not another one of the app, has asked for an extension. */
	bool asked;
	/* How many jobs share the extension, or have shared one that was revoked. */
	uint32_t jobs;
	/* Tasks that run in this process, as an app; their ids. */
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

/* Opens a generic netlink socket whose errors are clear. Negative errno on failure. */
int bgt_socket_open(struct mnl_socket **socket, int flags);

/*
 * Receives what the kernel has sent, as recv() does; -1 and ENOSPC for what is larger. Anybody who
 * has CAP_NET_ADMIN can send to a socket, and is not listened to.
 */
ssize_t bgt_socket_receive(const struct mnl_socket *socket, void *buffer, size_t size, int flags);

/* Lets bgt_fd() be readable when @fd is. Negative errno on failure. */
int bgt_poll(struct bgt *bgt, int fd);

/* Notes why a call fails, and returns @error. Without a format the number speaks for itself. */
int bgt_fail(struct bgt *bgt, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
