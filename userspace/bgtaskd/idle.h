/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks that are idle, or hang: who has used less than a minimum of CPU time, and its app less than
 * a minimum of the network, in all of a window of time, is cancelled.
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

/* What was used by the beginning of a window, and how much of that has passed. */
struct idle_window {
	uint64_t cpu, traffic, passed;
};

/*
 * So much was used by now, and so much time has passed since the last step; it does not count if
 * the task could not have done anything. Returns true if the window is over, and too little was
 * used in it; if enough was, another begins.
 */
bool idle_step(struct idle_window *window, const struct idle_limits *limits, uint64_t cpu,
	       uint64_t traffic, uint64_t passed, bool stands_still);

/* Whether that is configured. */
bool idle_is_watched(const struct daemon *daemon);

/* An instance runs from now on, or is gone. */
void idle_begin(struct instance *instance);
void idle_end(struct instance *instance);

/* The user may have come, or gone. */
void idle_conditions_changed(struct daemon *daemon);

#endif
