/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of a story, each with its time. They may be noticed in any order, and are told in the order
 * of their times.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stddef.h>
#include <stdint.h>

struct report {
	uint64_t begin;		/* CLOCK_BOOTTIME in ns, as all times */
	struct report_line *lines;
	size_t count;
};

__attribute__((format(printf, 4, 5)))
void report_add(struct report *report, uint64_t time, const char *who, const char *format, ...);

/* Tells what was noticed since this was called last. */
void report_tell(struct report *report);

#endif /* REPORT_H */
