// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the module for the fuzzer of the helper: answers requests about containers, and relays
 * calls. Checks that all messages of the helper are well-formed and that each call is answered.
 */
#include "kernel.h"

#include <errno.h>
#include <linux/bgtask.h>
#include <linux/genetlink.h>
#include <string.h>

#include "fuzz.h"
#include "socket.h"

#define FAMILY		30
#define GROUP		5
#define CONTAINERS	16
#define MESSAGE_SIZE	32768

/* The state of the played kernel. */
static struct {
	struct mnl_socket *helper;
	struct mnl_socket *watcher;	/* of the watcher, which joins the group of events */
	char names[CONTAINERS][BGTASK_NAME_MAX + 1];
	bool exempt[CONTAINERS];
	bool held[CONTAINERS];
	int refuse;
	uint32_t call;		/* the last call */
	unsigned int answers;	/* to the last call */
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
} kernel;

static struct nlmsghdr *begin(uint16_t family, uint8_t command, uint32_t sequence)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(kernel.buffer);
	struct genlmsghdr *generic;

	message->nlmsg_type = family;
	message->nlmsg_seq = sequence;
	generic = mnl_nlmsg_put_extra_header(message, sizeof(*generic));
	generic->cmd = command;
	return message;
}

static void deliver(struct mnl_socket *socket, const struct nlmsghdr *message)
{
	socket_deliver(socket, message, message->nlmsg_len);
}

/* Sends the result of a request. Without an error this is its acknowledgement. */
static void answer(struct mnl_socket *socket, const struct nlmsghdr *request, int error)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(kernel.buffer);
	struct nlmsgerr *result;

	message->nlmsg_type = NLMSG_ERROR;
	message->nlmsg_flags = NLM_F_CAPPED;
	message->nlmsg_seq = request->nlmsg_seq;
	message->nlmsg_pid = mnl_socket_get_portid(socket);
	result = mnl_nlmsg_put_extra_header(message, sizeof(*result));
	result->error = error;
	result->msg = *request;
	/*
	 * The module gives a reason with -ENOENT. Without a reason, -ENOENT means that there is no
	 * family.
	 */
	if (error) {
		message->nlmsg_flags |= NLM_F_ACK_TLVS;
		mnl_attr_put_strz(message, NLMSGERR_ATTR_MSG, "it is refused");
	}
	deliver(socket, message);
}

