// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Handles the messages on the socket for requests that are no answer to the present request. Events
 * among them wait in a queue. An eventfd counts the queue, so that the connection's descriptor is
 * readable as long as the queue has an event.
 */
#include "pending.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "transport/request.h"

#include "renewal.h"

int bgt_pending_prepare(struct bgt *bgt)
{
	int error, fd;

	if (bgt->raised >= 0)
		return 0;
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);
	if (fd < 0)
		return bgt_fail(bgt, -errno, NULL);
	error = bgt_poll(bgt, fd);
	if (!error)
		error = bgt_poll(bgt, mnl_socket_get_fd(bgt->requests));
	if (error) {
		close(fd);
		return error;
	}
	bgt->raised = fd;
	return 0;
}

void bgt_pending_add(struct bgt *bgt, struct bgt_pending *pending)
{
	struct bgt_pending **end = &bgt->pending;

	while (*end)
		end = &(*end)->next;
	pending->next = NULL;
	*end = pending;
	/* Counts the event, so that the connection's descriptor is readable. */
	(void)eventfd_write(bgt->raised, 1);
}

void bgt_pending_remove(struct bgt *bgt, struct bgt_pending *pending)
{
	struct bgt_pending **place = &bgt->pending;
	eventfd_t value;

	while (*place != pending)
		place = &(*place)->next;
	*place = pending->next;
	(void)eventfd_read(bgt->raised, &value);
}

void bgt_pending_lose(struct bgt *bgt)
{
	/* A connection that has not asked for events can lose none. */
	if (bgt->raised < 0 || bgt->lost)
		return;
	/* The loss counts like an event, so that the connection's descriptor is readable. */
	(void)eventfd_write(bgt->raised, 1);
	bgt->lost = true;
}

static const struct bgt_receiver *find_receiver(const struct bgt_receivers *receivers,
						uint8_t command)
{
	for (const struct bgt_receiver *const *table = receivers->tables; *table; table++)
		for (const struct bgt_receiver *receiver = *table; receiver->receive; receiver++)
			if (receiver->command == command)
				return receiver;
	return NULL;
}

static void receive(struct bgt *bgt, const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);
	const struct bgt_receiver *receiver = NULL;

	if (bgt_renewal_answered(bgt, message))
		return;
	if (message->nlmsg_type == bgt->family &&
	    mnl_nlmsg_get_payload_len(message) >= GENL_HDRLEN) {
		if (generic->cmd == BGTASK_CMD_HELPER_NTF) {
			bgt_renew(bgt);
			return;
		}
		receiver = find_receiver(bgt->receivers, generic->cmd);
	}
	if (receiver)
		receiver->receive(bgt, message, receiver->event);
	else
		bgt->receivers->other(bgt, message);
}

/*
 * Sends the requests of renewal.c again, now that the socket has room again: the answers have the
 * present state, which makes up for lost events.
 */
static int recover(struct bgt *bgt)
{
	eventfd_t value;

	bgt->lost = false;
	(void)eventfd_read(bgt->raised, &value);
	bgt_renew(bgt);
	return bgt_fail(bgt, -ENOBUFS, NULL);
}

static int read_all(struct bgt *bgt)
{
	const struct nlmsghdr *message;
	ssize_t size;
	int left;

	for (;;) {
		size = bgt_socket_receive(bgt->requests, bgt->buffer, sizeof(bgt->buffer),
					  MSG_DONTWAIT);
		if (size < 0 && errno == ENOBUFS) {
			bgt_pending_lose(bgt);
			continue;
		}
		if (size < 0 && errno != EAGAIN)
			return bgt_fail(bgt, -errno, NULL);
		if (size < 0)
			return bgt->lost ? recover(bgt) : 0;
		message = (const struct nlmsghdr *)bgt->buffer;
		left = (int)size;
		for (; bgt_message_ok(message, left); message = mnl_nlmsg_next(message, &left))
			receive(bgt, message);
	}
}

const struct bgt_inbox bgt_pending_inbox = {
	.receive = receive,
	.read = read_all,
	.lose = bgt_pending_lose,
};

static int tell_oldest(struct bgt *bgt)
{
	struct bgt_pending *pending = bgt->pending;

	bgt_pending_remove(bgt, pending);
	return pending->tell(bgt, pending);
}

int bgt_pending_next_event(struct bgt *bgt)
{
	int error;

	if (bgt->raised < 0)
		return 0;
	error = read_all(bgt);
	if (error)
		return error;
	return bgt->pending ? tell_oldest(bgt) : 0;
}

void bgt_pending_forget_all(struct bgt *bgt)
{
	while (bgt->pending)
		(void)tell_oldest(bgt);
}
