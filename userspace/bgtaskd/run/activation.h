/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activation: tasks that run in the app's own process, on threads other than that of its UI.
 */
#ifndef BGTASKD_ACTIVATION_H
#define BGTASKD_ACTIVATION_H

#include "model/daemon.h"

/* Whether the manifest says that the instance's task runs in the app. */
bool activation_is_wanted(const struct instance *instance);

/*
 * Lets the app run for an instance, and starts the app if need be. Returns true if the instance
 * runs: that is to be recorded, and the app to be told then. Otherwise the instance has ended and
 * is gone.
 */
bool activation_prepare(struct instance *instance);

/*
 * Tells the app of the instance as soon as the app has attached; does nothing for an instance that
 * runs in a process of its own.
 */
void activation_tell(struct instance *instance);

/*
 * Adopts an instance that the helper before has told the app of. Returns whether the app still
 * runs; it is told again then.
 */
bool activation_resume(struct instance *instance);

/*
 * Ends an instance of which the app has said, and the registry knows, that it is done. It is gone
 * then.
 */
void activation_complete(struct instance *instance);

/* To be called when an instance ends, for whatever reason: the app may stand still again. */
void activation_end(struct instance *instance);

/*
 * To be called when the app has attached, when its socket is closed, and when all its processes
 * have ended.
 */
void activation_attached(struct app *app);
void activation_peer_gone(struct app *app);
void activation_app_ended(struct app *app);

#endif
