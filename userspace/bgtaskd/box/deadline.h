/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deadlines: the time that processes of an app have to do something. It stands still while a
 * debugger traces them, and while the machine sleeps.
 */
#ifndef BGTASKD_DEADLINE_H
#define BGTASKD_DEADLINE_H

#include <stdint.h>

struct app;
struct deadline;

/* The time by which deadlines go: CLOCK_MONOTONIC, us. */
uint64_t deadline_now(void);

/*
 * Begins a deadline: @expired is called once, when the processes in the cgroup @below in the app's,
 * see app_cgroup(), have had @time ns. Returns 0 or a negative errno.
 */
int deadline_begin(struct deadline **deadline, const struct app *app, const char *below,
		   uint64_t time, void (*expired)(void *data), void *data);

/* How much time is left (ns); 0 if there is no deadline. */
uint64_t deadline_left(struct deadline *deadline);

/* Ends and frees a deadline, if there is one. @expired may call this as well. */
void deadline_end(struct deadline **deadline);

#endif
