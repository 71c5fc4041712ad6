// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink socket by which the module hands calls to the helper, and by which the helper answers
 * and sends events. Only messages of the kernel are accepted, as only the kernel knows who has
 * called.
 */
#include "relay.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

/* Bytes of the socket's queue, where the calls of many apps wait while one call is handled. */
#define RECEIVE_BUFFER	(8 * 1024 * 1024)
#define MESSAGE_SIZE	32768

_Static_assert(MESSAGE_SIZE >= BGTASK_CALL_MAX + 256, "the longest call, and who makes it");

struct relay {
	struct mnl_socket *socket;
	sd_event_source *source;
	uint16_t family;
	uint32_t sequence;
	const struct relay_handler *handler;
	void *data;
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	_Alignas(struct nlmsghdr) char request[MESSAGE_SIZE];
};

/* Attributes of a call */

static const struct nlattr *find(const struct call *call, uint16_t type, size_t size)
{
	const struct nlattr *attr;

	if (!call->payload)
		return NULL;
	mnl_attr_for_each_nested(attr, call->payload)
		if (mnl_attr_get_type(attr) == type)
			return mnl_attr_get_payload_len(attr) >= size ? attr : NULL;
	return NULL;
}

const char *call_string(const struct call *call, uint16_t type)
{
	const struct nlattr *attr = find(call, type, 1);

	/*
	 * The kernel passes on only strings that end with NUL; the helper checks this all the same.
	 */
	if (!attr || !memchr(mnl_attr_get_payload(attr), '\0', mnl_attr_get_payload_len(attr)))
		return NULL;
	return mnl_attr_get_str(attr);
}

uint32_t call_u32(const struct call *call, uint16_t type)
{
	const struct nlattr *attr = find(call, type, sizeof(uint32_t));

	return attr ? mnl_attr_get_u32(attr) : 0;
}

uint64_t call_u64(const struct call *call, uint16_t type)
{
	const struct nlattr *attr = find(call, type, sizeof(uint64_t));

	return attr ? mnl_attr_get_u64(attr) : 0;
}

bool call_flag(const struct call *call, uint16_t type)
{
	const struct nlattr *attr = find(call, type, sizeof(uint8_t));

	return attr && mnl_attr_get_u8(attr);
}

bool call_has(const struct call *call, uint16_t type)
{
	return find(call, type, 0);
}

/* Messages to the kernel */

static struct nlmsghdr *begin(struct relay *relay, uint16_t family, uint8_t command)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(relay->request);
	struct genlmsghdr *generic;

	header->nlmsg_type = family;
	header->nlmsg_flags = NLM_F_REQUEST;
	header->nlmsg_seq = ++relay->sequence;
	generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));
	generic->cmd = command;
	generic->version = 1;
	return header;
}

