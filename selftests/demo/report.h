/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines of a story, each with its time. They may be noticed in any order, and are told in the order
 * of their times, which are shown in halves of a second. Lines of the same half are told by their
 * rank, which says what causes what: how many ms are between them is different every time.
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

/* Lines of the same rank in the same half of a second are told as they were added. */
__attribute__((format(printf, 5, 6)))
void report_add(struct report *report, uint64_t time, unsigned int rank, const char *who,
		const char *format, ...);

/* Tells what has not been told of the halves of a second that were over at a moment. */
void report_tell(struct report *report, uint64_t until);

/* Tells what is left, too. */
void report_free(struct report *report);

#endif /* REPORT_H */
