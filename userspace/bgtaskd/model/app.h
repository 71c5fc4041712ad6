/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Apps, which are what installed manifests describe: adding, finding and deleting them, the paths
 * of their cgroups, and what an app may do.
 */
#ifndef BGTASKD_APP_H
#define BGTASKD_APP_H

#include "daemon.h"

/*
 * app_insert() adds an app to those that can be found, and returns 0 or -ENOMEM. app_delete()
 * removes the app and frees it, together with its manifest.
 */
int app_insert(struct app *app);
void app_delete(struct app *app);

struct app *app_find(struct daemon *daemon, const char *id);

/*
 * Writes the path of the cgroup @below in the app's cgroup, such as "app" for the app's own
 * processes; or of the app's cgroup itself if @below is "". A path that does not fit becomes "".
 */
void app_cgroup(const struct app *app, const char *below, char *path, size_t size);

/* Whether an app has to save energy: on battery, unless the user always allows the app to run. */
bool app_saves_energy(const struct app *app);

/*
 * Bytes that the app's tasks may send and receive in a day on battery, or NETWORK_UNLIMITED; and
 * whether there is such a limit at present.
 */
uint64_t app_network_budget(const struct app *app);
bool app_has_network_budget(const struct app *app);

/* Whether a debugger traces a process in the cgroup @below in the app's cgroup. */
bool app_is_traced(const struct app *app, const char *below);

/*
 * Writes the path of an instance's cgroup; or, if @instance is 0, of the cgroup above those of all
 * instances of the app.
 */
void app_task_cgroup(const struct app *app, uint32_t instance, char *path, size_t size);

/*
 * Whether the app's access allows its tasks to run for a trigger; and whether it allows none at
 * all.
 */
bool app_may_run(const struct app *app, enum bgtask_trigger trigger);
bool app_is_denied(const struct app *app);

#endif
