/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Gates: reasons not to launch a latched instance now. Each gate is a function of a table that
 * main.c fills, so that higher folders can have gates as well.
 */
#ifndef BGTASKD_GATE_H
#define BGTASKD_GATE_H

#include "daemon.h"

/* A gate returns whether it lets a task be launched now. NULL ends the table. */
typedef bool (*gate_fn)(const struct task *task);

/* Whether all gates let a task be launched now. */
bool gate_is_open(const struct task *task);

/*
 * Gates: the task's conditions hold; the app's access allows the trigger; a maintenance task has AC
 * power.
 */
bool gate_conditions(const struct task *task);
bool gate_access(const struct task *task);
bool gate_power(const struct task *task);

#endif
