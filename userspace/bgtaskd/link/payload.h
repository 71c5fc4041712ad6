/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes under construction, of an answer or an event. What does not fit makes it full.
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
	size_t reserve;		/* to be kept free */
	bool full;
	_Alignas(struct nlattr) char buffer[PAYLOAD_SIZE];
};

void payload_init(struct payload *payload);
void payload_u8(struct payload *payload, uint16_t type, uint8_t value);
void payload_u32(struct payload *payload, uint16_t type, uint32_t value);
void payload_u64(struct payload *payload, uint16_t type, uint64_t value);
void payload_string(struct payload *payload, uint16_t type, const char *value);

/* A nest: returns where it begins, to be ended or, if it did not fit, taken back. */
size_t payload_nest(struct payload *payload, uint16_t type);
void payload_nest_end(struct payload *payload, size_t nest);
void payload_cut(struct payload *payload, size_t nest);

#endif
