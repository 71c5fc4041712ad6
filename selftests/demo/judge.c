// SPDX-License-Identifier: GPL-2.0
/* Judges a day when it is over. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "day.h"
#include "demo.h"

/* How long a task has to end, ns, and how much later its end may be noticed. */
#define TO_END		UINT64_C(5000000000)
#define TOLERANCE	(TO_END / 10)

#define LEAST_FREEZES	2

/* When Watch, which ignores this, was told to end, by its own log; 0 if it was not told. */
static uint64_t told_to_end(const struct day *day)
{
	FILE *file = fopen(day->watch_log, "re");
	uint64_t time = 0;
	char reason[64];

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64 " %63s", &time, reason) != 2 ||
	    strcmp(reason, "condition-loss"))
		time = 0;
	fclose(file);
	return time;
}

static bool judge_index(const struct day *day)
{
	const struct run *index = &day->runs[INDEX];
	uint64_t allowed = day->generations * day->quota + day->overrun;
	char text[160];
	bool ok;

	ok = verdict(index->fired < day->up && index->start >= day->up,
		     "Index, whose time had come without internet, waited for that");
	snprintf(text, sizeof(text), "it was frozen %u times, and completed in a later generation",
		 day->freezes);
	ok &= verdict(day->freezes >= LEAST_FREEZES && day->generations > day->freezes &&
		      index->state == BGT_INSTANCE_COMPLETED, text);
	snprintf(text, sizeof(text),
		 "all tasks used no more than %" PRIu64
		 " generations of %.1f s and one overrun allow",
		 day->generations, seconds(day->quota));
	ok &= verdict(day->usage - day->usage_before <= allowed, text);
	return ok;
}

static bool judge_watch(const struct day *day)
{
	const struct run *watch = &day->runs[WATCH];
	uint64_t told = told_to_end(day), took = told ? watch->end - told : 0;

	return verdict(watch->canceled && watch->reason == BGT_CANCEL_CONDITION_LOSS &&
		       watch->state == BGT_INSTANCE_TERMINATED && took > TO_END - TOLERANCE &&
		       took < TO_END + TOLERANCE,
		       "Watch was told to end, and why, did not, and was terminated after 5 s");
}

bool day_judge(const struct day *day)
{
	const struct run *runs = day->runs;
	bool ok;

	ok = verdict(runs[SEND].state == BGT_INSTANCE_COMPLETED && runs[SEND].end < day->up,
		     "Send was fired by the app, and has completed while that ran");
	ok &= verdict(runs[FETCH].state == BGT_INSTANCE_COMPLETED && runs[FETCH].fired >= day->up,
		      "Fetch began when there was internet, and has completed");
	ok &= judge_index(day);
	ok &= judge_watch(day);
	ok &= verdict(!day->app_status && day->app_reads == RUNS,
		      "the app came back, and read what has become of all four");
	return ok;
}
