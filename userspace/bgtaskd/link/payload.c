// SPDX-License-Identifier: GPL-2.0
/*
 * Writes attributes into a buffer of fixed size. An attribute that does not fit is left out, as are
 * all that follow it, and the payload is marked as full, so that a list can end there and go on in
 * the next answer.
 */
#include "payload.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <string.h>

void payload_init(struct payload *payload)
{
	payload->size = 0;
	payload->reserve = 0;
	payload->full = false;
}

static void put(struct payload *payload, uint16_t type, const void *value, size_t size)
{
	struct nlattr *attr = (struct nlattr *)(payload->buffer + payload->size);
	size_t length = MNL_ATTR_HDRLEN + size;

	if (payload->full ||
	    payload->size + MNL_ALIGN(length) > sizeof(payload->buffer) - payload->reserve) {
		payload->full = true;
		return;
	}
	attr->nla_type = type;
	attr->nla_len = (uint16_t)length;
	if (size)
		memcpy((char *)attr + MNL_ATTR_HDRLEN, value, size);
	memset((char *)attr + length, 0, MNL_ALIGN(length) - length);
	payload->size += MNL_ALIGN(length);
}

void payload_u8(struct payload *payload, uint16_t type, uint8_t value)
{
	put(payload, type, &value, sizeof(value));
}

void payload_u32(struct payload *payload, uint16_t type, uint32_t value)
{
	put(payload, type, &value, sizeof(value));
}

void payload_u64(struct payload *payload, uint16_t type, uint64_t value)
{
	put(payload, type, &value, sizeof(value));
}

void payload_string(struct payload *payload, uint16_t type, const char *value)
{
	put(payload, type, value, strlen(value) + 1);
}

size_t payload_nest(struct payload *payload, uint16_t type)
{
	size_t nest = payload->size;

	put(payload, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void payload_nest_end(struct payload *payload, size_t nest)
{
	struct nlattr *attr = (struct nlattr *)(payload->buffer + nest);

	if (!payload->full)
		attr->nla_len = (uint16_t)(payload->size - nest);
}

void payload_cut(struct payload *payload, size_t nest)
{
	payload->size = nest;
	payload->full = false;
}
