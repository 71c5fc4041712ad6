// SPDX-License-Identifier: GPL-2.0
/*
 * Builds, sends and reads generic netlink messages without libmnl and libbgtask, which would not
 * send the invalid messages that tests of the kernel's checks need.
 */
#include <errno.h>
#include <linux/bgtask.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "genl.h"
#include "scene.h"

static struct nlmsghdr *header(struct genl *genl)
{
	return (struct nlmsghdr *)genl->request;
}

static void begin(struct genl *genl, uint16_t family, uint8_t command)
{
	struct genlmsghdr *genlmsg = (struct genlmsghdr *)(genl->request + NLMSG_HDRLEN);

	memset(genl->request, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	header(genl)->nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	header(genl)->nlmsg_type = family;
	genlmsg->cmd = command;
	genlmsg->version = 1;
}

void genl_begin(struct genl *genl, uint8_t command)
{
	begin(genl, genl->family, command);
}

void genl_put(struct genl *genl, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attr = (struct nlattr *)(genl->request + header(genl)->nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + length);
	if (length)
		memcpy((char *)attr + NLA_HDRLEN, data, length);
	memset((char *)attr + attr->nla_len, 0, NLA_ALIGN(attr->nla_len) - attr->nla_len);
	header(genl)->nlmsg_len += NLA_ALIGN(attr->nla_len);
}

void genl_put_u8(struct genl *genl, uint16_t type, uint8_t value)
{
	genl_put(genl, type, &value, sizeof(value));
}

void genl_put_u32(struct genl *genl, uint16_t type, uint32_t value)
{
	genl_put(genl, type, &value, sizeof(value));
}

void genl_put_u64(struct genl *genl, uint16_t type, uint64_t value)
{
	genl_put(genl, type, &value, sizeof(value));
}

void genl_put_string(struct genl *genl, uint16_t type, const char *text)
{
	genl_put(genl, type, text, strlen(text) + 1);
}

static const struct nlattr *find(const void *begin, const void *end, uint16_t type)
{
	const struct nlattr *attr = begin;

	while ((const char *)attr + NLA_HDRLEN <= (const char *)end &&
	       attr->nla_len >= NLA_HDRLEN) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		attr = (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
	return NULL;
}

static const void *value(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

/* NLMSG_ERROR and NLMSG_DONE begin with the error number; attributes may follow. */
static int note_result(struct genl *genl, const struct nlmsghdr *message)
{
	const char *end = (const char *)message + message->nlmsg_len;
	const char *attrs = (const char *)NLMSG_DATA(message) + sizeof(int);
	const struct nlattr *attr;

	/* In NLMSG_ERROR, the header of the request comes before the attributes. */
	if (message->nlmsg_type == NLMSG_ERROR)
		attrs += sizeof(struct nlmsghdr);
	if (message->nlmsg_flags & NLM_F_ACK_TLVS) {
		attr = find(attrs, end, NLMSGERR_ATTR_MSG);
		if (attr)
			snprintf(genl->text, sizeof(genl->text), "%s", (const char *)value(attr));
		attr = find(attrs, end, NLMSGERR_ATTR_OFFS);
		if (attr)
			memcpy(&genl->offset, value(attr), sizeof(genl->offset));
		attr = find(attrs, end, NLMSGERR_ATTR_MISS_TYPE);
		if (attr)
			memcpy(&genl->missing, value(attr), sizeof(genl->missing));
	}
	return *(const int *)NLMSG_DATA(message);
}

int genl_send(struct genl *genl, uint16_t flags)
{
	header(genl)->nlmsg_flags = NLM_F_REQUEST | flags;
	header(genl)->nlmsg_seq = ++genl->sequence;
	return send(genl->socket, genl->request, header(genl)->nlmsg_len, 0) < 0 ? -errno : 0;
}

static void keep(struct genl *genl, const struct nlmsghdr *message)
{
	size_t size = NLMSG_ALIGN(message->nlmsg_len);

	if (genl->kept_size + size > sizeof(genl->kept))
		fail("too many notifications");
	memcpy(genl->kept + genl->kept_size, message, size);
	genl->kept_size += size;
}

static bool take_kept(struct genl *genl)
{
	size_t size;

	if (!genl->kept_size)
		return false;
	size = NLMSG_ALIGN(((const struct nlmsghdr *)genl->kept)->nlmsg_len);
	memcpy(genl->reply, genl->kept, size);
	genl->kept_size -= size;
	memmove(genl->kept, genl->kept + size, genl->kept_size);
	genl->answer = (const struct nlmsghdr *)genl->reply;
	return true;
}

bool genl_receive(struct genl *genl, uint64_t timeout)
{
	struct pollfd fd = { .fd = genl->socket, .events = POLLIN };
	ssize_t size;

	genl->answer = NULL;
	genl->text[0] = '\0';
	if (take_kept(genl))
		return true;
	do {
		if (poll(&fd, 1, (int)(timeout / MSEC)) <= 0)
			return false;
		size = recv(genl->socket, genl->reply, sizeof(genl->reply), 0);
	} while (size < 0 && errno == ENOBUFS);
	if (size < 0 || !NLMSG_OK((const struct nlmsghdr *)genl->reply, (size_t)size))
		fail("no message: %s", strerror(errno));
	genl->answer = (const struct nlmsghdr *)genl->reply;
	return true;
}

int genl_result_of(struct genl *genl)
{
	return genl->answer->nlmsg_type == NLMSG_ERROR ? note_result(genl, genl->answer) : 0;
}

/* Reads the whole answer to the last request. */
static int read_answer(struct genl *genl, uint64_t timeout)
{
	static uint8_t more[sizeof(genl->reply)];

	genl->answer = NULL;
	genl->answers = 0;
	genl->text[0] = '\0';
	genl->missing = 0;
	genl->offset = 0;
	for (;;) {
		struct pollfd fd = { .fd = genl->socket, .events = POLLIN };
		uint8_t *buffer = genl->answer ? more : genl->reply;
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		ssize_t size;

		if (poll(&fd, 1, (int)(timeout / MSEC)) <= 0)
			return -ETIME;
		size = recv(genl->socket, buffer, sizeof(genl->reply), 0);
		if (size < 0)
			return -errno;
		for (; NLMSG_OK(message, (size_t)size); message = NLMSG_NEXT(message, size)) {
			if (!message->nlmsg_seq) {
				keep(genl, message);
				continue;
			}
			if (message->nlmsg_seq != genl->sequence)
				fail("an answer to something else");
			if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
				return note_result(genl, message);
			if (!genl->answer)
				genl->answer = message;
			genl->answers++;
		}
	}
}

int genl_result(struct genl *genl, uint64_t timeout)
{
	return read_answer(genl, timeout);
}

static int exchange(struct genl *genl, uint16_t flags)
{
	int error = genl_send(genl, flags);

	return error ? error : read_answer(genl, DEADLINE);
}

int genl_do(struct genl *genl)
{
	return exchange(genl, NLM_F_ACK);
}

int genl_dump(struct genl *genl)
{
	return exchange(genl, NLM_F_DUMP);
}

uint8_t genl_command(const struct genl *genl)
{
	return ((const struct genlmsghdr *)NLMSG_DATA(genl->answer))->cmd;
}

const struct nlattr *genl_find(const struct genl *genl, uint16_t type)
{
	const char *message = (const char *)genl->answer;

	if (!message)
		return NULL;
	return find(message + NLMSG_HDRLEN + GENL_HDRLEN, message + genl->answer->nlmsg_len, type);
}

static uint64_t get(const struct genl *genl, uint16_t type, size_t size)
{
	const struct nlattr *attr = genl_find(genl, type);
	uint64_t number = 0;

	if (!attr || attr->nla_len != NLA_HDRLEN + size)
		fail("attribute %u is missing, or of a wrong size", type);
	memcpy(&number, value(attr), size);
	return number;
}

uint32_t genl_get_u32(const struct genl *genl, uint16_t type)
{
	return (uint32_t)get(genl, type, sizeof(uint32_t));
}

uint64_t genl_get_u64(const struct genl *genl, uint16_t type)
{
	return get(genl, type, sizeof(uint64_t));
}

int genl_open(struct genl *genl)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	const struct nlattr *groups, *group, *attr;
	int error, on = 1;

	genl->kept_size = 0;
	genl->socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (genl->socket < 0 || bind(genl->socket, (void *)&address, sizeof(address)))
		return -errno;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (setsockopt(genl->socket, SOL_NETLINK, options[i], &on, sizeof(on)))
			return -errno;

	begin(genl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	genl_put_string(genl, CTRL_ATTR_FAMILY_NAME, BGTASK_GENL_NAME);
	error = genl_do(genl);
	if (error)
		return error;
	genl->family = (uint16_t)get(genl, CTRL_ATTR_FAMILY_ID, sizeof(uint16_t));

	/* The family has only one group. */
	groups = genl_find(genl, CTRL_ATTR_MCAST_GROUPS);
	group = groups ? value(groups) : NULL;
	attr = group ? find(value(group), (const char *)group + group->nla_len,
			    CTRL_ATTR_MCAST_GRP_ID) : NULL;
	if (!attr)
		return -ENOENT;
	memcpy(&genl->group, value(attr), sizeof(genl->group));
	return 0;
}

void genl_close(struct genl *genl)
{
	close(genl->socket);
}
