/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances: what is known of runs of tasks, from the firing of a trigger until the end is
 * recorded.
 */
#ifndef BGTASKD_INSTANCE_H
#define BGTASKD_INSTANCE_H

#include "daemon.h"

/*
 * instance_make() makes an instance of an app from a record; NULL if there is no memory. The
 * instance can be found by its id after instance_insert() or, if its record is new, after
 * instance_add(), which records it first. These two return 0 or a negative errno.
 */
struct instance *instance_make(struct app *app, const struct instance_record *record);
int instance_insert(struct instance *instance);
int instance_add(struct instance *instance);

/* Writes the instance's record to the registry. Returns 0 or a negative errno, which is logged. */
int instance_record(struct instance *instance);

/* Removes an instance from memory and frees it. Its part of run/ must have been freed before. */
void instance_delete(struct instance *instance);

struct instance *instance_find(struct daemon *daemon, uint32_t id);

/* Puts into a payload which task the instance runs, of which app, and for which trigger. */
void instance_put_details(struct payload *payload, const struct instance_record *known);

/* The instance in whose cgroup a process is; NULL if there is none. */
struct instance *instance_of_process(struct daemon *daemon, uint32_t pid);

/* Sets the record's message, cut to TEXT_MAX bytes. Without memory the old message stays. */
void instance_set_message(struct instance *instance, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What a task says of itself: its progress, which is not recorded; or its status and message at its
 * end. Returns 0, or a negative errno if the end could not be recorded.
 */
void instance_say_progress(struct instance *instance, uint32_t progress);
int instance_say_end(struct instance *instance, int32_t status, const char *message);

#endif
