/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log: the journal or, where there is none, standard error.
 */
#ifndef BGTASKD_LOG_H
#define BGTASKD_LOG_H

#include <syslog.h>

/* MESSAGE_ID of: a container has spent its budget, while a task runs in it. */
#define LOG_THROTTLED	"39f9fc46be2849d2aeced6fc8be56430"

/* What the journal is told beside the line; the last of an array has no name. */
struct log_field {
	const char *name;
	const char *value;
};

/* A line, with the fields and without. */
void log_fields(int priority, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
