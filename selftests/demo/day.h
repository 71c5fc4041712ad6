/* SPDX-License-Identifier: GPL-2.0 */
/* A day in the life of an app with background tasks: its state, and how it is judged. */
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

/* A task, and its only run. Times are 0 until they are known. */
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

/* The order in which lines of the same half second are printed. */
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
	uint64_t up;			/* when the network was set up */
	uint64_t last_look;
	uint64_t next;			/* earliest begin of the next act; or 0 */
	uint64_t end;
	FILE *lines;			/* the app's output; NULL if it does not run */
	pid_t pid;
	int app_status;
	unsigned int app_reads;		/* lines of the history that it has read */
	unsigned int freezes;
	/* From the moment with internet until all work was done: */
	uint64_t usage_before, usage;
	uint64_t first_generation, generations;
	uint64_t overrun;		/* the largest */
};

/* Looks at everything, and reports what is new. */
void day_look(struct day *day);

/* Sets whether the user looks at the app, which is exempt from its budget then. */
void day_show_app(struct day *day, bool visible);

/* Prints for each promise whether it was kept. */
bool day_judge(const struct day *day);

#endif /* DAY_H */
