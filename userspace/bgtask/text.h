/* SPDX-License-Identifier: GPL-2.0 */
/* Text for people, for the structures of the library. */
#ifndef BGTASK_TEXT_H
#define BGTASK_TEXT_H

#include <bgtask.h>

/* Returns "throttled", "exempt" or "ready": whether the budget lets a container run. */
const char *text_state(const struct bgt_container *container);

/* Formats a quota. @buffer has DURATION_MAX bytes. */
const char *text_quota(char *buffer, uint64_t quota, uint64_t accuracy);

/* The current time of CLOCK_BOOTTIME. */
uint64_t time_now(void);

/* The time until a moment of CLOCK_BOOTTIME; 0 if the moment has passed already. */
uint64_t time_until(uint64_t moment);

/* How many columns a string takes on a terminal. */
int text_width(const char *text);

/* Prints a text that an app has chosen, with control characters replaced. */
void text_said(const char *text);

/* Widen a column of a table so that a text fits; and print a text in a column of that width. */
void text_widen(int *width, const char *text);
void text_cell(const char *text, int width);

/* Formats a moment of CLOCK_REALTIME as RFC 3339: "2026-01-31T12:34:56.123456Z"; "-" for 0. */
#define TEXT_TIME_MAX	32
const char *text_time(char *buffer, uint64_t moment);

/* Formats the names of conditions, separated by commas; "-" for none. */
#define TEXT_CONDITIONS_MAX	160
const char *text_conditions(char *buffer, uint32_t conditions);

/* Print a container, and the members of a container. */
void text_container(const struct bgt_container *container);
void text_members(const struct bgt_member *list);

/* Prints the trigger of a task, its interval, and whether the task runs only once. */
void text_trigger(const struct bgt_task *task);

/* Print the details of an event of an app, a task or an instance. */
void text_app_event(const struct bgt_event *event);
void text_task_event(const struct bgt_event *event);
void text_instance_event(const struct bgt_event *event);

#endif
