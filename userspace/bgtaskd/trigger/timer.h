/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks of the triggers time and maintenance: fires them when their time has come. */
#ifndef BGTASKD_TIMER_H
#define BGTASKD_TIMER_H

#include "model/daemon.h"

/*
 * Begins and ends the timer of a task, if its trigger is one of these: it goes off when the task's
 * record says. The first returns 0 or -ENOMEM.
 */
int timer_begin(struct task *task);
void timer_end(struct task *task);

/* Power or access has changed: fires what was due while it was not allowed. */
void timer_reconsider_all(struct daemon *daemon);

#endif
