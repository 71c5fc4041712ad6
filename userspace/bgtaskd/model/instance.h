/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instances: what is known of runs of tasks, from the firing of a trigger to what became of it.
 */
#ifndef BGTASKD_INSTANCE_H
#define BGTASKD_INSTANCE_H

#include "daemon.h"

/*
 * Makes an instance of a record, of an app; NULL if there is no memory. It is found by its id when
 * instance_insert() was called or, for a record that is new, instance_add(), which records it first.
 */
struct instance *instance_make(struct app *app, const struct instance_record *record);
int instance_insert(struct instance *instance);
int instance_add(struct instance *instance);

/* Records what has changed. Returns 0 or a negative errno, which is logged. */
int instance_record(struct instance *instance);

/* Forgets and frees what was made, after all that it had was ended. */
void instance_delete(struct instance *instance);

struct instance *instance_find(struct daemon *daemon, uint32_t id);

/* Puts into a payload what an instance's process is told of it. */
void instance_put_details(struct payload *payload, const struct instance_record *known);

/* The instance that a process belongs to, by its cgroup; or NULL. */
struct instance *instance_of_process(struct daemon *daemon, uint32_t pid);

/* Sets the record's message. */
void instance_set_message(struct instance *instance, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * The task says how far it has come, or how it ends. The latter returns a negative errno if it
 * could not be recorded.
 */
void instance_say_progress(struct instance *instance, uint32_t progress);
int instance_say_end(struct instance *instance, int32_t status, const char *message);

#endif
