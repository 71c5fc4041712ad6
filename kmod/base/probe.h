/* SPDX-License-Identifier: GPL-2.0 */
/* Probes: functions that the kernel's own tracepoints call while there are containers. */
#ifndef _BGTASK_PROBE_H
#define _BGTASK_PROBE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

#include <trace/events/cgroup.h>
#include <trace/events/sched.h>
#include <trace/events/timer.h>

/**
 * struct bgt_probe - a function that is called by a tracepoint
 * @name: of the tracepoint
 * @function: see BGT_PROBE()
 * @size: 1; the compiler has compared @function with the tracepoint's declaration for it
 * @tracepoint: found by bgt_probe_init()
 */
struct bgt_probe {
	const char *name;
	void *function;
	size_t size;
	struct tracepoint *tracepoint;
};

/* An entry of the table. It is an error if the function takes other arguments. */
#define BGT_PROBE(tracepoint, handler)							\
	{										\
		.name = #tracepoint,							\
		.function = (handler),							\
		.size = sizeof(check_trace_callback_type_##tracepoint(handler)),	\
	}

/**
 * struct bgt_probe_table - all probes
 * @probes: in the order of registration; they are taken away in reverse
 * @count: how many
 * @before: called before they are registered
 * @after: called when all are
 */
struct bgt_probe_table {
	struct bgt_probe *probes;
	size_t count;
	void (*before)(void);
	void (*after)(void);
};

int bgt_probe_get(void);
void bgt_probe_put(void);

int bgt_probe_init(const struct bgt_probe_table *probes);
void bgt_probe_exit(void);

#endif /* _BGTASK_PROBE_H */
