/* SPDX-License-Identifier: GPL-2.0 */
/* An error message for people: which file, which line, and why. */
#ifndef BGTASKD_PROBLEM_H
#define BGTASKD_PROBLEM_H

#include <stdarg.h>

struct problem {
	char text[256];
};

/*
 * Sets the text to "file:line: text", without a file that is NULL or a line that is 0. Returns
 * @error.
 */
int problem_set(struct problem *problem, int error, const char *file, int line,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
