/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Launching: a limited number of instances of an app run at the same time; others wait. Apps take
 * turns, and a few instances are started at a time, so that an app that has very many does not keep
 * others waiting.
 */
#ifndef BGTASKD_LAUNCH_H
#define BGTASKD_LAUNCH_H

#include "model/daemon.h"

/* How many instances are started before the event loop gets to do something else. */
#define LAUNCH_AT_ONCE	16

/*
 * launch_open() prepares for launches, and returns 0 or a negative errno; launch_close() ends that.
 */
int launch_open(struct daemon *daemon);
void launch_close(struct daemon *daemon);

/*
 * Puts a latched instance in its app's queue if its gates are open. The event loop launches it as
 * soon as its app has a turn and room.
 */
void launch_consider(struct instance *instance);

/*
 * Marks an instance as launching if its app has room for one more, for the caller to record; false
 * if the app has no room.
 */
bool launch_claim(struct instance *instance);

/*
 * Starts up to LAUNCH_AT_ONCE instances that are recorded as launching, and records that they run.
 */
void launch_start(struct daemon *daemon, struct instance *const batch[], size_t count);

/*
 * To be called when an instance has ended or was not started after all: its place in the queue and
 * its room in the app are free for others.
 */
void launch_release(struct instance *instance);

/*
 * launch_open_app() gives an app its queue, and returns 0 or -ENOMEM; launch_close_app() frees it.
 */
int launch_open_app(struct app *app);
void launch_close_app(struct app *app);

#endif
