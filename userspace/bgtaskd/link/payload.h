/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payloads: attributes of an answer or an event under construction. An attribute that does not fit
 * makes a payload full.
 */
#ifndef BGTASKD_PAYLOAD_H
#define BGTASKD_PAYLOAD_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAYLOAD_SIZE	16384

struct payload {
	size_t size;
	size_t reserve;		/* bytes at the end to be kept free */
	bool full;			/* an attribute did not fit */
	_Alignas(struct nlattr) char buffer[PAYLOAD_SIZE];
};

void payload_init(struct payload *payload);
void payload_u8(struct payload *payload, uint16_t type, uint8_t value);
void payload_u32(struct payload *payload, uint16_t type, uint32_t value);
void payload_u64(struct payload *payload, uint16_t type, uint64_t value);
void payload_string(struct payload *payload, uint16_t type, const char *value);

/*
 * payload_nest() begins a nested attribute and returns its offset, which payload_nest_end() takes
 * to end the attribute or, if it did not fit, payload_cut() to take it back.
 */
size_t payload_nest(struct payload *payload, uint16_t type);
void payload_nest_end(struct payload *payload, size_t nest);
void payload_cut(struct payload *payload, size_t nest);

#endif
