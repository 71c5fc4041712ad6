// SPDX-License-Identifier: GPL-2.0
/*
 * Composes the text of a problem. The text may quote a file and be shown on a terminal, so control
 * characters are replaced.
 */
#include "problem.h"

#include <stdio.h>

int problem_set(struct problem *problem, int error, const char *file, int line,
		const char *format, ...)
{
	size_t size = sizeof(problem->text), used = 0;
	va_list arguments;

	if (!problem)
		return error;
	problem->text[0] = '\0';
	if (file)
		used += (size_t)snprintf(problem->text, size, "%s:", file);
	if (line && used < size)
		used += (size_t)snprintf(problem->text + used, size - used, "%d:", line);
	if (used && used < size)
		used += (size_t)snprintf(problem->text + used, size - used, " ");
	if (used < size) {
		va_start(arguments, format);
		vsnprintf(problem->text + used, size - used, format, arguments);
		va_end(arguments);
	}
	/* Text from a file must not send control sequences to the terminal. */
	for (char *c = problem->text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return error;
}
