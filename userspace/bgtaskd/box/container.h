/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An app's container and cgroups: making them, and dealing with their loss.
 */
#ifndef BGTASKD_CONTAINER_H
#define BGTASKD_CONTAINER_H

#include <bgtask.h>
#include <stdint.h>

struct app;
struct daemon;

/*
 * box_open() gives an app a box, which is empty at first, and returns 0 or -ENOMEM; box_close()
 * frees it.
 */
int box_open(struct app *app);
void box_close(struct app *app);

/* The id of an app's container; 0 before the container is made. */
uint32_t app_container(const struct app *app);

/* The app that a container, given by its id, belongs to; NULL if there is none. */
struct app *app_by_container(struct daemon *daemon, uint32_t container);

/* Makes what is missing of an app's container and cgroups. Returns 0 or a negative errno. */
int app_prepare(struct app *app);

/*
 * Makes a cgroup, whose directory @fd is, a member of the app's container. Returns 0 also if it is
 * a member already, -EEXIST if it is a member of another container, or another negative errno.
 */
int app_add_member(const struct app *app, enum bgt_role role, int fd);

/*
 * Takes over the container that a helper before has made for the app. Returns 0 or a negative
 * errno: -ENOENT if there is none.
 */
int app_adopt_container(struct app *app);

/*
 * To be called when the app's class may have changed: gives the container the budget of that class.
 */
void app_change_budget(struct app *app);

/* To be called when somebody has deleted the app's container, or has removed one of its members. */
void app_container_gone(struct app *app);
void app_member_gone(struct app *app);

#endif
