/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time that somebody has to do something. It stands still while a debugger looks at them, and while
 * the machine sleeps.
 */
#ifndef BGTASKD_DEADLINE_H
#define BGTASKD_DEADLINE_H

#include <stdint.h>

struct app;
struct deadline;

/* What the time is by which deadlines go, CLOCK_MONOTONIC us. */
uint64_t deadline_now(void);

/*
 * Calls @expired, once, when the processes in a cgroup of an app, see app_cgroup(), have had so
 * much time (ns), untraced.
 */
int deadline_begin(struct deadline **deadline, const struct app *app, const char *below,
		   uint64_t time, void (*expired)(void *data), void *data);

/* How much time is left (ns); 0 if there is no deadline. */
uint64_t deadline_left(struct deadline *deadline);

/* Ends a deadline, if there is one; this may also be called while it expires. */
void deadline_end(struct deadline **deadline);

#endif
