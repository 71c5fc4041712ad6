/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apps: those whose manifests are known, and their containers.
 */
#ifndef BGTASKD_APP_H
#define BGTASKD_APP_H

#include "daemon.h"

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

struct app *app_find(struct daemon *daemon, const char *id);
struct app *app_by_container(struct daemon *daemon, uint32_t container);

/* Puts what is known of an app into a payload. */
void app_put_details(struct payload *payload, const struct app *app);

/* Makes an app's container and cgroups, as far as they do not exist. */
int app_prepare(struct app *app);

/*
 * Makes a cgroup, by its directory, a member of the app's container; also if it is one already.
 * -EEXIST if it is a member of another container.
 */
int app_add_member(const struct app *app, enum bgt_role role, int fd);

/* Somebody has taken away the container or one of its members. */
void app_container_gone(struct app *app);
void app_member_gone(struct app *app);

/* Path of an app's cgroup, or of a cgroup below that, such as "app" for the app's own processes. */
void app_cgroup(const struct app *app, const char *below, char *path, size_t size);

/* Whether an app has to save energy: on battery, unless the user always lets it run. */
bool app_saves_energy(const struct app *app);

/* Whether a debugger has one of the processes in a cgroup below the app's. */
bool app_is_traced(const struct app *app, const char *below);

/* Path of the cgroup of an app's tasks, or of the cgroup of one instance there, by its id. */
void app_task_cgroup(const struct app *app, uint32_t instance, char *path, size_t size);

/* Whether the user lets its tasks run for a trigger. */
bool app_may_run(const struct app *app, enum bgtask_trigger trigger);
bool app_is_denied(const struct app *app);

#endif
