// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sorts the messages that come on the socket for requests and answer none that is waited for.
 * Events among them wait in a queue. An eventfd counts the queue, so that the connection's
 * descriptor is readable as long as there is an event to be told.
 */
#include "pending.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "activation.h"
#include "condition.h"
#include "instance.h"
#include "lifecycle.h"
#include "mutex.h"
#include "renewal.h"
#include "request.h"
#include "task.h"

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
	/* Counts like an event, so that the connection's descriptor is readable. */
	if (!bgt->lost && bgt->raised >= 0)
		(void)eventfd_write(bgt->raised, 1);
	bgt->lost = true;
}

void bgt_pending_receive(struct bgt *bgt, const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);
	bool ours = message->nlmsg_type == bgt->family;

	if (bgt_renewal_answered(bgt, message))
		return;
	if (ours && mnl_nlmsg_get_payload_len(message) >= GENL_HDRLEN) {
		switch (generic->cmd) {
		case BGTASK_CMD_INSTANCE_PROGRESS_NTF:
			bgt_instance_happened(bgt, message, BGT_EVENT_INSTANCE_PROGRESS);
			return;
		case BGTASK_CMD_INSTANCE_CHANGED_NTF:
			bgt_instance_happened(bgt, message, BGT_EVENT_INSTANCE_CHANGED);
			return;
		case BGTASK_CMD_INSTANCE_ENDED_NTF:
			bgt_instance_happened(bgt, message, BGT_EVENT_INSTANCE_ENDED);
			return;
		case BGTASK_CMD_INSTANCE_CANCELED_NTF:
			bgt_instance_happened(bgt, message, BGT_EVENT_INSTANCE_CANCELED);
			return;
		case BGTASK_CMD_APP_ACTIVATED_NTF:
			bgt_activated(bgt, message);
			return;
		case BGTASK_CMD_APP_SUSPENDING_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_SUSPENDING);
			return;
		case BGTASK_CMD_APP_RESUMING_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_RESUMING);
			return;
		case BGTASK_CMD_APP_CHANGED_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_CHANGED);
			return;
		case BGTASK_CMD_APP_INSTALLED_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_INSTALLED);
			return;
		case BGTASK_CMD_APP_REMOVED_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_REMOVED);
			return;
		case BGTASK_CMD_APP_ACCESS_CHANGED_NTF:
			bgt_app_happened(bgt, message, BGT_EVENT_APP_ACCESS_CHANGED);
			return;
		case BGTASK_CMD_TASK_REGISTERED_NTF:
			bgt_task_happened(bgt, message, BGT_EVENT_TASK_REGISTERED);
			return;
		case BGTASK_CMD_TASK_UNREGISTERED_NTF:
			bgt_task_happened(bgt, message, BGT_EVENT_TASK_UNREGISTERED);
			return;
		case BGTASK_CMD_CONDITION_CHANGED_NTF:
			bgt_conditions_changed(bgt, message);
			return;
		case BGTASK_CMD_EXTENSION_REVOKED_NTF:
			bgt_extension_revoked(bgt, message);
			return;
		case BGTASK_CMD_HELPER_NTF:
			bgt_renew(bgt);
			return;
		}
	}
	bgt_mutex_answered(bgt, message);
}

/*
 * The socket has room again, so the helper is told again; its answers have the present state, which
 * makes up for lost events.
 */
static int recover(struct bgt *bgt)
{
	eventfd_t value;

	bgt->lost = false;
	(void)eventfd_read(bgt->raised, &value);
	bgt_renew(bgt);
	return bgt_fail(bgt, -ENOBUFS, NULL);
}

int bgt_pending_read(struct bgt *bgt)
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
			bgt_pending_receive(bgt, message);
	}
}

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
	error = bgt_pending_read(bgt);
	if (error)
		return error;
	return bgt->pending ? tell_oldest(bgt) : 0;
}

void bgt_pending_forget_all(struct bgt *bgt)
{
	while (bgt->pending)
		(void)tell_oldest(bgt);
}
