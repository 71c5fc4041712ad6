/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timers: they fire tasks of the triggers time and maintenance when these are due.
 */
#ifndef BGTASKD_TIMER_H
#define BGTASKD_TIMER_H

#include "model/daemon.h"

/*
 * timer_begin() sets the timer of a task, if its trigger is one of these, to when the task's record
 * is due, and returns 0 or -ENOMEM; timer_end() ends the timer.
 */
int timer_begin(struct task *task);
void timer_end(struct task *task);

/* To be called when power or access has changed: fires what became due while it was not allowed. */
void timer_reconsider_all(struct daemon *daemon);

#endif
