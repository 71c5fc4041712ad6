/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cost of work: how much work costs at the moment, so that a task can decide how much it does. The
 * cost is the worst of these ratings, each of which is low unless it is medium or high:
 *
 *                                             medium      high
 *   running on battery                        always      at 20 % or less
 *   time in which something waits for a CPU   from 40 %   from 80 %
 *   ... or for input and output               from 20 %   from 60 %
 *   ... or for memory                         from 5 %    from 20 %
 *   what is left of the budget, of its quota  to 50 %     to 10 %
 *
 * The times are those of the last ten seconds, "some" in /proc/pressure; they count as 0 if the
 * kernel does not measure them.
 */
#ifndef BGTASKD_COST_H
#define BGTASKD_COST_H

#include <linux/bgtask.h>
#include <stdbool.h>
#include <stdint.h>

struct cost_facts {
	bool ac;
	int capacity;		/* of the battery, percent; -1 if it is not known */
	double cpu, io, memory;	/* percent of the time in which something waits */
	uint64_t quota, left;	/* of the caller's container; unlimited if it has none */
};

enum bgtask_work_cost cost_decide(const struct cost_facts *facts);

/* Reads the times from the files in a directory, /proc/pressure. */
void cost_read_pressure(struct cost_facts *facts, const char *directory);

#endif