static int transmit(struct relay *relay, const struct nlmsghdr *header)
{
	ssize_t sent;

	do
		sent = mnl_socket_sendto(relay->socket, header, header->nlmsg_len);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static void put_payload(struct nlmsghdr *header, const struct payload *payload)
{
	if (payload && payload->size)
		mnl_attr_put(header, BGTASK_A_CALL_PAYLOAD, payload->size, payload->buffer);
}

/*
 * If the caller is gone, the kernel sends an error message, which receive() ignores. If the kernel
 * has no memory for the answer, the caller gets a refusal, which is shorter.
 */
void call_reply(const struct call *call, const struct payload *payload)
{
	struct nlmsghdr *header = begin(call->relay, call->relay->family, BGTASK_CMD_CALL_REPLY);
	int error;

	mnl_attr_put_u32(header, BGTASK_A_CALL_ID, call->id);
	put_payload(header, payload);
	error = transmit(call->relay, header);
	if (error)
		call_refuse(call, error, "the answer cannot be sent");
}

void call_done(const struct call *call)
{
	call_reply(call, NULL);
}

/*
 * A caller without an answer would wait for ever. If even a refusal cannot be sent, the helper
 * ends: the module then refuses all calls that wait, and the next helper can start.
 */
void call_refuse(const struct call *call, int error, const char *format, ...)
{
	struct nlmsghdr *header = begin(call->relay, call->relay->family, BGTASK_CMD_CALL_REPLY);
	char text[80];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	mnl_attr_put_u32(header, BGTASK_A_CALL_ID, call->id);
	mnl_attr_put_u32(header, BGTASK_A_CALL_ERROR, (uint32_t)error);
	mnl_attr_put_strz(header, BGTASK_A_CALL_TEXT, text);
	error = transmit(call->relay, header);
	if (error)
		call->relay->handler->lost(call->relay->data, error);
}

int relay_tell(struct relay *relay, uint32_t peer, uint8_t command, const struct payload *payload)
{
	struct nlmsghdr *header = begin(relay, relay->family, BGTASK_CMD_APP_EVENT);
	int error;

	mnl_attr_put_u32(header, BGTASK_A_CALL_PEER, peer);
	mnl_attr_put_u32(header, BGTASK_A_CALL_COMMAND, command);
	put_payload(header, payload);
	error = transmit(relay, header);
	if (error)
		log_line(LOG_ERR, "cannot send an event: %s", strerror(-error));
	return error;
}

/* Messages from the kernel */

/*
 * The type of the first attribute that a call has twice, and so contradicts itself; 0 if there is
 * none.
 */
static uint16_t repeated(const struct call *call)
{
	const struct nlattr *attr;
	uint64_t seen = 0;
	uint16_t type;

	if (!call->payload)
		return 0;
	mnl_attr_for_each_nested(attr, call->payload) {
		type = mnl_attr_get_type(attr);
		if (type < 64 && seen & UINT64_C(1) << type)
			return type;
		if (type < 64)
			seen |= UINT64_C(1) << type;
	}
	return 0;
}

static void receive_call(struct relay *relay, const struct nlmsghdr *message)
{
	struct call call = { .relay = relay };
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case BGTASK_A_CALL_ID:
			call.id = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_COMMAND:
			call.command = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_PEER:
			call.peer = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_PID:
			call.pid = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_UID:
			call.uid = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_CONTAINER:
			call.container = mnl_attr_get_u32(attr);
			break;
		case BGTASK_A_CALL_ADMIN:
			call.admin = mnl_attr_get_u8(attr);
			break;
		case BGTASK_A_CALL_PAYLOAD:
			call.payload = attr;
			break;
		}
	}
	if (repeated(&call))
		call_refuse(&call, -EINVAL, "attribute %u is there twice", repeated(&call));
	else
		relay->handler->call(relay->data, &call);
}

/*
 * Refuses a call that is too long for the buffer. The module refuses such calls itself, unless it
 * is of another version than the helper.
 */
static void refuse_long(struct relay *relay)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)relay->buffer;
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);
	const char *end = relay->buffer + sizeof(relay->buffer);
	struct call call = { .relay = relay };
	const struct nlattr *attr = (const struct nlattr *)(generic + 1);

	if (message->nlmsg_type != relay->family || generic->cmd != BGTASK_CMD_CALL_NTF)
		return;
	/* The id precedes the payload, whose end is missing. */
	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == BGTASK_A_CALL_ID)
			call.id = mnl_attr_get_u32(attr);
	call_refuse(&call, -EMSGSIZE, "the call is too long");
}

static void receive_gone(struct relay *relay, const struct nlmsghdr *message)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == BGTASK_A_CALL_PEER)
			relay->handler->peer_gone(relay->data, mnl_attr_get_u32(attr));
}

static void receive(struct relay *relay, const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != relay->family ||
	    mnl_nlmsg_get_payload_len(message) < GENL_HDRLEN)
		return;
	if (generic->cmd == BGTASK_CMD_CALL_NTF)
		receive_call(relay, message);
	else if (generic->cmd == BGTASK_CMD_PEER_GONE_NTF)
		receive_gone(relay, message);
}

