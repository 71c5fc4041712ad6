/* SPDX-License-Identifier: GPL-2.0 */
/* Attributes one after the other, for answers and events of the helper. */
#ifndef BGTASK_TEST_PAYLOAD_H
#define BGTASK_TEST_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

struct payload {
	size_t size;
	uint8_t data[4096];
};

void payload_put(struct payload *payload, uint16_t type, const void *data, size_t size);
void payload_u8(struct payload *payload, uint16_t type, uint8_t value);
void payload_u32(struct payload *payload, uint16_t type, uint32_t value);
void payload_u64(struct payload *payload, uint16_t type, uint64_t value);
void payload_text(struct payload *payload, uint16_t type, const char *text);

#endif
