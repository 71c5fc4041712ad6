/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log: the journal or, where there is none, standard error.
 */
#ifndef BGTASKD_LOG_H
#define BGTASKD_LOG_H

#include <stdbool.h>
#include <syslog.h>
#include <time.h>

/* MESSAGE_ID of: a container has spent its budget, while a task runs in it. */
#define LOG_THROTTLED	"39f9fc46be2849d2aeced6fc8be56430"

/* What the journal is told beside the line; the last of an array has no name. */
struct log_field {
	const char *name;
	const char *value;
};

/* So many lines may tell of an app in so many seconds; it could fill the log with its failures. */
#define LOG_LINES	100
#define LOG_INTERVAL	30

/* How many there were, and how many were left out, since a moment of CLOCK_MONOTONIC, s. */
struct log_limit {
	time_t since;
	unsigned int lines;
	unsigned int left_out;
};

/* Whether there may be one more; says how many of whose there were that might not. */
bool log_may(struct log_limit *limit, const char *whose);

/* A line, with the fields and without. */
void log_fields(int priority, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
