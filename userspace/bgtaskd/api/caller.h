/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callers: which app or task a call is about, and what the caller may do.
 */
#ifndef BGTASKD_CALLER_H
#define BGTASKD_CALLER_H

#include "model/daemon.h"

/*
 * The app that a call is about: the caller's own or, if an administrator calls, the app that @name
 * names. If there is none, the call is refused, *refused is set, and NULL is returned. If
 * @optional, an administrator may leave out the name, which is not refused and returns NULL as
 * well.
 */
struct app *caller_app(struct daemon *daemon, const struct call *call, const char *name,
		       bool optional, bool *refused);

/* The task that a call names by id or name; NULL if there is none, and then the call is refused. */
struct task *caller_task(struct daemon *daemon, const struct call *call);

/* Refuses a caller that is no administrator, and returns false. */
bool caller_require_admin(const struct call *call);

#endif
