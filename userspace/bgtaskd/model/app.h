/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apps: those whose manifests are known.
 */
#ifndef BGTASKD_APP_H
#define BGTASKD_APP_H

#include "daemon.h"

/* Lets an app be found; and forgets and frees it. The first returns 0 or -ENOMEM. */
int app_insert(struct app *app);
void app_delete(struct app *app);

struct app *app_find(struct daemon *daemon, const char *id);

/* Path of an app's cgroup, or of a cgroup below that, such as "app" for the app's own processes. */
void app_cgroup(const struct app *app, const char *below, char *path, size_t size);

/* Whether an app has to save energy: on battery, unless the user always lets it run. */
bool app_saves_energy(const struct app *app);

/* Bytes that its tasks may move in a day on battery; and whether there is a limit now. */
uint64_t app_network_budget(const struct app *app);
bool app_has_network_budget(const struct app *app);

/* Whether a debugger has one of the processes in a cgroup below the app's. */
bool app_is_traced(const struct app *app, const char *below);

/* Path of the cgroup of an app's tasks, or of the cgroup of one instance there, by its id. */
void app_task_cgroup(const struct app *app, uint32_t instance, char *path, size_t size);

/* Whether the user lets its tasks run for a trigger. */
bool app_may_run(const struct app *app, enum bgtask_trigger trigger);
bool app_is_denied(const struct app *app);

#endif
