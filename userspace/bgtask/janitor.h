/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The janitor: a second process of "bgtask run" that destroys the scope if the first process is
 * killed. The janitor also creates the scope, so that the first process can be killed at any
 * moment.
 */
#ifndef BGTASK_JANITOR_H
#define BGTASK_JANITOR_H

#include <sys/types.h>

#include "scope.h"

/*
 * Starts the janitor, which creates the scope. @scope is in memory that both processes share.
 * Returns the janitor's process id, or prints an error and returns -1.
 */
pid_t janitor_start(struct scope *scope, const struct bgt_container_policy *policy);

/* Kills the janitor and waits for its end. */
void janitor_stop(pid_t janitor);

#endif
