/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Control channels: connected sockets of apps. Data that comes there while the app is away launches
 * a task, which gets the socket.
 */
#ifndef BGTASKD_CHANNEL_H
#define BGTASKD_CHANNEL_H

#include "model/daemon.h"

/*
 * Takes a copy of the socket that a caller offers. Returns its descriptor; or a negative errno,
 * with which the call was refused.
 */
int channel_take(struct app *app, const struct call *call);

/*
 * Gives a task a socket in place of the one that it had. Returns 0; or a negative errno, with which
 * the call was refused, and the socket is closed.
 */
int channel_set(struct task *task, const struct call *call, int fd);

/* Closes a task's socket, if there is one; the service manager may keep it for the next helper. */
void channel_close(struct task *task);

/* Closes the socket for good: the service manager forgets it as well. */
void channel_drop(struct task *task);

/* The socket of a task; -1 if there is none, or no task. */
int channel_socket(const struct task *task);

/* Gate: a task with a socket may be launched only while the app is away, and so does not use it. */
bool channel_may_launch(const struct task *task);

/*
 * To be called when an instance of the task has ended: watches the socket again, or drops it if the
 * other side has closed it.
 */
void channel_instance_ended(struct task *task);

/* To be called when the presence of an app has changed, or what its access allows. */
void channel_app_changed(struct app *app);

/* Takes the sockets that the service manager has kept from the helper before. */
void channel_restore(struct daemon *daemon);

#endif