static void tell_family(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	struct nlmsghdr *message = begin(GENL_ID_CTRL, CTRL_CMD_NEWFAMILY, request->nlmsg_seq);
	struct nlattr *groups, *group;

	message->nlmsg_pid = mnl_socket_get_portid(socket);
	mnl_attr_put_u16(message, CTRL_ATTR_FAMILY_ID, FAMILY);
	groups = mnl_attr_nest_start(message, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(message, 1);
	mnl_attr_put_strz(message, CTRL_ATTR_MCAST_GRP_NAME, BGTASK_MCGRP_CONTAINER);
	mnl_attr_put_u32(message, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	mnl_attr_nest_end(message, group);
	mnl_attr_nest_end(message, groups);
	deliver(socket, message);
}

static const struct nlattr *find(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, message, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static uint32_t number_of(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attr = find(message, type);

	if (!attr)
		return 0;
	fuzz_assert(mnl_attr_get_payload_len(attr) == sizeof(uint32_t));
	return mnl_attr_get_u32(attr);
}

/* Containers */

void kernel_reset(void)
{
	memset(kernel.names, 0, sizeof(kernel.names));
	kernel.refuse = -1;
}

void kernel_refuse(int others)
{
	kernel.refuse = others;
}

uint32_t kernel_container(const char *name)
{
	for (uint32_t i = 0; i < CONTAINERS; i++)
		if (*kernel.names[i] && !strcmp(kernel.names[i], name))
			return i + 1;
	return 0;
}

static bool is_container(uint32_t id)
{
	return id && id <= CONTAINERS && *kernel.names[id - 1];
}

static void tell_container(struct mnl_socket *socket, const struct nlmsghdr *request, uint32_t id,
			   uint8_t command)
{
	struct nlmsghdr *message = begin(FAMILY, command, request ? request->nlmsg_seq : 0);

	if (request && request->nlmsg_flags & NLM_F_DUMP)
		message->nlmsg_flags = NLM_F_MULTI;

	mnl_attr_put_u32(message, BGTASK_A_CONTAINER_ID, id);
	mnl_attr_put_strz(message, BGTASK_A_CONTAINER_NAME, kernel.names[id - 1]);
	mnl_attr_put_u8(message, BGTASK_A_CONTAINER_EXEMPT, kernel.exempt[id - 1]);
	mnl_attr_put_u64(message, BGTASK_A_CONTAINER_QUOTA, 2000000000);
	mnl_attr_put_u64(message, BGTASK_A_CONTAINER_SPENT, 1000000000);
	mnl_attr_put_u64(message, BGTASK_A_CONTAINER_LEFT, 1000000000);
	deliver(socket, message);
}

static bool is_exempt(const struct nlmsghdr *request)
{
	const struct nlattr *attr = find(request, BGTASK_A_CONTAINER_EXEMPT);

	return attr && mnl_attr_get_u8(attr);
}

static int make_container(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	const char *name = mnl_attr_get_str(find(request, BGTASK_A_CONTAINER_NAME));
	uint32_t place = 0;

	fuzz_assert(*name && strlen(name) <= BGTASK_NAME_MAX);
	if (kernel_container(name))
		return -EEXIST;
	while (*kernel.names[place])
		if (++place == CONTAINERS)
			return -ENOSPC;
	strcpy(kernel.names[place], name);
	kernel.exempt[place] = is_exempt(request);
	kernel.held[place] = false;
	tell_container(socket, request, place + 1, BGTASK_CMD_CONTAINER_NEW);
	return 0;
}

static int get_container(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	const struct nlattr *name = find(request, BGTASK_A_CONTAINER_NAME);
	uint32_t id = name ? kernel_container(mnl_attr_get_str(name)) :
			     number_of(request, BGTASK_A_CONTAINER_ID);

	if (!is_container(id))
		return -ENOENT;
	tell_container(socket, request, id, BGTASK_CMD_CONTAINER_GET);
	return 0;
}

static void end_list(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	struct nlmsghdr *message = begin(NLMSG_DONE, 0, request->nlmsg_seq);
	int done = 0;

	message->nlmsg_len = MNL_NLMSG_HDRLEN + sizeof(done);
	memcpy(mnl_nlmsg_get_payload(message), &done, sizeof(done));
	deliver(socket, message);
}

static void list_containers(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	for (uint32_t id = 1; id <= CONTAINERS; id++)
		if (is_container(id))
			tell_container(socket, request, id, BGTASK_CMD_CONTAINER_GET);
	end_list(socket, request);
}

/* Lists the members that an app's container has in reality. */
static void list_members(struct mnl_socket *socket, const struct nlmsghdr *request)
{
	static const uint32_t roles[] = { BGTASK_ROLE_APP, BGTASK_ROLE_TASK };
	uint32_t container = number_of(request, BGTASK_A_MEMBER_CONTAINER);
	struct nlmsghdr *message;

	for (uint32_t i = 0; i < 2 && is_container(container); i++) {
		message = begin(FAMILY, BGTASK_CMD_MEMBER_GET, request->nlmsg_seq);
		message->nlmsg_flags = NLM_F_MULTI;
		mnl_attr_put_u32(message, BGTASK_A_MEMBER_ID, container * 2 + i);
		mnl_attr_put_u32(message, BGTASK_A_MEMBER_CONTAINER, container);
		mnl_attr_put_u32(message, BGTASK_A_MEMBER_ROLE, roles[i]);
		mnl_attr_put_u8(message, BGTASK_A_MEMBER_HELD, !i && kernel.held[container - 1]);
		mnl_attr_put_u8(message, BGTASK_A_MEMBER_FROZEN, i);
		deliver(socket, message);
	}
	end_list(socket, request);
}

static int set_member(const struct nlmsghdr *request)
{
	uint32_t id = number_of(request, BGTASK_A_MEMBER_ID);
	const struct nlattr *held = find(request, BGTASK_A_MEMBER_HELD);

	/* The helper holds only the members of apps themselves, which have even ids here. */
	fuzz_assert(held && id % 2 == 0);
	if (!is_container(id / 2))
		return -ENOENT;
	kernel.held[id / 2 - 1] = mnl_attr_get_u8(held);
	return 0;
}

static int set_container(const struct nlmsghdr *request)
{
	uint32_t id = number_of(request, BGTASK_A_CONTAINER_ID);

	if (!is_container(id))
		return -ENOENT;
	if (find(request, BGTASK_A_CONTAINER_EXEMPT))
		kernel.exempt[id - 1] = is_exempt(request);
	return 0;
}

static int kill_container(uint32_t id)
{
	if (!is_container(id))
		return -ENOENT;
	kernel_killed(kernel.names[id - 1]);
	return 0;
}

static int remove_container(uint32_t id)
{
	if (!is_container(id))
		return -ENOENT;
	*kernel.names[id - 1] = '\0';
	return 0;
}

static int manage(struct mnl_socket *socket, const struct nlmsghdr *request, uint8_t command)
{
	if (kernel.refuse >= 0 && !kernel.refuse--)
		return -ENOMEM;
	switch (command) {
	case BGTASK_CMD_CONTAINER_NEW:
		return make_container(socket, request);
	case BGTASK_CMD_CONTAINER_GET:
		return get_container(socket, request);
	case BGTASK_CMD_CONTAINER_SET:
		return set_container(request);
	case BGTASK_CMD_CONTAINER_DEL:
		return remove_container(number_of(request, BGTASK_A_CONTAINER_ID));
	case BGTASK_CMD_CONTAINER_KILL:
		return kill_container(number_of(request, BGTASK_A_MEMBER_CONTAINER));
	case BGTASK_CMD_MEMBER_SET:
		return set_member(request);
	case BGTASK_CMD_MEMBER_ADD:
		fuzz_assert(number_of(request, BGTASK_A_MEMBER_ROLE) <= BGTASK_ROLE_TASK);
		return is_container(number_of(request, BGTASK_A_MEMBER_CONTAINER)) ? 0 : -ENOENT;
	}
	fuzz_fail("an operation that the helper has use for", __FILE__, __LINE__);
}

void kernel_throttled(uint32_t container)
{
	if (is_container(container) && kernel.watcher)
		tell_container(kernel.watcher, NULL, container, BGTASK_CMD_CONTAINER_THROTTLED_NTF);
}

void kernel_delete(uint32_t container)
{
	if (!is_container(container))
		return;
	if (kernel.watcher)
		tell_container(kernel.watcher, NULL, container, BGTASK_CMD_CONTAINER_DEL_NTF);
	*kernel.names[container - 1] = '\0';
}

void kernel_member_gone(uint32_t container)
{
	struct nlmsghdr *message = begin(FAMILY, BGTASK_CMD_MEMBER_GONE_NTF, 0);

	mnl_attr_put_u32(message, BGTASK_A_MEMBER_ID, 1);
	mnl_attr_put_u32(message, BGTASK_A_MEMBER_CONTAINER, container);
	if (is_container(container) && kernel.watcher)
		deliver(kernel.watcher, message);
}

/* The relay */

/* Checks that the attributes fill the payload exactly, and have types. */
static void check_payload(const struct nlmsghdr *message)
{
	const struct nlattr *payload = find(message, BGTASK_A_CALL_PAYLOAD), *attr;
	size_t size = 0;

	if (!payload)
		return;
	mnl_attr_for_each_nested(attr, payload) {
		fuzz_assert(mnl_attr_get_type(attr));
		size += MNL_ALIGN(attr->nla_len);
	}
	fuzz_assert(size == mnl_attr_get_payload_len(payload));
}

static void take_reply(const struct nlmsghdr *message)
{
	const struct nlattr *text = find(message, BGTASK_A_CALL_TEXT);
	int error = (int)number_of(message, BGTASK_A_CALL_ERROR);

	fuzz_assert(number_of(message, BGTASK_A_CALL_ID) == kernel.call);
	fuzz_assert(error <= 0 && error >= -4095);
	fuzz_assert(!error == !text);
	fuzz_assert(!text || !mnl_attr_validate(text, MNL_TYPE_NUL_STRING));
	check_payload(message);
	kernel.answers++;
}

static void take_event(const struct nlmsghdr *message)
{
	uint32_t peer = number_of(message, BGTASK_A_CALL_PEER);
	uint32_t command = number_of(message, BGTASK_A_CALL_COMMAND);

	fuzz_assert(peer && command);
	check_payload(message);
	kernel_told(peer, command, find(message, BGTASK_A_CALL_PAYLOAD));
}

void kernel_receive(struct mnl_socket *socket, const struct nlmsghdr *message)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type == GENL_ID_CTRL) {
		tell_family(socket, message);
		answer(socket, message, 0);
		return;
	}
	fuzz_assert(message->nlmsg_type == FAMILY);
	switch (generic->cmd) {
	case BGTASK_CMD_HELPER_ATTACH:
		fuzz_assert(!kernel.helper);
		kernel.helper = socket;
		if (message->nlmsg_flags & NLM_F_ACK)
			answer(socket, message, 0);
		break;
	case BGTASK_CMD_CALL_REPLY:
		take_reply(message);
		break;
	case BGTASK_CMD_APP_EVENT:
		take_event(message);
		break;
	case BGTASK_CMD_MEMBER_GET:
		list_members(socket, message);
		break;
	case BGTASK_CMD_CONTAINER_GET:
		if (message->nlmsg_flags & NLM_F_DUMP) {
			list_containers(socket, message);
			break;
		}
		/* fall through */
	default:
		answer(socket, message, manage(socket, message, generic->cmd));
	}
}

void kernel_joined(struct mnl_socket *socket)
{
	kernel.watcher = socket;
}

void kernel_closed(struct mnl_socket *socket)
{
	if (kernel.helper == socket)
		kernel.helper = NULL;
	if (kernel.watcher == socket)
		kernel.watcher = NULL;
}

bool kernel_call(const struct caller *caller, uint32_t command, const void *payload, size_t size,
		 void (*run)(void))
{
	struct nlmsghdr *message = begin(FAMILY, BGTASK_CMD_CALL_NTF, 0);

	fuzz_assert(kernel.helper);
	kernel.answers = 0;
	mnl_attr_put_u32(message, BGTASK_A_CALL_PEER, caller->peer);
	mnl_attr_put_u32(message, BGTASK_A_CALL_ID, ++kernel.call);
	mnl_attr_put_u32(message, BGTASK_A_CALL_COMMAND, command);
	mnl_attr_put_u32(message, BGTASK_A_CALL_PID, caller->pid);
	mnl_attr_put_u32(message, BGTASK_A_CALL_UID, caller->admin ? 0 : 1000);
	mnl_attr_put_u8(message, BGTASK_A_CALL_ADMIN, caller->admin);
	if (caller->container)
		mnl_attr_put_u32(message, BGTASK_A_CALL_CONTAINER, caller->container);
	mnl_attr_put(message, BGTASK_A_CALL_PAYLOAD, size, payload);
	deliver(kernel.helper, message);
	run();
	return kernel.answers == 1;
}

void kernel_peer_gone(uint32_t peer)
{
	struct nlmsghdr *message = begin(FAMILY, BGTASK_CMD_PEER_GONE_NTF, 0);

	fuzz_assert(kernel.helper);
	mnl_attr_put_u32(message, BGTASK_A_CALL_PEER, peer);
	deliver(kernel.helper, message);
}
