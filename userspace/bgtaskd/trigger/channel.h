/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control channels: connected sockets of apps. What comes there while the app is away launches a
 * task, which gets the socket.
 */
#ifndef BGTASKD_CHANNEL_H
#define BGTASKD_CHANNEL_H

#include "model/daemon.h"

/*
 * Takes a copy of the socket that a caller offers; if that cannot be, the call is refused. Returns
 * a descriptor, or a negative errno.
 */
int channel_take(struct app *app, const struct call *call);

/*
 * Gives a task a socket, in place of the one before. If that cannot be, it is closed, the call is
 * refused, and a negative errno returned.
 */
int channel_set(struct task *task, const struct call *call, int fd);

/* Closes a task's socket, if there is one; the service manager may keep it for the next helper. */
void channel_close(struct task *task);

/* Closes the socket for good: the service manager forgets it as well. */
void channel_drop(struct task *task);

/* The socket of a task; -1 if there is none, or no task. */
int channel_socket(const struct task *task);

/* Whether the task may get its socket now: not while the app uses it. */
bool channel_may_launch(const struct task *task);

/* An instance has ended: what comes from now on launches the next one. */
void channel_instance_ended(struct task *task);

/* The presence of an app, or what it may do, has changed. */
void channel_app_changed(struct app *app);

/* Takes back what the service manager has kept for the helper before. */
void channel_restore(struct daemon *daemon);

#endif
