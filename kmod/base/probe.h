/* SPDX-License-Identifier: GPL-2.0 */
/* Probes: functions that the kernel's own tracepoints call while there are containers. */
#ifndef _BGTASK_PROBE_H
#define _BGTASK_PROBE_H

#include <linux/tracepoint.h>
#include <linux/types.h>

#include <trace/events/cgroup.h>
#include <trace/events/sched.h>
#include <trace/events/signal.h>
#include <trace/events/timer.h>

/**
 * struct bgt_probe - a function that is called by a tracepoint
 * @name: name of the tracepoint
 * @function: the function
 * @size: not used; its value in BGT_PROBE() has the compiler check the type of @function
 * @tracepoint: the tracepoint, which bgt_probe_init() looks up
 */
struct bgt_probe {
	const char *name;
	void *function;
	size_t size;
	struct tracepoint *tracepoint;
};

/* An entry of the table. The compiler checks that @handler has the type that @tracepoint calls. */
#define BGT_PROBE(tracepoint, handler)							\
	{										\
		.name = #tracepoint,							\
		.function = (handler),							\
		.size = sizeof(check_trace_callback_type_##tracepoint(handler)),	\
	}

/**
 * struct bgt_probe_table - all probes
 * @probes: in the order in which they are registered; they are unregistered in reverse
 * @count: length of @probes
 * @before: called before the probes are registered
 * @after: called after all probes were registered
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
