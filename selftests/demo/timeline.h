/* SPDX-License-Identifier: GPL-2.0 */
/* When a container ran and when it was frozen, one row a generation. */
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

/* CLOCK_BOOTTIME in ns, as all times here. */
uint64_t boottime(void);

/* To be called in this order, any number of times; the last generation may just end. */
void timeline_begin(struct timeline *timeline, uint64_t time);
void timeline_freeze(struct timeline *timeline, uint64_t time, uint64_t charged);
void timeline_end(struct timeline *timeline, uint64_t time, uint64_t charged);

void timeline_draw(const struct timeline *timeline, uint64_t period);
void timeline_free(struct timeline *timeline);

/* Escape sequences, or nothing unless COLOR is set in the environment. */
const char *color_run(void);
const char *color_frozen(void);
const char *color_off(void);

#endif /* TIMELINE_H */
