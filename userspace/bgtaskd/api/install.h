/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apps that come and go.
 */
#ifndef BGTASKD_INSTALL_H
#define BGTASKD_INSTALL_H

struct app;
struct daemon;
struct manifest;

/*
 * Makes an app known, with what is registered of it, or changes it; the manifest is the app's from
 * then on. -EINVAL if there is no such quota class, or another negative errno; then nothing has
 * changed.
 */
int app_install(struct daemon *daemon, struct manifest *manifest, struct app **app);

/* Ends an app that has no tasks and no instances any more: its container and cgroups go. */
void app_remove(struct app *app);

/* Forgets an app with its tasks and instances, which go on. */
void app_forget(struct app *app);

#endif
