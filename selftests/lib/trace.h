/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints, by tracefs. */
#ifndef BGTASK_TEST_TRACE_H
#define BGTASK_TEST_TRACE_H

#include <stdint.h>

/* Forgets all that was recorded. */
void trace_clear(void);

/* Records an event ("bgtask/quota_timer"), if the filter says so; NULL is none. And stops that. */
void trace_begin(const char *event, const char *filter);
void trace_end(const char *event);

/* The number of records that have a text in them; and of those of an event alone. */
unsigned int trace_count(const char *text);
unsigned int trace_count_of(const char *event, const char *text);

/* The number of records for which there was no room, since the last trace_clear(). */
unsigned int trace_lost(void);

/*
 * The records of an event, as far as they have room: "field=" numbers of each, for the given
 * fields, one record after another. Returns how many records these are.
 */
unsigned int trace_read(const char *event, const char *const *fields, unsigned int nr_fields,
			uint64_t *values, unsigned int max);

/* Address of a function of the module. */
unsigned long trace_function(const char *name);

#endif