static int readable(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct sockaddr_nl sender = { 0 };
	socklen_t length = sizeof(sender);
	const struct nlmsghdr *message;
	struct relay *relay = data;
	ssize_t size;
	int left;

	(void)source;
	(void)events;
	size = recvfrom(fd, relay->buffer, sizeof(relay->buffer), MSG_DONTWAIT | MSG_TRUNC,
			(struct sockaddr *)&sender, &length);
	/*
	 * Any process with CAP_NET_ADMIN can send to this socket. The kernel's messages come from
	 * port 0.
	 */
	if (size >= 0 && sender.nl_pid)
		return 0;
	if (size > (ssize_t)sizeof(relay->buffer)) {
		refuse_long(relay);
		return 0;
	}
	/*
	 * ENOBUFS: calls found no room in the socket's queue. The module has refused them to their
	 * callers.
	 */
	if (size < 0 && errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		relay->handler->lost(relay->data, -errno);
	left = size < 0 ? 0 : (int)size;
	message = (const struct nlmsghdr *)relay->buffer;
	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
		receive(relay, message);
	return 0;
}

/* Attaching as the helper */

static int parse_family(const struct nlmsghdr *message, void *data)
{
	struct relay *relay = data;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			relay->family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

/*
 * Sends a request and reads its answer. Nothing else arrives as long as the socket is not that of
 * the helper.
 */
static int ask(struct relay *relay, struct nlmsghdr *header)
{
	unsigned int port = mnl_socket_get_portid(relay->socket);
	ssize_t size;
	int result;

	header->nlmsg_flags |= NLM_F_ACK;
	result = transmit(relay, header);
	while (!result) {
		size = mnl_socket_recvfrom(relay->socket, relay->buffer, sizeof(relay->buffer));
		if (size < 0)
			return -errno;
		result = mnl_cb_run(relay->buffer, (size_t)size, header->nlmsg_seq, port,
				    parse_family, relay);
		if (result == MNL_CB_ERROR)
			return -errno;
		if (result == MNL_CB_STOP)
			return 0;
		result = 0;
	}
	return result;
}

/*
 * Makes the socket that of the helper. No acknowledgement is asked for: calls may arrive before it,
 * and must stay in the queue. If the kernel refuses, its error message is in the queue when the
 * request has been sent.
 */
static int become_helper(struct relay *relay)
{
	const struct nlmsghdr *message = (const struct nlmsghdr *)relay->buffer;
	const struct nlmsgerr *refusal;
	ssize_t size;
	int error;

	error = transmit(relay, begin(relay, relay->family, BGTASK_CMD_HELPER_ATTACH));
	if (error)
		return error;
	size = recv(mnl_socket_get_fd(relay->socket), relay->buffer, sizeof(relay->buffer),
		    MSG_PEEK | MSG_DONTWAIT);
	if (!mnl_nlmsg_ok(message, size < 0 ? 0 : (int)size) ||
	    message->nlmsg_type != NLMSG_ERROR ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*refusal))
		return 0;
	refusal = mnl_nlmsg_get_payload(message);
	return refusal->error;
}

static int attach(struct relay *relay, struct problem *problem)
{
	int error, size = RECEIVE_BUFFER, fd = mnl_socket_get_fd(relay->socket);
	struct nlmsghdr *header;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	header = begin(relay, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, BGTASK_GENL_NAME);
	error = ask(relay, header);
	if (error == -ENOENT)
		return problem_set(problem, -EPROTONOSUPPORT, NULL, 0,
				   "the bgtask module is not loaded (try: modprobe bgtask)");
	if (!error)
		error = become_helper(relay);
	if (error == -EBUSY)
		return problem_set(problem, error, NULL, 0, "another helper runs already");
	if (error)
		return problem_set(problem, error, NULL, 0, "cannot become the helper: %s",
				   strerror(-error));
	return 0;
}

int relay_open(struct relay **result, sd_event *event, const struct relay_handler *handler,
	       void *data, struct problem *problem)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	int error;

	*result = NULL;
	if (!relay)
		return problem_set(problem, -ENOMEM, NULL, 0, "out of memory");
	relay->handler = handler;
	relay->data = data;
	relay->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!relay->socket || mnl_socket_bind(relay->socket, 0, MNL_SOCKET_AUTOPID)) {
		error = problem_set(problem, -errno, NULL, 0, "cannot open a socket: %s",
				    strerror(errno));
		goto fail;
	}
	error = attach(relay, problem);
	if (error)
		goto fail;
	error = sd_event_add_io(event, &relay->source, mnl_socket_get_fd(relay->socket), EPOLLIN,
				readable, relay);
	if (error < 0) {
		problem_set(problem, error, NULL, 0, "%s", strerror(-error));
		goto fail;
	}
	*result = relay;
	return 0;

fail:
	relay_close(relay);
	return error;
}

void relay_close(struct relay *relay)
{
	if (!relay)
		return;
	sd_event_source_unref(relay->source);
	if (relay->socket)
		mnl_socket_close(relay->socket);
	free(relay);
}
