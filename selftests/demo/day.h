/* SPDX-License-Identifier: GPL-2.0 */
/* A day in the life of an app with background tasks: what is seen of it, and thought of it. */
#ifndef DAY_H
#define DAY_H

#include <bgtask.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "lanes.h"
#include "report.h"

enum lane_number { LANE_BUDGET, LANE_INTERNET, LANE_APP, LANE_SEND, LANE_INDEX, LANE_FETCH,
		   LANE_WATCH, LANES };

/* A task, and what is known of its only run. Times are 0 before. */
struct run {
	const char *name;
	enum lane_number lane;
	bool there;
	enum bgt_instance_state state;
	bool started;
	uint32_t progress;
	uint64_t fired, start, end;
	bool canceled;
	enum bgt_cancel_reason reason;
};

enum { SEND, FETCH, INDEX, WATCH, RUNS };

/* What is told first of what happens in the same half of a second. */
enum rank { RANK_OPENS, RANK_NETWORK, RANK_THAWED, RANK_DOES, RANK_BEGINS,
	    RANK_PROGRESS = RANK_BEGINS + RUNS, RANK_FROZEN, RANK_CANCELED, RANK_ENDS, RANK_TOLD,
	    RANK_CLOSES };

struct day {
	struct bgt *bgt;
	char *script;
	const char *app, *watch_log;
	uint32_t container;
	uint64_t quota;
	struct report report;
	struct lane lanes[LANES];
	struct run runs[RUNS];
	bool internet;
	uint64_t up;			/* when that was made so */
	uint64_t last_look;
	uint64_t next;			/* when the next act begins, at the earliest; or 0 */
	uint64_t end;
	FILE *lines;			/* what the app says, or NULL if it does not run */
	pid_t pid;
	int app_status;
	unsigned int app_reads;		/* lines of the history that it has read */
	unsigned int freezes;
	/* From when there was internet until all work was done: */
	uint64_t usage_before, usage;
	uint64_t first_generation, generations;
	uint64_t overrun;		/* the largest */
};

/* Looks at all that can be seen, and tells what is new. */
void day_look(struct day *day);

/* Says whether the user looks at the app, so that its budget does not matter. */
void day_show_app(struct day *day, bool visible);

/* Says of all that was promised whether it came true. */
bool day_judge(const struct day *day);

#endif /* DAY_H */
