/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Launching: so many instances of an app run at the same time, others wait. Apps take turns, and a
 * few instances are started at a time, so that whoever has very many does not keep others waiting.
 */
#ifndef BGTASKD_LAUNCH_H
#define BGTASKD_LAUNCH_H

#include "model/daemon.h"

/* So many are started before the event loop gets to do something else. */
#define LAUNCH_AT_ONCE	16

/* Prepares for launches, and ends that. Returns 0 or a negative errno. */
int launch_open(struct daemon *daemon);
void launch_close(struct daemon *daemon);

/* Launches an instance as soon as it can be, if it is latched and may be launched. */
void launch_consider(struct instance *instance);

/* Says that an instance is launched now, if its app may run one more; to be recorded then. */
bool launch_claim(struct instance *instance);

/* Starts LAUNCH_AT_ONCE at most that are recorded as launching, and records that they run. */
void launch_start(struct daemon *daemon, struct instance *const batch[], size_t count);

/* An instance has ended, or it has not begun; its place is another's. */
void launch_release(struct instance *instance);

/* Lets an app have instances to launch, and ends that. The first returns 0 or -ENOMEM. */
int launch_open_app(struct app *app);
void launch_close_app(struct app *app);

#endif
