/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What several things did at the same time, one line for each. As in the report, a change counts
 * from the beginning of the half second in which it happens.
 */
#ifndef LANES_H
#define LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* If several kinds begin in the same half second, the one that comes last in this list is drawn. */
enum lane_kind {
	LANE_NOTHING,
	LANE_ENDS,	/* nothing after this half second */
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

/* Sets the kind of a lane from a moment on. Moments may come in any order. */
void lane_set(struct lane *lane, uint64_t time, enum lane_kind kind);

/* Draws lanes from @begin to @end; the first lane is that of the container. */
void lanes_draw(const struct lane *lanes, size_t count, uint64_t begin, uint64_t end);

void lane_free(struct lane *lane);

#endif /* LANES_H */
