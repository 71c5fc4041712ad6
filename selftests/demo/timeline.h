/* SPDX-License-Identifier: GPL-2.0 */
/* When a container ran and when it was frozen, one row for each generation. */
#ifndef TIMELINE_H
#define TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct timeline {
	struct row *rows;
	size_t count, room;
	unsigned int freezes;
};

/* To be called in this order, again and again; the last generation may end without a freeze. */
void timeline_begin(struct timeline *timeline, uint64_t time);
void timeline_freeze(struct timeline *timeline, uint64_t time, uint64_t charged);
void timeline_end(struct timeline *timeline, uint64_t time, uint64_t charged);

void timeline_draw(const struct timeline *timeline, uint64_t period);
void timeline_free(struct timeline *timeline);

#endif /* TIMELINE_H */
