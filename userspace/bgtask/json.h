/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known as JSON, with the names of the netlink attributes and nanoseconds.
 */
#ifndef BGTASK_JSON_H
#define BGTASK_JSON_H

#include <bgtask.h>
#include <jansson.h>

/* New references; NULL if memory is short. */
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
/* What is known of the app after its event. */
json_t *json_app_event(const struct bgt_event *event);
json_t *json_apps(const struct bgt_app *list);

/* Names of conditions, in an array. */
json_t *json_conditions(uint32_t conditions);

/* A text. JSON is UTF-8, but the name of a directory need not be. */
json_t *json_text(const char *text);

/*
 * Appends a value, whose reference it takes, to an array. Returns the array, or drops it and returns
 * NULL if memory is short; either may be NULL for that reason already.
 */
json_t *json_append(json_t *array, json_t *value);

/* Print a value, on one line or many, and drop the reference. Return an exit code. */
int json_print(json_t *value);
int json_print_line(json_t *value);

#endif
