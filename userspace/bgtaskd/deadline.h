/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time that somebody has to do something. It stands still while a debugger looks at them.
 */
#ifndef BGTASKD_DEADLINE_H
#define BGTASKD_DEADLINE_H

#include <stdint.h>
#include <systemd/sd-event.h>

struct deadline;

/* Calls @expired, once, when the processes in a cgroup have had so much time (ns), untraced. */
int deadline_begin(struct deadline **deadline, sd_event *event, const char *cgroup, uint64_t time,
		   void (*expired)(void *data), void *data);

/* Ends it, if there is one; also while it expires. */
void deadline_end(struct deadline **deadline);

#endif
