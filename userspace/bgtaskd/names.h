/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of the interface's numbers, as its specification writes them, and what is a good name for
 * something that has one.
 */
#ifndef BGTASKD_NAMES_H
#define BGTASKD_NAMES_H

#include <linux/bgtask.h>
#include <stdint.h>

#define TRIGGER_COUNT	(BGTASK_TRIGGER_USER_PRESENT + 1)

/* "unknown" for a number that has no name. */
const char *trigger_name(enum bgtask_trigger trigger);
const char *condition_name(enum bgtask_condition condition);
const char *instance_state_name(enum bgtask_instance_state state);
const char *cancel_reason_name(enum bgtask_cancel_reason reason);
const char *access_name(enum bgtask_access access);
const char *work_cost_name(enum bgtask_work_cost cost);

/* -EINVAL for a name that means nothing. */
int trigger_from_name(const char *name, enum bgtask_trigger *trigger);
int condition_from_name(const char *name, enum bgtask_condition *condition);
int instance_state_from_name(const char *name, enum bgtask_instance_state *state);
int cancel_reason_from_name(const char *name, enum bgtask_cancel_reason *reason);
int access_from_name(const char *name, enum bgtask_access *access);
int work_cost_from_name(const char *name, enum bgtask_work_cost *cost);

/*
 * Whether a container, app or task can be called so; as the kernel sees it. Returns NULL, or what
 * is wrong with the name ("is empty").
 */
const char *name_fault(const char *name);

/* The same for a line of text, that may be empty, long, and have slashes. */
const char *text_fault(const char *text);

#endif
