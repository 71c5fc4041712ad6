/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Activation: tasks that run in the app's own process, on threads other than that of its UI.
 */
#ifndef BGTASKD_ACTIVATION_H
#define BGTASKD_ACTIVATION_H

#include "daemon.h"

/* Whether the manifest has it so. */
bool activation_is_wanted(const struct instance *instance);

/*
 * Lets the app run for it, and starts that if need be. Returns true if it runs, which is to be
 * recorded, and then the app to be told; else it has ended, and is gone.
 */
bool activation_prepare(struct instance *instance);

/* Tells the app of it, as soon as that has attached; nothing if it runs elsewhere. */
void activation_tell(struct instance *instance);

/* The helper before has told the app. Whether that is still there, and is to be told again. */
bool activation_resume(struct instance *instance);

/* The app has said, and that is recorded, that it is done. It is gone then. */
void activation_complete(struct instance *instance);

/* It ends, for whatever reason; the app may stand still again. */
void activation_end(struct instance *instance);

/* The app has attached; its socket is closed; all its processes have ended. */
void activation_attached(struct app *app);
void activation_peer_gone(struct app *app);
void activation_app_ended(struct app *app);

#endif
