/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The janitor: a second process of "bgtask run" that takes the scope down if the first one is
 * killed. It also creates the scope, so that the first can be killed at any moment.
 */
#ifndef BGTASK_JANITOR_H
#define BGTASK_JANITOR_H

#include <sys/types.h>

#include "scope.h"

/*
 * Starts the janitor, which creates a scope. @scope is memory that is shared with it. Returns its
 * process id, or complains and returns -1.
 */
pid_t janitor_start(struct scope *scope, const struct bgt_container_policy *policy);

/* Ends the janitor. */
void janitor_stop(pid_t janitor);

#endif
