/* SPDX-License-Identifier: GPL-2.0 */
/* The log: the journal or, if there is none, standard error. */
#ifndef BGTASKD_LOG_H
#define BGTASKD_LOG_H

#include <stdbool.h>
#include <syslog.h>
#include <time.h>

/* The MESSAGE_ID of lines about a container that has spent its budget while a task runs in it. */
#define LOG_THROTTLED	"39f9fc46be2849d2aeced6fc8be56430"

/* A field that the journal gets with a line. The last element of an array has no name. */
struct log_field {
	const char *name;
	const char *value;
};

/* An app may cause so many lines in so many seconds; its failures could fill the log otherwise. */
#define LOG_LINES	100
#define LOG_INTERVAL	30

/* How many lines there were, and how many were left out, since a moment of CLOCK_MONOTONIC in s. */
struct log_limit {
	time_t since;
	unsigned int lines;
	unsigned int left_out;
};

/*
 * Whether another line may be written. Logs how many lines were left out before, as those of
 * @whose.
 */
bool log_may(struct log_limit *limit, const char *whose);

/* Write a line, with fields and without. */
void log_fields(int priority, const struct log_field *fields, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void log_line(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
