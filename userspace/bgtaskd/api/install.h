/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Installing, removing and forgetting apps.
 */
#ifndef BGTASKD_INSTALL_H
#define BGTASKD_INSTALL_H

struct app;
struct daemon;
struct manifest;

/*
 * Makes an app known, with what the registry has of it; or gives a known app a new manifest. The
 * app owns the manifest from then on. Returns 0; or a negative errno, and then nothing has changed:
 * -EINVAL if there is no such quota class.
 */
int app_install(struct daemon *daemon, struct manifest *manifest, struct app **app);

/*
 * Removes an app that has no tasks and no instances any more: kills its processes, and removes its
 * container and cgroups.
 */
void app_remove(struct app *app);

/* Frees an app with its tasks and instances; what runs of it runs on. */
void app_forget(struct app *app);

#endif
