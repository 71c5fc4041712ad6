/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What run.c has for resume.c and activation.c.
 */
#ifndef BGTASKD_INSTANCE_INTERNAL_H
#define BGTASKD_INSTANCE_INTERNAL_H

#include <signal.h>

#include "instance.h"

/* Watches for the end of an instance's process. */
int instance_watch(struct instance *instance);

/* What became of a process; @info is NULL if nobody says more of it. */
enum bgtask_instance_state instance_judge(struct instance *instance, const siginfo_t *info);

#endif
