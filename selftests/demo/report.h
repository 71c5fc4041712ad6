/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of a story, each with its time. They may be noticed in any order, and are printed in the
 * order of their times, which are shown in half seconds. Lines of the same half second are printed
 * by their rank, causes first, since the ms between them differ in each run.
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

/* Lines of the same rank and half second are printed in the order in which they were added. */
__attribute__((format(printf, 5, 6)))
void report_add(struct report *report, uint64_t time, unsigned int rank, const char *who,
		const char *format, ...);

/* Prints the lines of all half seconds that have ended at @until. */
void report_tell(struct report *report, uint64_t until);

/* Prints the remaining lines, too. */
void report_free(struct report *report);

#endif /* REPORT_H */
