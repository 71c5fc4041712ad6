// SPDX-License-Identifier: GPL-2.0
/*
 * Draws the generations of a container's budget, one below the other: when it ran, when it was
 * frozen, and how much CPU time it was charged.
 */
#include "timeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "demo.h"

/* Columns of one period; the first generation can be an eighth longer. */
#define PERIOD_COLUMNS	48
#define MOST_COLUMNS	(PERIOD_COLUMNS + PERIOD_COLUMNS / 8)

#define RUN		"\u2588"
#define FROZEN		"\u2591"

struct row {
	uint64_t begin;
	uint64_t frozen;	/* 0 if it was not frozen */
	uint64_t end;		/* 0 until it is known */
	uint64_t charged;
};

static struct row *last(struct timeline *timeline)
{
	if (!timeline->count)
		timeline_begin(timeline, boottime());
	return &timeline->rows[timeline->count - 1];
}

void timeline_begin(struct timeline *timeline, uint64_t time)
{
	if (timeline->count)
		last(timeline)->end = time;
	if (timeline->count == timeline->room) {
		timeline->room = timeline->room ? 2 * timeline->room : 16;
		timeline->rows = realloc(timeline->rows,
					 timeline->room * sizeof(*timeline->rows));
		if (!timeline->rows)
			abort();
	}
	timeline->rows[timeline->count++] = (struct row){ .begin = time };
}

void timeline_freeze(struct timeline *timeline, uint64_t time, uint64_t charged)
{
	last(timeline)->frozen = time;
	last(timeline)->charged = charged;
	timeline->freezes++;
}

void timeline_end(struct timeline *timeline, uint64_t time, uint64_t charged)
{
	last(timeline)->end = time;
	last(timeline)->charged += charged;
}

static unsigned int columns(uint64_t duration, uint64_t period)
{
	uint64_t count = (duration * PERIOD_COLUMNS + period / 2) / period;

	return count < MOST_COLUMNS ? (unsigned int)count : MOST_COLUMNS;
}

/* Prints a bar and returns its width. */
static unsigned int draw_bar(const char *character, const char *sequence, unsigned int from,
			     unsigned int to)
{
	printf("%s", sequence);
	for (unsigned int i = from; i < to; i++)
		printf("%s", character);
	printf("%s", color_off());
	return to > from ? to : from;
}

static void draw_row(const struct row *row, size_t number, uint64_t period)
{
	uint64_t stop = row->frozen ? row->frozen : row->end;
	/* The last generation ends with the command, and so is rounded more. */
	uint64_t step = row->frozen ? TENTH : HALF, ahead = row->frozen ? TENTH_AHEAD : HALF / 2;
	unsigned int at;

	printf("  %10zu  ", number);
	at = draw_bar(RUN, color_run(), 0, columns(stop - row->begin, period));
	at = draw_bar(FROZEN, color_frozen(), at, columns(row->end - row->begin, period));
	printf("%*s  %6.1f s  %6.1f s%s\n", (int)(MOST_COLUMNS - at), "",
	       in_steps(row->charged + ahead, step), in_steps(row->end - row->begin + ahead, step),
	       row->frozen ? "" : "  done");
}

void timeline_draw(const struct timeline *timeline, uint64_t period)
{
	if (!timeline->count || !period)
		return;
	printf("  generation  %s%s%s runs  %s%s%s frozen  %*s  CPU time  wall clock\n",
	       color_run(), RUN RUN, color_off(), color_frozen(), FROZEN FROZEN, color_off(),
	       MOST_COLUMNS - 19, "");
	for (size_t i = 0; i < timeline->count; i++)
		draw_row(&timeline->rows[i], i, period);
}

void timeline_free(struct timeline *timeline)
{
	free(timeline->rows);
	*timeline = (struct timeline){ 0 };
}
