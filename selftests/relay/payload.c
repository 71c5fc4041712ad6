// SPDX-License-Identifier: GPL-2.0
/* Puts attributes one after the other, as the helper's answers and events have them. */
#include <linux/netlink.h>
#include <string.h>

#include "payload.h"

void payload_put(struct payload *payload, uint16_t type, const void *data, size_t size)
{
	struct nlattr attr = { .nla_len = (uint16_t)(NLA_HDRLEN + size), .nla_type = type };

	memcpy(payload->data + payload->size, &attr, NLA_HDRLEN);
	memcpy(payload->data + payload->size + NLA_HDRLEN, data, size);
	payload->size += NLA_ALIGN(attr.nla_len);
}

void payload_u8(struct payload *payload, uint16_t type, uint8_t value)
{
	payload_put(payload, type, &value, sizeof(value));
}

void payload_u32(struct payload *payload, uint16_t type, uint32_t value)
{
	payload_put(payload, type, &value, sizeof(value));
}

void payload_u64(struct payload *payload, uint16_t type, uint64_t value)
{
	payload_put(payload, type, &value, sizeof(value));
}

void payload_text(struct payload *payload, uint16_t type, const char *text)
{
	payload_put(payload, type, text, strlen(text) + 1);
}
