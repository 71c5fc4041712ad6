/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON for the structures of the library. Keys are the names of netlink attributes, and times are
 * in nanoseconds.
 */
#ifndef BGTASK_JSON_H
#define BGTASK_JSON_H

#include <bgtask.h>
#include <jansson.h>

/* Each function returns a new reference, or NULL if memory is short. */
json_t *json_container(const struct bgt_container *container);
json_t *json_containers(const struct bgt_container *list);
json_t *json_member(const struct bgt_member *member);
json_t *json_members(const struct bgt_member *list);
json_t *json_mutexes(const struct bgt_mutex_state *list);
json_t *json_task(const struct bgt_task *task);
json_t *json_tasks(const struct bgt_task *list);
json_t *json_instance(const struct bgt_instance *instance);
json_t *json_instances(const struct bgt_instance *list);
json_t *json_app(const struct bgt_app *app);
/* The event of an app has only part of the app's data; the object has the same part. */
json_t *json_app_event(const struct bgt_event *event);
json_t *json_apps(const struct bgt_app *list);

/* An array of the names of conditions. */
json_t *json_conditions(uint32_t conditions);

/*
 * A JSON string. JSON is UTF-8, but the name of a directory need not be: if the text is not UTF-8,
 * each byte that is not ASCII becomes a question mark.
 */
json_t *json_text(const char *text);

/*
 * Appends a value to an array, and takes over the reference to the value. Returns the array. If
 * memory is short, drops the array and returns NULL; @array and @value may be NULL for the same
 * reason.
 */
json_t *json_append(json_t *array, json_t *value);

/* Print a value, indented or on one line, and drop the reference. Return an exit code. */
int json_print(json_t *value);
int json_print_line(json_t *value);

#endif
