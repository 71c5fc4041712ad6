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

/* How long from now until such a moment, and how long since it; 0 if it is the other. */
uint64_t time_until(uint64_t moment);
uint64_t time_since(uint64_t moment);

/* Columns that a string takes on a terminal. */
int text_width(const char *text);

/* Prints a container, and its members. */
void text_container(const struct bgt_container *container);
void text_members(const struct bgt_member *list);

#endif
