/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known as text for people.
 */
#ifndef BGTASK_TEXT_H
#define BGTASK_TEXT_H

#include <bgtask.h>

/* "throttled", "exempt" or "ready": whether the budget lets a container run. */
const char *text_state(const struct bgt_container *container);

/* A quota like a duration, into a buffer of DURATION_MAX bytes. */
const char *text_quota(char *buffer, uint64_t quota, uint64_t accuracy);

/* The present moment of CLOCK_BOOTTIME. */
uint64_t time_now(void);

/* How long from now until a moment of CLOCK_BOOTTIME; 0 if the moment has passed already. */
uint64_t time_until(uint64_t moment);

/* Columns that a string takes on a terminal. */
int text_width(const char *text);

/* Prints what an app has said, without what would steer the terminal. */
void text_said(const char *text);

/* Widen a column of a table for a text, and print that in it. */
void text_widen(int *width, const char *text);
void text_cell(const char *text, int width);

/* A moment of CLOCK_REALTIME as "2026-01-31T12:34:56.123456Z", as in RFC 3339; "-" for 0. */
#define TEXT_TIME_MAX	32
const char *text_time(char *buffer, uint64_t moment);

/* Names of conditions, with commas between; "-" for none. */
#define TEXT_CONDITIONS_MAX	160
const char *text_conditions(char *buffer, uint32_t conditions);

/* Prints a container, and its members. */
void text_container(const struct bgt_container *container);
void text_members(const struct bgt_member *list);

/* Prints when a task runs: its trigger, how often it runs, and whether it runs only once. */
void text_trigger(const struct bgt_task *task);

/* Print what the event of an app, a task or an instance is about. */
void text_app_event(const struct bgt_event *event);
void text_task_event(const struct bgt_event *event);
void text_instance_event(const struct bgt_event *event);

#endif
