/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What several things did in the same time, one line each. As in the report, a change counts from
 * the beginning of the half second that it falls into.
 */
#ifndef LANES_H
#define LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where more than one begins in the same half second, the last of them is drawn. */
enum lane_kind {
	LANE_NOTHING,
	LANE_ENDS,	/* nothing, from the next half second on */
	LANE_WAITS,
	LANE_RUNS,
	LANE_FROZEN,
	LANE_TO_END,	/* runs, but was told to end */
};

struct lane {
	const char *name;
	bool contained;	/* stands still while the first lane does */
	struct lane_change *changes;
	size_t count;
};

/* From a moment on, a lane is of that kind. Moments may come in any order. */
void lane_set(struct lane *lane, uint64_t time, enum lane_kind kind);

/* Draws lanes from one moment to another; the first is that of the container. */
void lanes_draw(const struct lane *lanes, size_t count, uint64_t begin, uint64_t end);

void lane_free(struct lane *lane);

#endif /* LANES_H */
