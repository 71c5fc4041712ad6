/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What went wrong, for people: in which file, on which line, and why.
 */
#ifndef BGTASKD_PROBLEM_H
#define BGTASKD_PROBLEM_H

#include <stdarg.h>

struct problem {
	char text[256];
};

/* Notes "file:line: text", leaving out what is NULL or 0, and returns @error. */
int problem_set(struct problem *problem, int error, const char *file, int line,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
