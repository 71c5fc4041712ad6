// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps lines until they are told. They may be noticed in any order, so each is sorted in by its
 * time.
 */
#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "demo.h"

struct report_line {
	uint64_t time;
	const char *who;
	char *text;
};

void report_add(struct report *report, uint64_t time, const char *who, const char *format, ...)
{
	struct report_line line = { .time = time, .who = who };
	size_t at = report->count;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&line.text, format, arguments) < 0)
		abort();
	va_end(arguments);
	report->lines = reallocarray(report->lines, report->count + 1, sizeof(line));
	if (!report->lines)
		abort();
	for (; at && report->lines[at - 1].time > time; at--)
		report->lines[at] = report->lines[at - 1];
	report->lines[at] = line;
	report->count++;
}

void report_tell(struct report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct report_line *line = &report->lines[i];

		printf("  %7.2f s  %-8s  %s\n", seconds(line->time - report->begin), line->who,
		       line->text);
		free(line->text);
	}
	free(report->lines);
	report->lines = NULL;
	report->count = 0;
	fflush(stdout);
}
