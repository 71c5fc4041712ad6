// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps lines until they are printed. They may be noticed in any order, so each is inserted by its
 * time.
 */
#include "report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

struct report_line {
	uint64_t time;		/* since the story began */
	unsigned int rank;
	const char *who;
	char *text;
};

static bool is_before(const struct report_line *line, const struct report_line *other)
{
	if (line->time / HALF != other->time / HALF)
		return line->time / HALF < other->time / HALF;
	return line->rank < other->rank;
}

void report_add(struct report *report, uint64_t time, unsigned int rank, const char *who,
		const char *format, ...)
{
	struct report_line line = { .time = time - report->begin, .rank = rank, .who = who };
	size_t at = report->count;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line.text, format, arguments) < 0)
		abort();
	va_end(arguments);
	report->lines = reallocarray(report->lines, report->count + 1, sizeof(line));
	if (!report->lines)
		abort();
	for (; at && is_before(&line, &report->lines[at - 1]); at--)
		report->lines[at] = report->lines[at - 1];
	report->lines[at] = line;
	report->count++;
}

void report_tell(struct report *report, uint64_t until)
{
	size_t told = 0;

	for (; told < report->count; told++) {
		const struct report_line *line = &report->lines[told];

		if (report->begin + (line->time / HALF + 1) * HALF > until)
			break;
		printf("  %5.1f s  %-8s  %s\n", in_steps(line->time, HALF), line->who, line->text);
		free(line->text);
	}
	report->count -= told;
	memmove(report->lines, report->lines + told, report->count * sizeof(*report->lines));
	fflush(stdout);
}

void report_free(struct report *report)
{
	report_tell(report, UINT64_MAX);
	free(report->lines);
	report->lines = NULL;
}
