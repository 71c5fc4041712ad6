// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps the changes of each lane, and draws all lanes below each other. Changes may be noticed in
 * any order, so each is inserted by its time.
 */
#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>

#include "demo.h"

#define HALF_COLUMNS	2	/* columns of a half second */

struct lane_change {
	uint64_t time;
	enum lane_kind kind;
};

void lane_set(struct lane *lane, uint64_t time, enum lane_kind kind)
{
	size_t at = lane->count;

	lane->changes = reallocarray(lane->changes, lane->count + 1, sizeof(*lane->changes));
	if (!lane->changes)
		abort();
	for (; at && lane->changes[at - 1].time > time; at--)
		lane->changes[at] = lane->changes[at - 1];
	lane->changes[at] = (struct lane_change){ time, kind };
	lane->count++;
}

/* The kind that is drawn for a half second, counted from the beginning. */
static enum lane_kind kind_in(const struct lane *lane, uint64_t begin, uint64_t half)
{
	enum lane_kind before = LANE_NOTHING, kind = LANE_NOTHING;
	bool changes = false;

	for (size_t i = 0; i < lane->count; i++) {
		const struct lane_change *change = &lane->changes[i];
		uint64_t at = (change->time - begin) / HALF;

		if (at > half)
			break;
		if (at < half) {
			before = change->kind == LANE_ENDS ? LANE_NOTHING : change->kind;
			continue;
		}
		changes = true;
		if (change->kind > kind)
			kind = change->kind;
	}
	return changes && kind != LANE_ENDS ? kind : before;
}

static void draw(enum lane_kind kind)
{
	static const char *const characters[] = { " ", " ", "\u00b7", "\u2588", "\u2591",
						  "\u2593" };

	printf("%s", kind == LANE_FROZEN ? color_frozen() : kind > LANE_WAITS ? color_run() : "");
	for (int i = 0; i < HALF_COLUMNS; i++)
		printf("%s", characters[kind]);
	printf("%s", kind > LANE_WAITS ? color_off() : "");
}

static void draw_lane(const struct lane *lane, const struct lane *container, uint64_t begin,
		      uint64_t halves)
{
	printf("  %-10s ", lane->name);
	for (uint64_t half = 0; half < halves; half++) {
		enum lane_kind kind = kind_in(lane, begin, half);

		if (lane->contained && kind == LANE_RUNS &&
		    kind_in(container, begin, half) == LANE_FROZEN)
			kind = LANE_FROZEN;
		draw(kind);
	}
	printf("\n");
}

void lanes_draw(const struct lane *lanes, size_t count, uint64_t begin, uint64_t end)
{
	static const struct {
		enum lane_kind kind;
		const char *name;
	} legend[] = {
		{ LANE_WAITS, "waits" }, { LANE_RUNS, "runs" }, { LANE_FROZEN, "frozen" },
		{ LANE_TO_END, "told to end" },
	};
	uint64_t halves = (end - begin) / HALF + 1;

	printf("  %10s ", "");
	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		draw(legend[i].kind);
		printf(" %s   ", legend[i].name);
	}
	printf("\n");
	for (size_t i = 0; i < count; i++)
		draw_lane(&lanes[i], &lanes[0], begin, halves);
	printf("  %10s 0 s%*.1f s\n", "", (int)(HALF_COLUMNS * halves) - 5,
	       seconds(halves * HALF));
}

void lane_free(struct lane *lane)
{
	free(lane->changes);
	lane->changes = NULL;
	lane->count = 0;
}
