/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, with tracefs. */
#ifndef BGTASK_TEST_TRACE_H
#define BGTASK_TEST_TRACE_H

#include <stdint.h>

/* Drops all records. */
void trace_clear(void);

/*
 * Begins to record an event ("bgtask/quota_timer") that the filter accepts (NULL: all); and stops.
 */
void trace_begin(const char *event, const char *filter);
void trace_end(const char *event);

/* The number of records that contain a text; and of those of one event. */
unsigned int trace_count(const char *text);
unsigned int trace_count_of(const char *event, const char *text);

/* How many records were lost for lack of room since the last trace_clear(). */
unsigned int trace_lost(void);

/*
 * Stores the numbers after "field=" of an event's records, for the given fields, one record after
 * another, of up to @max records. Returns the number of records.
 */
unsigned int trace_read(const char *event, const char *const *fields, unsigned int nr_fields,
			uint64_t *values, unsigned int max);

/* The address of a function of the module. */
unsigned long trace_function(const char *name);

#endif
