/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether what has fired may be launched now: each reason against it is a function of a table that
 * main.c fills.
 */
#ifndef BGTASKD_GATE_H
#define BGTASKD_GATE_H

#include "daemon.h"

/* Whether a task may run, as far as the function knows. NULL ends the table. */
typedef bool (*gate_fn)(const struct task *task);

/* Whether it may, as far as all of them know. */
bool gate_is_open(const struct task *task);

/* Functions of the table: the task's conditions hold, the user lets the app run, there is power. */
bool gate_conditions(const struct task *task);
bool gate_access(const struct task *task);
bool gate_power(const struct task *task);

#endif
