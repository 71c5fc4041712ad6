/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who calls, and what about.
 */
#ifndef BGTASKD_CALLER_H
#define BGTASKD_CALLER_H

#include "model/daemon.h"

/*
 * The app that a call is about: the caller's or, of an administrator, that which @name names. If
 * there is none the call is refused and NULL returned; an administrator who names none gets NULL
 * without that if @optional.
 */
struct app *caller_app(struct daemon *daemon, const struct call *call, const char *name,
		       bool optional, bool *refused);

/* The task that a call names by id or name; if there is none, the call is refused. */
struct task *caller_task(struct daemon *daemon, const struct call *call);

/* Refuses a caller that is no administrator, and returns false. */
bool caller_require_admin(const struct call *call);

#endif
