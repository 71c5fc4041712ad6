// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps what each lane did, and draws all lanes below each other. Changes may be noticed in any
 * order, so each is sorted in by its time.
 */
#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>

#include "demo.h"

#define COLUMNS		64

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

/* The most notable kind that a lane is of between two moments. */
static enum lane_kind kind_between(const struct lane *lane, uint64_t from, uint64_t to)
{
	enum lane_kind kind = LANE_NOTHING;

	for (size_t i = 0; i < lane->count && lane->changes[i].time < to; i++) {
		if (lane->changes[i].time <= from)
			kind = lane->changes[i].kind;
		else if (lane->changes[i].kind > kind)
			kind = lane->changes[i].kind;
	}
	return kind;
}

/* The kind that a lane is of at a moment. */
static enum lane_kind kind_at(const struct lane *lane, uint64_t time)
{
	return kind_between(lane, time, time);
}

static void draw(enum lane_kind kind)
{
	static const char *const characters[] = { " ", "\u00b7", "\u2588", "\u2591", "\u2593" };

	printf("%s%s%s",
	       kind == LANE_FROZEN ? color_frozen() : kind > LANE_WAITS ? color_run() : "",
	       characters[kind], kind > LANE_WAITS ? color_off() : "");
}

static void draw_lane(const struct lane *lane, const struct lane *container, uint64_t begin,
		      uint64_t width)
{
	uint64_t from = begin;

	printf("  %-10s ", lane->name);
	for (int i = 0; i < COLUMNS; i++, from += width) {
		enum lane_kind kind = kind_between(lane, from, from + width);

		if (lane->contained && kind == LANE_RUNS &&
		    kind_at(container, from + width / 2) == LANE_FROZEN)
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
	uint64_t width = (end - begin) / COLUMNS + 1;

	printf("  %10s ", "");
	for (size_t i = 0; i < sizeof(legend) / sizeof(legend[0]); i++) {
		draw(legend[i].kind);
		printf(" %s   ", legend[i].name);
	}
	printf("\n");
	for (size_t i = 0; i < count; i++)
		draw_lane(&lanes[i], &lanes[0], begin, width);
	printf("  %10s 0 s%*.1f s\n", "", COLUMNS - 5, seconds(end - begin));
}

void lane_free(struct lane *lane)
{
	free(lane->changes);
	lane->changes = NULL;
	lane->count = 0;
}
