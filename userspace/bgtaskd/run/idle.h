/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Idle tasks, or tasks that hang: an instance is cancelled if in all of a window of time it has
 * used less than a minimum of CPU time, and its app less than a minimum of traffic.
 */
#ifndef BGTASKD_IDLE_H
#define BGTASKD_IDLE_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;
struct instance;

struct idle_limits {
	uint64_t window, cpu;		/* us */
	uint64_t traffic;		/* bytes */
};

/* The counters when a window began, and how much of the window has passed, us. */
struct idle_window {
	uint64_t cpu, traffic, passed;
};

/*
 * Takes a step in a window: @cpu (us) and @traffic (bytes) are the counters now, @passed (us) is
 * the time since the last step, which does not count if the task @stands_still. Returns true if the
 * window is over and too little was used in it. If enough was used, another window begins.
 */
bool idle_step(struct idle_window *window, const struct idle_limits *limits, uint64_t cpu,
	       uint64_t traffic, uint64_t passed, bool stands_still);

/* To be called when an instance begins to run, and when it is unloaded. */
void idle_begin(struct instance *instance);
void idle_end(struct instance *instance);

/* To be called when the user may have come or gone, on which the length of a window depends. */
void idle_conditions_changed(struct daemon *daemon);

#endif
