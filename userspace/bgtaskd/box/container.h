/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An app's container and cgroups.
 */
#ifndef BGTASKD_CONTAINER_H
#define BGTASKD_CONTAINER_H

#include <bgtask.h>
#include <stdint.h>

struct app;
struct daemon;

/* Lets an app have a box, empty at first; and frees it. The first returns 0 or -ENOMEM. */
int box_open(struct app *app);
void box_close(struct app *app);

/* The id of an app's container; or 0 before the app is first needed. */
uint32_t app_container(const struct app *app);

/* The app whose container it is; or NULL. */
struct app *app_by_container(struct daemon *daemon, uint32_t container);

/* Makes an app's container and cgroups, as far as they do not exist. */
int app_prepare(struct app *app);

/*
 * Makes a cgroup, by its directory, a member of the app's container; also if it is one already.
 * -EEXIST if it is a member of another container.
 */
int app_add_member(const struct app *app, enum bgt_role role, int fd);

/*
 * Takes over a container of the app's name, which a helper before has made; -ENOENT if there is
 * none.
 */
int app_adopt_container(struct app *app);

/* The app's class may be another. */
void app_change_budget(struct app *app);

/* Somebody has taken away the container or one of its members. */
void app_container_gone(struct app *app);
void app_member_gone(struct app *app);

#endif
