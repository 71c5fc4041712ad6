// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Events. The kernel sends the events of containers to administrators by multicast, on a socket of
 * their own. bgt_next_event() takes the next event from there, or from the queue of pending.c.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>

#include "events/pending.h"
#include "transport/request.h"

#include "container.h"
#include "member.h"

/* Large enough for a burst of events, as when thousands of containers freeze at once. */
#define EVENTS_BUFFER_SIZE	(4 * 1024 * 1024)

int bgt_subscribe(struct bgt *bgt)
{
	struct mnl_socket *events;
	int groups[] = { (int)bgt->group, GENL_ID_CTRL };
	int error, size = EVENTS_BUFFER_SIZE;

	if (bgt->events)
		return 0;
	error = bgt_socket_open(&events, SOCK_NONBLOCK);
	if (error)
		return bgt_fail(bgt, error, NULL);

	/* Without the privilege to exceed the system's limit, the limit is what the buffer gets. */
	if (setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		(void)setsockopt(mnl_socket_get_fd(events), SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));

	/* The second group belongs to the controller, which tells when the module is unloaded. */
	for (size_t i = 0; i < MNL_ARRAY_SIZE(groups); i++) {
		if (!mnl_socket_setsockopt(events, NETLINK_ADD_MEMBERSHIP, &groups[i],
					   sizeof(groups[i])))
			continue;
		error = -errno;
		mnl_socket_close(events);
		if (error == -EPERM)
			return bgt_fail(bgt, error, "only an administrator may watch events");
		return bgt_fail(bgt, error, NULL);
	}
	error = bgt_poll(bgt, mnl_socket_get_fd(events));
	if (error) {
		mnl_socket_close(events);
		return error;
	}
	bgt->events = events;
	return 0;
}

static int parse_container_event(struct bgt *bgt, const struct nlmsghdr *message,
				 enum bgt_event_type type)
{
	int error = bgt_container_parse(message, &bgt->event_container);

	if (error)
		return bgt_fail(bgt, error, NULL);
	bgt->event = (struct bgt_event){ .type = type, .container = bgt->event_container };
	return 1;
}

static int parse_member_event(struct bgt *bgt, const struct nlmsghdr *message,
			      enum bgt_event_type type)
{
	int error = bgt_member_parse(message, &bgt->event_member);

	if (error)
		return bgt_fail(bgt, error, NULL);
	bgt->event = (struct bgt_event){ .type = type, .member = bgt->event_member };
	return 1;
}

/* Takes the controller's message about a family, which may be another module's. */
static int parse_controller(struct bgt *bgt, const struct nlmsghdr *message, uint8_t command)
{
	const struct nlattr *attr;

	if (command != CTRL_CMD_DELFAMILY)
		return 0;
	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16) &&
		    mnl_attr_get_u16(attr) == bgt->family)
			return bgt_fail(bgt, -EPROTONOSUPPORT, "the bgtask module was unloaded");
	return 0;
}

/* Makes a message the connection's event. Returns 1, or 0 if the message is no event. */
static int parse(struct bgt *bgt, const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);

	if (mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
		return 0;
	if (message->nlmsg_type == GENL_ID_CTRL)
		return parse_controller(bgt, message, generic->cmd);
	if (message->nlmsg_type != bgt->family)
		return 0;

	switch (generic->cmd) {
	case BGTASK_CMD_CONTAINER_NEW_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_NEW);
	case BGTASK_CMD_CONTAINER_SET_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_SET);
	case BGTASK_CMD_CONTAINER_DEL_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_DEL);
	case BGTASK_CMD_CONTAINER_THROTTLED_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_THROTTLED);
	case BGTASK_CMD_CONTAINER_STOPPED_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_STOPPED);
	case BGTASK_CMD_CONTAINER_REPLENISHED_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_REPLENISHED);
	case BGTASK_CMD_CONTAINER_LENT_NTF:
		return parse_container_event(bgt, message, BGT_EVENT_CONTAINER_LENT);
	case BGTASK_CMD_MEMBER_ADD_NTF:
		return parse_member_event(bgt, message, BGT_EVENT_MEMBER_ADD);
	case BGTASK_CMD_MEMBER_FROZEN_NTF:
		return parse_member_event(bgt, message, BGT_EVENT_MEMBER_FROZEN);
	case BGTASK_CMD_MEMBER_THAWED_NTF:
		return parse_member_event(bgt, message, BGT_EVENT_MEMBER_THAWED);
	case BGTASK_CMD_MEMBER_GONE_NTF:
		return parse_member_event(bgt, message, BGT_EVENT_MEMBER_GONE);
	default:
		return 0;
	}
}

static void forget(struct bgt *bgt)
{
	bgt_container_free(bgt->event_container);
	bgt_member_free(bgt->event_member);
	bgt_instance_free(bgt->event_instance);
	bgt_app_free(bgt->event_app);
	bgt_task_free(bgt->event_task);
	bgt->event_container = NULL;
	bgt->event_member = NULL;
	bgt->event_instance = NULL;
	bgt->event_app = NULL;
	bgt->event_task = NULL;
}

/* Takes the next event from the multicast socket. */
static int next_multicast(struct bgt *bgt)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)bgt->buffer;
	ssize_t size;
	int result = 0;

	/* The kernel puts each multicast message into a datagram of its own. */
	do {
		size = bgt_socket_receive(bgt->events, bgt->buffer, sizeof(bgt->buffer), 0);
		if (size < 0 && errno == EAGAIN)
			return 0;
		if (size < 0)
			return bgt_fail(bgt, -errno, NULL);
		result = bgt_message_ok(message, (int)size) ? parse(bgt, message) : 0;
	} while (!result);
	return result;
}

int bgt_next_event(struct bgt *bgt, const struct bgt_event **event)
{
	int result;

	*event = NULL;
	if (bgt->poll < 0)
		return bgt_fail(bgt, -ENOTCONN, "there is nothing to wait for");
	forget(bgt);

	result = bgt_pending_next_event(bgt);
	if (!result && bgt->events)
		result = next_multicast(bgt);
	if (result > 0)
		*event = &bgt->event;
	return result;
}
