/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activation: instances that run in the app's own process, on threads other than that of its UI.
 */
#ifndef BGTASKD_ACTIVATION_H
#define BGTASKD_ACTIVATION_H

#include "model/daemon.h"

/* Whether the manifest says that the instance's task runs in the app. */
bool activation_is_wanted(const struct instance *instance);

/*
 * Thaws the app for an instance, or starts it. Returns true if the instance runs; the caller then
 * records this and calls activation_tell(). Otherwise the instance has ended and must not be used
 * any more.
 */
bool activation_prepare(struct instance *instance);

/*
 * Tells the app of the instance as soon as the app has attached; does nothing for an instance that
 * runs in a process of its own.
 */
void activation_tell(struct instance *instance);

/*
 * Takes over an instance of which the helper before has told the app. Returns whether the app still
 * runs; it is told again as soon as it attaches.
 */
bool activation_resume(struct instance *instance);

/*
 * Ends an instance that is done as the app has said and the registry has recorded. The instance
 * must not be used any more.
 */
void activation_complete(struct instance *instance);

/*
 * To be called when an instance ends, for whatever reason: a suspended app is frozen again when no
 * instance runs in it any more.
 */
void activation_end(struct instance *instance);

/*
 * To be called when the app has attached, when its socket is closed, and when all its processes
 * have ended.
 */
void activation_attached(struct app *app);
void activation_peer_gone(struct app *app);
void activation_app_ended(struct app *app);

#endif
